import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type BenchDatabase, openPostgres, openSqlite } from './database.js';
import type { Version } from './figures.js';

/** The account that every installation of the bench has. */
export const credentials = { username: 'bench', password: 'bench bench bench' } as const;
/** The key that seals data keys in every installation of the bench. */
export const masterKeyText = Buffer.alloc(32, 7).toString('base64');

/** How a command ended. */
export interface CommandOutcome {
  readonly ms: number;
  /** the greatest resident memory */
  readonly peakMb: number;
  readonly output: string;
}

/** A checkout with a data directory and a database of its own, whose server can be started and stopped. */
export class Installation {
  readonly dataDir = mkdtempSync(join(tmpdir(), 'triface-growth-'));
  #server: ChildProcess | undefined;
  #url = '';
  #pid = 0;

  /**
   * @param root of a built checkout
   * @param databaseUrl empty: SQLite in the data directory
   * @param env further settings of the server
   */
  constructor(
    readonly version: Version,
    private readonly root: string,
    private readonly databaseUrl: string,
    private readonly env: Readonly<Record<string, string>> = {},
  ) {}

  /** of the running server */
  get url(): string {
    return this.#url;
  }

  /** of the process that serves, which the launcher may have started */
  get pid(): number {
    return this.#pid;
  }

  /**
   * Starts the server as an operator does.
   * @param onPort called with the server's URL before it is started
   * @returns milliseconds until its log said that it is ready
   */
  async start(onPort: (url: string) => Promise<void> = async () => {}): Promise<number> {
    const port = await findFreePort();
    this.#url = `http://127.0.0.1:${port}`;
    await onPort(this.#url);
    const began = performance.now();
    const server = this.#spawn(['serve'], { PORT: String(port) });
    this.#server = server;
    this.#pid = 0;
    const lines = createInterface({ input: server.stdout! });
    const tail: string[] = [];
    server.stderr!.on('data', (chunk: Buffer) => tail.push(String(chunk)));
    const ready = new Promise<number>((resolve, reject) => {
      lines.on('line', (line) => {
        if (this.#pid !== 0) return;
        tail.push(line);
        const entry = line.startsWith('{') ? (JSON.parse(line) as { msg?: string; pid?: number }) : {};
        if (entry.msg !== 'ready') return;
        this.#pid = entry.pid!;
        resolve(performance.now() - began);
      });
      server.once('exit', () => reject(new Error(`${this.root}: the server ended:\n${tail.slice(-5).join('\n')}`)));
    });
    return ready;
  }

  /** Stops the server. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    server.kill('SIGTERM');
    const late = setTimeout(() => {
      server.kill('SIGKILL');
      kill(this.#pid);
    }, 30_000);
    await once(server, 'exit');
    clearTimeout(late);
  }

  /** Runs a `triface` command of the checkout on this installation. @throws Error if it fails */
  async command(...words: string[]): Promise<CommandOutcome> {
    const began = performance.now();
    const child = this.#spawn(words);
    let output = '';
    for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (chunk: Buffer) => (output += chunk));
    let peakMb = 0;
    const watch = setInterval(() => {
      peakMb = Math.max(peakMb, readMemory(child.pid!).peakMb);
    }, 20);
    const [code] = (await once(child, 'close')) as [number];
    clearInterval(watch);
    if (code !== 0) throw new Error(`${words.join(' ')}: exit ${code}: ${output.slice(-500)}`);
    return { ms: performance.now() - began, peakMb, output };
  }

  /** Connects to the database, past the server. */
  openDatabase(): Promise<BenchDatabase> {
    return this.databaseUrl === ''
      ? Promise.resolve(openSqlite(join(this.dataDir, 'triface.db')))
      : openPostgres(this.databaseUrl);
  }

  /** Stops the server and removes the data directory. */
  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  #spawn(words: readonly string[], more: Readonly<Record<string, string>> = {}): ChildProcess {
    const child = spawn(process.execPath, [join(this.root, 'src/launch.mjs'), ...words], {
      cwd: this.root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...{ PATH: process.env.PATH, HOME: process.env.HOME },
        ...{ HOST: '127.0.0.1', DATA_DIR: this.dataDir, DATABASE_URL: this.databaseUrl, WORKERS: '1' },
        ...{ TRIFACE_ADMIN_USER: credentials.username, TRIFACE_ADMIN_PASSWORD: credentials.password },
        ...{ TRIFACE_MASTER_KEY: masterKeyText, TRIFACE_STOP_DELAY_MS: '0', INFERENCE_PROVIDER: 'cpu' },
        ...this.env,
        ...more,
      },
    });
    // A bench that ends early leaves no server behind.
    const end = (): void => {
      child.kill('SIGKILL');
      if (child === this.#server) kill(this.#pid);
    };
    process.once('exit', end);
    child.once('exit', () => process.off('exit', end));
    return child;
  }
}

/** Resident memory of a process in megabytes; zeros if it has ended. */
export function readMemory(pid: number): { readonly residentMb: number; readonly anonymousMb: number; readonly peakMb: number } {
  let status = '';
  try {
    status = readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    // It has ended.
  }
  const read = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024;
  return { residentMb: read('VmRSS'), anonymousMb: read('RssAnon'), peakMb: read('VmHWM') };
}

/** @param pid 0: none */
function kill(pid: number): void {
  // The system takes 0 for this process and all that it started.
  if (pid === 0) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
