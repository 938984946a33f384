import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Libsql from 'libsql';
import { type Test, test } from 'tap';
import { openStore } from '../../src/storage/store.js';
import { isUniqueViolation, StoreError } from '../../src/storage/store-error.js';
import { runTogether } from './children.js';

async function open(t: Test, dataDir = join(t.testdir(), 'data'), databaseUrl = '') {
  const store = await openStore({ databaseUrl, dataDir });
  t.teardown(() => store.close());
  return { store, dataDir };
}

function tablesOf(file: string) {
  const database = new Libsql(file);
  const rows = database.prepare('select name, sql from sqlite_master order by name').all([]);
  const migrations = database.prepare('select name from kysely_migration').all([]);
  database.close();
  return { rows, migrations };
}

/** number of migrations: one per number */
const released = new Set(
  readdirSync(new URL('../../src/storage/migrations/', import.meta.url)).flatMap((name) => /^\d{4}/.exec(name)?.[0] ?? []),
).size;

test('a second connection of this process, as a worker thread has, does not cost the first one its locks', async (t) => {
  const { store, dataDir } = await open(t);
  const beside = await openStore({ databaseUrl: '', dataDir });
  const write = (id: string) => store.db.insertInto('companies').values({ id, name: id, createdAt: 1 }).execute();
  await write('before');
  // A process that opens and closes the database would consider itself the last one, and delete the log of the open connections.
  t.same(await runTogether(1, 'open', { databaseUrl: '', dataDir }), ['opened']);
  await write('while both are open');
  await beside.close();
  t.same(await runTogether(1, 'open', { databaseUrl: '', dataDir }), ['opened']);
  await write('after');
  const reader = spawnSync(
    process.execPath,
    [
      '-e',
      `const Libsql = require('libsql');
       const database = new Libsql(process.argv[1]);
       console.log(database.prepare('select name from companies order by created_at, name').all().map(({ name }) => name).join())`,
      join(dataDir, 'triface.db'),
    ],
    { encoding: 'utf8' },
  );
  t.equal(reader.stdout.trim(), 'after,before,while both are open', 'other processes see all of it');
});

test('creates a private directory, a private file and the tables', async (t) => {
  const { store, dataDir } = await open(t);
  const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);
  t.equal(modeOf(dataDir), '700');
  t.equal(modeOf(join(dataDir, 'triface.db')), '600');
  t.equal(modeOf(join(dataDir, 'triface.db-wal')), '600');
  await store.check();
  t.same(await store.db.selectFrom('scans').selectAll().execute(), []);
  const names = tablesOf(join(dataDir, 'triface.db')).rows.map((row) => (row as { name: string }).name);
  for (const name of [
    'accounts',
    'companies',
    'scans',
    'scans_by_company_and_reference',
    'scans_by_company_and_time',
    'scans_by_account_and_time',
    'scan_summaries_by_created_at',
  ])
    t.ok(names.includes(name), name);
});

