import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Delay of an event loop in milliseconds. */
export interface LoopDelay {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Characters of a server's messages that are kept for the case that it ends. */
const mostMessages = 4000;

/** A server in a process of its own (../server.ts), with an SQLite database. */
export class BenchServer {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  /**
   * @param env settings; `DATA_DIR`: an existing directory, which is kept (default: one of its own)
   * @throws Error if it does not start
   */
  static async start(env: Readonly<Record<string, string>> = {}): Promise<BenchServer> {
    const child = fork(fileURLToPath(new URL('../server.js', import.meta.url)), {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // As `npm start`.
      execArgv: ['--max-semi-space-size=2'],
      // Nothing of the bench may reach a database in use.
      env: { ...process.env, DATABASE_URL: '', DATA_DIR: undefined, ...env },
    });
    let messages = '';
    child.stderr!.on('data', (chunk: Buffer) => {
      messages = (messages + chunk).slice(-mostMessages);
    });
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`the server ended (exit ${code}):\n${messages}`);
    });
    const [{ url }] = (await Promise.race([once(child, 'message'), ended])) as [{ url: string }];
    // From here on, requests fail if it ends.
    ended.catch(() => {});
    return new BenchServer(child, url);
  }

  resetLoopDelay(): void {
    this.child.send('reset');
  }

  /** The delay of its event loop since the last reset. */
  async readLoopDelay(): Promise<LoopDelay> {
    const answer = once(this.child, 'message');
    this.child.send('read');
    return ((await answer) as [LoopDelay])[0];
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.send('stop');
    await ended;
  }
}

/** Starts a server for a task, and stops it however the task ends. */
export async function withServer<T>(
  env: Readonly<Record<string, string>>,
  task: (server: BenchServer) => Promise<T>,
): Promise<T> {
  const server = await BenchServer.start(env);
  try {
    return await task(server);
  } finally {
    await server.stop();
  }
}
