import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { CommandOutcome, CommandRequest } from './command-host.js';

let host: ChildProcess | undefined;
let last: Promise<unknown> = Promise.resolve();

/**
 * Runs `triface …` in another process, which the commands of a test file share: starting one per command takes longer than most
 * commands. Commands run one after another.
 * @param env settings beside PATH and HOME
 * @param input standard input
 */
export function runCommand(words: readonly string[], env: Record<string, string>, input?: string): Promise<CommandOutcome> {
  const { PATH, HOME } = process.env;
  const outcome = last.then(() => send({ words, env: { PATH, HOME, ...env }, input }));
  last = outcome.catch(() => {});
  return outcome;
}

/** As {@link runCommand}. @returns what the command wrote to stdout. @throws with what it wrote to stderr, when it fails */
export async function readCommand(words: readonly string[], env: Record<string, string>): Promise<string> {
  const { status, out, err } = await runCommand(words, env);
  if (status !== 0)
    throw Object.assign(new Error(`triface ${words.join(' ')}: ${err}`), { stdout: out, stderr: err, code: status });
  return out;
}

async function send(request: CommandRequest): Promise<CommandOutcome> {
  host ??= startHost();
  const process = host;
  process.ref();
  process.send(request);
  try {
    return await new Promise((resolve, reject) => {
      process.once('message', resolve);
      process.once('exit', (code, signal) => {
        host = undefined;
        reject(new Error(`the process that ran triface ${request.words.join(' ')} ended: ${code ?? signal}`));
      });
    });
  } finally {
    process.removeAllListeners();
    process.unref();
  }
}

function startHost(): ChildProcess {
  const child = fork(fileURLToPath(new URL('./command-host.js', import.meta.url)), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  // The test process ends when its tests do; the host then loses its channel and ends, too.
  child.channel?.unref();
  return child;
}
