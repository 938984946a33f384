import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { t as file, type Test, test } from 'tap';
import { openStore } from '../../src/storage/store.js';
import { type Cluster, findServerPrograms, makeCluster } from './postgres-cluster.js';

/** A PostgreSQL server that is there already, on which databases may be made and dropped. Without it one is started. */
const given = process.env.TRIFACE_TEST_POSTGRES_URL ?? '';
const programs = given === '' ? findServerPrograms() : undefined;

/** Why tests on PostgreSQL are skipped; `false`: they are not. */
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

/** A test on PostgreSQL, skipped where there is none. */
export function testPostgres(name: string, body: DatabaseTest): void {
  test(`${name} (PostgreSQL)`, { skip: withoutPostgres }, async (t) => body(t, await makeDatabase(t)));
}

/** The URL of a fresh PostgreSQL database: with the tables of this release (faster), or empty. */
export async function makeDatabase(t: Test, { isEmpty = false } = {}): Promise<string> {
  server ??= startServer();
  const { url, template } = await server;
  const name = `triface_test_${randomUUID().replaceAll('-', '')}`;
  await execute(url('postgres'), `create database ${name} ${isEmpty ? '' : `template ${template}`}`);
  // a server of our own goes with the process
  if (given !== '') t.teardown(() => execute(url('postgres'), `drop database if exists ${name} with (force)`));
  return url(name);
}

/** Statements on a connection of their own. */
export async function execute(url: string, ...statements: string[]): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

let server: Promise<{ url: Cluster['url']; template: string }> | undefined;

async function startServer() {
  const template = `triface_template_${process.pid}_${randomUUID().slice(0, 8)}`;
  let url: Cluster['url'];
  if (given !== '') {
    url = (database) => Object.assign(new URL(given), { pathname: `/${database}` }).href;
    file.teardown(() => execute(url('postgres'), `drop database if exists ${template} with (force)`));
  } else {
    const cluster = await makeCluster(programs!);
    url = cluster.url;
    file.teardown(() => cluster.remove());
  }
  await execute(url('postgres'), `create database ${template}`);
  await (await openStore({ databaseUrl: url(template), dataDir: '' })).close();
  return { url, template };
}
