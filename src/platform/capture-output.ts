import { stripVTControlCharacters } from 'node:util';
import type { FastifyBaseLogger } from 'fastify';
import { logFatal, unexpectedEnd } from './request-log.js';

/**
 * Makes everything that this process prints a line of the log: what libraries print, in worker threads as well, warnings of Node.js,
 * and an exception that nothing catches, which ends the process with 1. What native code prints is out of reach.
 * @param log its own lines are written as before
 */
export function captureOutput(log: FastifyBaseLogger): void {
  // In place of Node's own listener, which prints to stderr.
  process.removeAllListeners('warning');
  process.on('warning', ({ name, message, code }: Error & { code?: string }) => log.warn({ warning: name, code }, message));
  process.on('uncaughtException', (error) => {
    logFatal(unexpectedEnd, error);
    process.exit(1);
  });
  const { stdout, stderr } = process;
  const printLine = stdout.write.bind(stdout) as (text: string) => boolean;
  stdout.write = captureWrites((text) => log.info({ output: 'stdout' }, text), printLine);
  stderr.write = captureWrites((text) => log.warn({ output: 'stderr' }, text), printLine);
}

/**
 * A stream's `write` that passes whole lines on. Lines that belong to the log already, which worker threads print, stay as they are.
 * @param onText called with consecutive other lines, without colours
 */
function captureWrites(onText: (text: string) => void, printLine: (line: string) => void): NodeJS.WriteStream['write'] {
  let unfinished = '';
  return (chunk: Uint8Array | string, ...rest: unknown[]): boolean => {
    const lines = (unfinished + (typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString())).split(/\r?\n/);
    unfinished = lines.pop()!;
    let others: string[] = [];
    const flush = () => {
      const text = stripVTControlCharacters(others.join('\n')).trim();
      others = [];
      if (text !== '') onText(text);
    };
    for (const line of lines) {
      if (!isLogLine(line)) {
        others.push(line);
        continue;
      }
      flush();
      printLine(`${line}\n`);
    }
    flush();
    const done = rest.at(-1);
    if (typeof done === 'function') process.nextTick(done);
    return true;
  };
}

function isLogLine(line: string): boolean {
  if (!line.startsWith('{"level":')) return false;
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}
