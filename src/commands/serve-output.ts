import type { FastifyBaseLogger } from 'fastify';
import { ConfigSchema } from '../config/schema.js';
import type { PrepareProgress } from '../inference/prepare/prepare-models.js';
import { captureOutput } from '../platform/capture-output.js';
import { createLogger } from '../platform/request-log.js';
import type { Announce } from '../server/announce-slow.js';
import { describeProgress, showProgress } from './show-progress.js';

/** What `triface serve` says besides the log of its requests. */
export interface ServeOutput {
  readonly announce: Announce;
  readonly showProgress: (progress: PrepareProgress) => void;
  /** for events that are no line at a terminal; undefined there */
  readonly log?: FastifyBaseLogger;
}

const levels: readonly string[] = ConfigSchema.properties.LOG_LEVEL.enum;

/**
 * Opens the output of `triface serve`. A terminal gets text for people on standard error, beside the log on standard output. Without
 * one everything is a line of the log, since both outputs are usually collected as one; the first password alone is plain text, on
 * standard error, because collectors keep what they read.
 * @param level of the log; one that is not valid counts as `info`
 */
export function openServeOutput(level = ''): ServeOutput {
  // A reader of the output may end before the server does (EPIPE, EIO), and its disk may be full: requests go on.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  if (process.stderr.isTTY) return { announce: announceAtTerminal, showProgress: showProgress() };
  const printSecret = process.stderr.write.bind(process.stderr) as (text: string) => boolean;
  const log = createLogger(levels.includes(level) ? level : 'info');
  captureOutput(log);
  const announce: Announce = (text, kind = 'notice') => {
    if (kind === 'secret') return void printSecret(`${text.trim().replace(/\s*\n\s*/g, '   ')}\n`);
    const line = text.trim().replace(/\s*\n\s*/g, ' ');
    if (kind === 'warning') log.warn(line);
    else if (kind !== 'terminal') log.info(line.charAt(0).toLowerCase() + line.slice(1));
  };
  return {
    log,
    announce,
    showProgress: (progress) => {
      const line = describeProgress(progress);
      if (line !== undefined) announce(line);
    },
  };
}

const announceAtTerminal: Announce = (text, kind) => {
  if (kind !== 'log') console.error(text);
};
