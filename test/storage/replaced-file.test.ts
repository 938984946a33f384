import { copyFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { type Test, test } from 'tap';
import { UnavailableError } from '../../src/base/unavailable-error.js';
import { openStore, type Store } from '../../src/storage/store.js';
import { transact } from '../../src/storage/transaction.js';
import { temporaryDirectory } from '../helper.js';

/** A store with the company `first`, and a copy of its file in which only `restored` exists. */
async function openTwo(t: Test) {
  const dataDir = temporaryDirectory(t);
  const file = join(dataDir, 'triface.db');
  const backup = join(dataDir, 'backup.db');
  const other = await openStore({ databaseUrl: '', dataDir });
  await addCompany(other, 'restored');
  await other.close();
  copyFileSync(file, backup);
  for (const name of ['', '-wal', '-shm']) rmSync(`${file}${name}`, { force: true });
  const store = await openStore({ databaseUrl: '', dataDir });
  t.teardown(() => store.close());
  await addCompany(store, 'first');
  return { dataDir, file, backup, store };
}

const addCompany = (store: Store, name: string) =>
  store.db.insertInto('companies').values({ id: name, name, createdAt: 1 }).execute();

const companies = async (store: Store) =>
  (await store.db.selectFrom('companies').select('name').execute()).map(({ name }) => name);

/** Tries again while the store is unavailable. */
async function whenBack<T>(task: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++)
    try {
      return await task();
    } catch (error) {
      if (!(error instanceof UnavailableError) || tries > 100) throw error;
      await sleep(50);
    }
}

test('a database file that is replaced is never written to, and the new one is opened', async (t) => {
  for (const withLog of [true, false]) {
    const { file, backup, store, dataDir } = await openTwo(t);
    t.same(await companies(store), ['first']);
    t.equal(
      (await store.readAside<{ n: number }>(store.db.selectFrom('companies').select(sql<number>`count(*)`.as('n'))))[0]!.n,
      1,
    );
    // with and without the former file's log, which must not be taken for the new one's
    if (!withLog) for (const name of ['-wal', '-shm']) rmSync(`${file}${name}`);
    renameSync(backup, file);
    await t.rejects(addCompany(store, 'lost'), UnavailableError);
    await whenBack(() => addCompany(store, 'kept'));
    t.same(await companies(store), ['kept', 'restored']);
    const { rows } = await sql<{ integrity_check: string }>`pragma integrity_check`.execute(store.db);
    t.same(rows, [{ integrityCheck: 'ok' }]);
    const aside = await whenBack(() =>
      store.readAside<{ name: string }>(store.db.selectFrom('companies').select('name').orderBy('name')),
    );
    t.same(aside, [{ name: 'kept' }, { name: 'restored' }], 'long reads see it as well');
    const another = await openStore({ databaseUrl: '', dataDir });
    t.same(await companies(another), ['kept', 'restored'], 'and so do other processes');
    await another.close();
  }
});

test('a file that was removed is not created again: nothing passes for an empty database', async (t) => {
  const { file, backup, store } = await openTwo(t);
  rmSync(file);
  await t.rejects(companies(store), UnavailableError);
  await sleep(1100);
  await t.rejects(companies(store), UnavailableError);
  renameSync(backup, file);
  t.same(await whenBack(() => companies(store)), ['restored']);
});

test('a transaction never spans two files', async (t) => {
  const { file, backup, store } = await openTwo(t);
  await t.rejects(
    transact(store.db, async (db) => {
      await db.insertInto('companies').values({ id: 'half', name: 'half', createdAt: 1 }).execute();
      renameSync(backup, file);
      // until the new file is open
      for (let tries = 0; tries < 40; tries++) {
        await sleep(50);
        await db
          .insertInto('companies')
          .values({ id: `other half ${tries}`, name: 'other half', createdAt: 1 })
          .execute()
          .catch((error) => {
            if (tries === 39) throw error;
          });
      }
    }),
    UnavailableError,
  );
  t.same(await whenBack(() => companies(store)), ['restored']);
});

test('neither is an empty file taken for one', async (t) => {
  const { file, backup, store } = await openTwo(t);
  rmSync(file);
  writeFileSync(file, '');
  await t.rejects(companies(store), UnavailableError);
  await sleep(1200);
  await t.rejects(companies(store), UnavailableError);
  t.equal(statSync(file).size, 0, 'nothing was written to it');
  renameSync(backup, file);
  t.same(await whenBack(() => companies(store)), ['restored']);
});

test('a file that is no database is not opened', async (t) => {
  const { dataDir, file, backup, store } = await openTwo(t);
  const text = join(dataDir, 'text');
  copyFileSync(new URL(import.meta.url), text);
  renameSync(text, file);
  await t.rejects(companies(store), UnavailableError);
  await sleep(1200);
  await t.rejects(companies(store), UnavailableError);
  renameSync(backup, file);
  t.same(await whenBack(() => companies(store)), ['restored']);
});
