import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { linkSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { CommandOutcome } from '../command-host.js';
import { runCommand } from '../run-command.js';

const program = fileURLToPath(new URL('../../../src/cli.js', import.meta.url));

/** Starts `triface evaluate …` in a process of its own. */
export function startEvaluate(args: readonly string[], env: Record<string, string> = {}): ChildProcessWithoutNullStreams {
  const { PATH, HOME } = process.env;
  return spawn(process.execPath, [program, 'evaluate', ...args], { env: { PATH, HOME, WORKERS: '2', ...env } });
}

/** Runs `triface evaluate …` to its end in the process that the commands of a test file share. */
export const runEvaluate = (args: readonly string[], env: Record<string, string> = {}): Promise<CommandOutcome> =>
  runCommand(['evaluate', ...args], { WORKERS: '2', ...env });

/** Runs it to its end in a process of its own, so that the peak memory in its report is that of this run. */
export async function runEvaluateAlone(args: readonly string[], env: Record<string, string> = {}): Promise<CommandOutcome> {
  const child = startEvaluate(args, env);
  const [out, err, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { out, err, status: status as number };
}

/** Writes files below a directory. */
export function writeFiles(directory: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  }
}

/** The same file under many names. */
export function linkMany(directory: string, path: string, count: number, name: (i: number) => string): void {
  for (let i = 0; i < count; i++) {
    mkdirSync(dirname(join(directory, name(i))), { recursive: true });
    linkSync(join(directory, path), join(directory, name(i)));
  }
}

export const readReport = (directory: string) => JSON.parse(readFileSync(join(directory, 'report.json'), 'utf8'));

/** Measurements that a state file holds. */
export function countMeasured(file: string): number {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('{"path"')).length;
  } catch {
    return 0;
  }
}
