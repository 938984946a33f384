import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';

/** A PostgreSQL server of this process alone, on a socket in its own directory. */
export interface Cluster {
  /** the URL of a database in it */
  url(database: string): string;
  /** Stops the server at once, with all connections, and starts it again on the same data. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Sends a signal to the server and to each of its connections, for example SIGSTOP. */
  signal(name: NodeJS.Signals): void;
  /** Its data directory. */
  readonly data: string;
  /** Runs one of PostgreSQL's own programs, for example pg_dump, connected to the server. @returns what it wrote to stdout */
  run(program: string, ...words: readonly string[]): Buffer;
  /**
   * Copies the data, as a standby has it. The function returned kills the server and starts it on the copy: a failover to a standby
   * that lacked the last changes.
   */
  makeStandby(): () => Promise<void>;
  /** Ends it and removes its data. */
  remove(): Promise<void>;
}

/** How a server is made. */
export interface ClusterOptions {
  /** whether commits wait for the disk (default false: a killed client loses nothing on the server) */
  readonly isDurable?: boolean;
  /** where its directory is created (default: the system's for temporary files) */
  readonly parent?: string;
  /** more of postgresql.conf */
  readonly settings?: Readonly<Record<string, string>>;
  /** puts files into its data directory before it starts; `own` gives one to the server's user */
  readonly prepare?: (data: string, own: (path: string) => void) => void;
}

/** Where Debian installs the server's programs. */
const DEBIAN = '/usr/lib/postgresql';

/**
 * The directory of the server's programs; `undefined`: there is none on this machine, or no setpriv (util-linux) to start them
 * with.
 */
export function findServerPrograms(): string | undefined {
  if (spawnSync('setpriv', ['--version']).status !== 0) return undefined;
  return findPlaceOf(['initdb', 'postgres']);
}

/** The first directory that holds these programs. */
function findPlaceOf(programs: readonly string[]): string | undefined {
  const versions = spawnSync('ls', [DEBIAN], { encoding: 'utf8' }).stdout?.trim().split('\n') ?? [];
  const newest = versions.filter((version) => /^\d+$/.test(version)).sort((a, b) => Number(b) - Number(a));
  const places = [...(process.env.PATH ?? '').split(':'), ...newest.map((version) => join(DEBIAN, version, 'bin'))];
  return places.find((place) => place !== '' && programs.every((name) => listOf(place).has(name)));
}

const listOf = (directory: string): Set<string> => {
  try {
    return new Set(readdirSync(directory));
  } catch {
    return new Set();
  }
};

/**
 * Creates and starts a server. It sorts text linguistically (ICU) if possible, so that tests notice text that must be sorted by
 * bytes.
 */
export async function makeCluster(programs: string, options: ClusterOptions = {}): Promise<Cluster> {
  const { isDurable = false, settings = {}, prepare, parent = tmpdir() } = options;
  const directory = mkdtempSync(join(parent, 'triface-pg-'));
  const data = join(directory, 'data');
  // PostgreSQL refuses to run as root
  const user = process.getuid?.() === 0 ? ownerOf('postgres') : undefined;
  if (user) chownSync(directory, user.uid, user.gid);
  const asUser = user ? ['--reuid', `${user.uid}`, '--regid', `${user.gid}`, '--clear-groups'] : [];
  const initdb = (locale: string[]) =>
    execFileSync(
      'setpriv',
      // biome-ignore format: one argument with its value a line
      [...asUser, '--', join(programs, 'initdb'), '--pgdata', data, '--username', 'postgres', '--auth', 'trust',
       '--encoding', 'UTF8', '--no-sync', ...locale],
      { cwd: directory, stdio: 'pipe' },
    );
  try {
    initdb(['--locale', 'C.UTF-8', '--locale-provider', 'icu', '--icu-locale', 'en-US']);
  } catch {
    rmSync(data, { recursive: true, force: true });
    initdb(['--locale', 'C.UTF-8']);
  }
  const own = (path: string): void => {
    if (user) chownSync(path, user.uid, user.gid);
  };
  prepare?.(data, own);
  const all: Record<string, string> = {
    listen_addresses: '',
    unix_socket_directories: directory,
    max_connections: '300',
    ...(isDurable ? {} : hasty),
    ...settings,
  };
  let server: ChildProcess | undefined;
  const cluster: Cluster = {
    url: (database) => `postgres:///${database}?host=${encodeURIComponent(directory)}&port=${all.port ?? 5432}&user=postgres`,
    async start() {
      server = spawn(
        'setpriv',
        [
          // it ends with this process in every case
          ...[...asUser, '--pdeathsig', 'SIGQUIT', '--', join(programs, 'postgres'), '-D', data],
          ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
        ],
        { cwd: directory, stdio: 'ignore' },
      );
      server.unref();
      await untilItAnswers(cluster.url('postgres'), server);
    },
    async stop() {
      if (server && server.exitCode === null) {
        server.ref();
        server.kill('SIGINT');
        await once(server, 'exit');
      }
      server = undefined;
    },
    data,
    run: (program, ...words) =>
      execFileSync(
        'setpriv',
        [
          ...asUser,
          '--',
          join(findPlaceOf([program]) ?? programs, program),
          '-h',
          directory,
          '-p',
          all.port ?? '5432',
          '-U',
          'postgres',
          ...words,
        ],
        { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 28 },
      ),
    makeStandby() {
      const copy = join(directory, 'standby');
      cluster.run('pg_basebackup', '-X', 'stream', '-c', 'fast', '-D', copy);
      return async () => {
        const ended = once(server!, 'exit');
        cluster.signal('SIGKILL');
        await ended;
        rmSync(data, { recursive: true });
        renameSync(copy, data);
        await cluster.start();
      };
    },
    signal(name) {
      const main = server!.pid!;
      const children = spawnSync('ps', ['-o', 'pid=', '--ppid', `${main}`], { encoding: 'utf8' })
        .stdout.trim()
        .split(/\s+/);
      for (const pid of [main, ...children.map(Number)]) {
        try {
          process.kill(pid, name);
        } catch {
          // A connection ended meanwhile.
        }
      }
    },
    async remove() {
      if (server?.exitCode === null) cluster.signal('SIGCONT');
      await cluster.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
  await cluster.start();
  return cluster;
}

/** Turns off durability, which no test needs. */
const hasty = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

function ownerOf(name: string): { uid: number; gid: number } {
  const id = (flag: string) => Number(execFileSync('id', [flag, name], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

async function untilItAnswers(url: string, server: ChildProcess): Promise<void> {
  for (const deadline = Date.now() + 60_000; ; await sleep(30)) {
    const client = new Client({ connectionString: url });
    client.on('error', () => {});
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      if (server.exitCode !== null || Date.now() > deadline) throw error;
    }
  }
}
