// Not a test: a process that runs `triface` commands one after another, for run-command.ts. It loads the program once.
import { Readable } from 'node:stream';
import '../../src/base/no-telemetry.js';
import { runProgram } from '../../src/program.js';

/** A command to run. */
export interface CommandRequest {
  readonly words: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** standard input, as a pipe gives it (default: empty) */
  readonly input?: string | undefined;
}

/** Its result. */
export interface CommandOutcome {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Set once per process by base/no-telemetry.ts, as cli.ts does first of all. */
const { ORT_DISABLE_TELEMETRY } = process.env;

async function run({ words, env: asked, input = '' }: CommandRequest): Promise<CommandOutcome> {
  const env = { ...asked, ORT_DISABLE_TELEMETRY };
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
  Object.assign(process.env, env);
  process.exitCode = undefined;
  Object.defineProperty(process, 'stdin', { value: Readable.from([Buffer.from(input)]), configurable: true });
  const said = { out: '', err: '' };
  const writers = { stdout: process.stdout.write, stderr: process.stderr.write };
  const collect = (stream: 'out' | 'err') =>
    ((text: string | Uint8Array, encoding?: unknown, done?: () => void) => {
      said[stream] += typeof text === 'string' ? text : Buffer.from(text).toString();
      const called = typeof encoding === 'function' ? encoding : done;
      called?.();
      return true;
    }) as typeof process.stdout.write;
  process.stdout.write = collect('out');
  process.stderr.write = collect('err');
  try {
    await runProgram(words);
  } finally {
    process.stdout.write = writers.stdout;
    process.stderr.write = writers.stderr;
  }
  return { status: Number(process.exitCode ?? 0), ...said };
}

let last = Promise.resolve();
process.on('message', (request: CommandRequest) => {
  last = last.then(async () => {
    process.send!(await run(request));
    process.exitCode = undefined;
  });
});
process.on('disconnect', () => process.exit(0));