test('commits are flushed to the disk', async (t) => {
  if (spawnSync('strace', ['-V']).status !== 0) {
    t.comment('no strace here: not tested');
    return;
  }
  const dataDir = join(t.testdir(), 'data');
  await (await openStore({ databaseUrl: '', dataDir })).close();
  const program = `
    const { openStore } = await import(${JSON.stringify(new URL('../../src/storage/store.js', import.meta.url).href)});
    const store = await openStore({ databaseUrl: '', dataDir: ${JSON.stringify(dataDir)} });
    for (let i = 0; i < 5; i++) await store.db.insertInto('companies').values({ id: 'c' + i, name: 'c' + i, createdAt: 1 }).execute();
    process.exit(0);`;
  const traced = spawnSync(
    'strace',
    ['-f', '-e', 'trace=fsync,fdatasync', process.execPath, '--input-type=module', '-e', program],
    { encoding: 'utf8' },
  );
  t.ok((traced.stderr.match(/sync\(/g) ?? []).length >= 5, 'a flush for each of 5 commits');
});

test('migrates once: opening again changes nothing', async (t) => {
  const { store, dataDir } = await open(t);
  const file = join(dataDir, 'triface.db');
  await store.db.insertInto('companies').values({ id: 'c', name: 'kept', createdAt: 1 }).execute();
  await store.close();
  const before = tablesOf(file);
  t.equal(before.migrations.length, released);
  const again = await open(t, dataDir);
  t.same(await again.store.db.selectFrom('companies').select('name').execute(), [{ name: 'kept' }]);
  t.same(tablesOf(file), before);
});

test('migrates once when processes start at the same time', async (t) => {
  for (let round = 0; round < 3; round++) {
    const dataDir = join(t.testdir(), `data-${round}`);
    t.same(await runTogether(4, 'open', { dataDir, databaseUrl: '' }), ['opened', 'opened', 'opened', 'opened']);
    t.equal(tablesOf(join(dataDir, 'triface.db')).migrations.length, released);
  }
});

test('refuses the database of a newer release', async (t) => {
  const { store, dataDir } = await open(t);
  await store.close();
  const database = new Libsql(join(dataDir, 'triface.db'));
  database.exec(`insert into kysely_migration values ('9999-from-the-future', '2999-01-01T00:00:00.000Z')`);
  database.close();
  await t.rejects(openStore({ databaseUrl: '', dataDir }), { name: 'StoreError', message: /newer release/ });
});

test('a failed migration leaves nothing behind', async (t) => {
  const dataDir = t.testdir();
  const file = join(dataDir, 'triface.db');
  const database = new Libsql(file);
  // conflicts with the last table, so that the first two are created before the failure
  database.exec('create table scans (in_the_way integer)');
  database.close();
  await t.rejects(openStore({ databaseUrl: '', dataDir }), StoreError);
  const names = tablesOf(file).rows.map((row) => (row as { name: string }).name);
  t.notOk(names.includes('accounts'));
  t.same(tablesOf(file).migrations, []);
});

test('DATABASE_URL', async (t) => {
  const dir = t.testdir();
  const { dataDir } = await open(t, join(dir, 'data'), `file:${join(dir, 'sub', 'a.db')}`);
  t.ok(existsSync(join(dir, 'sub', 'a.db')));
  t.notOk(existsSync(dataDir));
  await open(t, dataDir, `file://${join(dir, 'b.db')}`);
  t.ok(existsSync(join(dir, 'b.db')));
  for (const databaseUrl of [
    'postgres://user:hunter2hunter2@host',
    'postgres://user:hunter2hunter2@host/db?sslmode=prefer',
    'mysql://user:hunter2hunter2@host/db',
    '/a/path.db',
    'file:',
    'file:/a?mode=ro',
  ]) {
    const error = await openStore({ databaseUrl, dataDir }).catch((reason: Error) => reason);
    t.match(error, { name: 'StoreError', message: /^DATABASE_URL/ }, databaseUrl);
    t.notMatch((error as Error).message, /hunter2/);
  }
});

test('names the file that cannot be opened', async (t) => {
  const dataDir = t.testdir({ 'triface.db': 'this is not a database, it is a sentence of some length' });
  await t.rejects(openStore({ databaseUrl: '', dataDir }), { name: 'StoreError', message: /triface\.db.*not a database/ });
  writeFileSync(join(dataDir, 'plain'), '');
  await t.rejects(openStore({ databaseUrl: '', dataDir: join(dataDir, 'plain') }), { name: 'StoreError', message: /plain/ });
});

test('check rejects once the store is closed; closing twice is allowed; the file is complete without its WAL', async (t) => {
  const { store, dataDir } = await open(t);
  await store.db.insertInto('companies').values({ id: 'c', name: 'n', createdAt: 1 }).execute();
  await store.close();
  await store.close();
  await t.rejects(store.check());
  t.equal(statSync(join(dataDir, 'triface.db-wal'), { throwIfNoEntry: false })?.size ?? 0, 0);
});

test('constraints hold, and values that libsql mishandles never reach it', async (t) => {
  const { store } = await open(t);
  const company = { id: 'c', name: 'n', createdAt: 1_700_000_000_123 };
  await store.db.insertInto('companies').values(company).execute();
  const twice = await store.db
    .insertInto('companies')
    .values({ ...company, id: 'd' })
    .execute()
    .catch((error: unknown) => error);
  t.ok(isUniqueViolation(twice));
  t.ok(
    isUniqueViolation(
      await store.db
        .insertInto('companies')
        .values({ ...company, name: 'm' })
        .execute()
        .catch((error: unknown) => error),
    ),
  );
  t.notOk(isUniqueViolation(new Error('other')));
  const orphan = { id: 'a', companyId: 'nobody', username: 'u', usernameFolded: 'u', passwordHash: '', rights: '[]' };
  const numbers = { isDisabled: 0, credentialVersion: 1, createdAt: 1, updatedAt: 1 };
  await t.rejects(
    store.db
      .insertInto('accounts')
      .values({ ...orphan, ...numbers })
      .execute(),
    { code: 'SQLITE_CONSTRAINT_FOREIGNKEY' },
  );
  await t.rejects(
    store.db
      .insertInto('companies')
      .values({ ...company, id: 'e', name: 'cut\0short' })
      .execute(),
    TypeError,
  );
  await t.rejects(
    store.db
      .selectFrom('companies')
      .selectAll()
      .where('name', '=', true as never)
      .execute(),
    TypeError,
  );
  t.same(await store.db.selectFrom('companies').selectAll().execute(), [company]);
});

test('blobs are bytes', async (t) => {
  const { store } = await open(t);
  const { sql } = await import('kysely');
  const { rows } = await sql<{ bytes: Uint8Array }>`select ${new Uint8Array([1, 2, 255])} as bytes`.execute(store.db);
  t.ok(rows[0]?.bytes instanceof Uint8Array);
  t.same([...(rows[0]?.bytes ?? [])], [1, 2, 255]);
});

test('transactions that read and then write wait for other processes', async (t) => {
  const { store, dataDir } = await open(t);
  // if deferred, some would fail at once (old snapshot) or overwrite another's change
  t.same(await runTogether(3, 'count', { dataDir, databaseUrl: '' }), ['counted', 'counted', 'counted']);
  t.equal((await store.db.selectFrom('companies').selectAll().execute()).length, 150);
});

test('cached statements work again after a failure and hold nothing open', async (t) => {
  const { store, dataDir } = await open(t);
  const add = (id: string) => store.db.insertInto('companies').values({ id, name: id, createdAt: 1 }).returning('id').execute();
  await add('a');
  t.ok(isUniqueViolation(await add('a').catch((error: unknown) => error)));
  t.same(await add('b'), [{ id: 'b' }]);
  t.same(await store.db.selectFrom('companies').select('id').orderBy('id').limit(1).execute(), [{ id: 'a' }]);
  const other = new Libsql(join(dataDir, 'triface.db'));
  t.match(other.pragma('wal_checkpoint(TRUNCATE)'), [{ busy: 0 }], 'no statement is in the way of a checkpoint');
  other.close();
});
