import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { t as file, type Test, test } from 'tap';
import { execute } from './execute.js';
import { makeTemplate } from './make-template.js';
import { findServerPrograms, makeCluster } from './postgres-cluster.js';

/** A running PostgreSQL server on which databases may be created and dropped. Without it the test run starts one. */
const given = process.env.TRIFACE_TEST_POSTGRES_URL ?? '';
const programs = given === '' ? findServerPrograms() : undefined;

/** Why tests on PostgreSQL are skipped, or `false`. */
export const withoutPostgres: string | false =
  given === '' && programs === undefined
    ? 'no PostgreSQL here: install it (Debian: postgresql), or name one in TRIFACE_TEST_POSTGRES_URL'
    : false;

/** A test that is given the DATABASE_URL of a fresh database, `''` for SQLite. */
export type DatabaseTest = (t: Test, databaseUrl: string) => Promise<void>;

/** The same test on SQLite and on PostgreSQL. */
export function testEach(name: string, body: DatabaseTest): void {
  test(`${name} (SQLite)`, (t) => body(t, ''));
  testPostgres(name, body);
}

/** A test on PostgreSQL, skipped if there is no server. */
export function testPostgres(name: string, body: DatabaseTest): void {
  test(`${name} (PostgreSQL)`, { skip: withoutPostgres }, async (t) => body(t, await makeDatabase(t)));
}

/** The URL of a fresh PostgreSQL database: with the tables of this release (faster), or empty. */
export async function makeDatabase(t: Test, { isEmpty = false } = {}): Promise<string> {
  server ??= findServer();
  const { url, template } = await server;
  const name = `triface_test_${randomUUID().replaceAll('-', '')}`;
  await execute(url('postgres'), `create database ${name} ${isEmpty ? '' : `template ${template}`}`);
  t.teardown(() => execute(url('postgres'), `drop database if exists ${name} with (force)`));
  return url(name);
}

let server: Promise<SharedServer> | undefined;

/** The PostgreSQL server that the test files of a run share. */
interface SharedServer {
  url(database: string): string;
  /** database with the tables of this release, to be cloned */
  readonly template: string;
}

async function findServer(): Promise<SharedServer> {
  if (given === '') return (await reachClusterProcess()) ?? startOwnServer();
  const template = `triface_template_${process.pid}_${randomUUID().slice(0, 8)}`;
  const url = (database: string) => renameDatabase(given, database);
  file.teardown(() => execute(url('postgres'), `drop database if exists ${template} with (force)`));
  await makeTemplate(url, template);
  return { url, template };
}

/** A server of this test file, which ends with it. */
async function startOwnServer(): Promise<SharedServer> {
  const template = 'triface_template';
  const cluster = await makeCluster(programs!);
  file.teardown(() => cluster.remove());
  await makeTemplate(cluster.url, template);
  return { url: cluster.url, template };
}

/** @returns the URL of another database of the same server */
function renameDatabase(url: string, database: string): string {
  // URL does not parse a postgres URL without a host.
  return url.replace(/^([a-z]+:\/\/[^/?]*)(\/[^?]*)?/, `$1/${database}`);
}

/**
 * Connects to the process that owns the run's server (see cluster-process.ts), which this file starts if it is the first to need
 * it. The connection keeps the server until this file ends.
 * @returns `undefined` if it cannot be reached, as on a system without abstract sockets
 */
async function reachClusterProcess(): Promise<SharedServer | undefined> {
  // The files of a run have tap's runner as their parent. Without tap, the file has a server of its own.
  const runner = process.env.TAP === '1' ? process.ppid : process.pid;
  const name = `triface-test-postgres-${runner}`;
  let started: ChildProcess | undefined;
  for (;;) {
    // The process ends at once if it cannot listen, for example because another test file's process already does.
    const hasEnded = started !== undefined && (started.exitCode !== null || started.signalCode !== null);
    const socket = await connectTo(`\0${name}`);
    if (socket) {
      const line = await readLine(socket);
      if (line === undefined)
        throw new Error(
          'the PostgreSQL server of the tests did not start: run `node dist/test/storage/cluster-process.js x 1` to see why',
        );
      // Not before the line has been read to the end: until then the socket may be all that keeps this process running.
      socket.unref();
      const { url, template } = JSON.parse(line) as { url: string; template: string };
      return { url: (database) => renameDatabase(url, database), template };
    }
    if (hasEnded) return undefined;
    if (started === undefined) {
      const program = fileURLToPath(new URL('./cluster-process.js', import.meta.url));
      started = spawn(process.execPath, [program, name, `${runner}`], { detached: true, stdio: 'ignore' });
      started.unref();
    }
    await sleep(50);
  }
}

/** @returns the first line that comes, or `undefined` if the connection ends before */
async function readLine(socket: Socket): Promise<string | undefined> {
  for await (const line of createInterface({ input: socket })) return line;
  return undefined;
}

/** @returns a connection, or `undefined` if nothing listens there */
const connectTo = (name: string): Promise<Socket | undefined> =>
  new Promise((resolve) => {
    const socket = connect(name);
    socket.once('connect', () => resolve(socket)).once('error', () => resolve(undefined));
  });
