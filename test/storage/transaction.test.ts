import type { Test } from 'tap';
import { openStore } from '../../src/storage/store.js';
import { transact } from '../../src/storage/transaction.js';
import { temporaryDirectory } from '../helper.js';
import { testEach } from './databases.js';

const company = (id: string) => ({ id, name: id, createdAt: 1_700_000_000_123 });

async function open(t: Test, databaseUrl: string) {
  const store = await openStore({ databaseUrl, dataDir: temporaryDirectory(t) });
  t.teardown(() => store.close());
  const names = async () => (await store.db.selectFrom('companies').select('id').orderBy('id').execute()).map(({ id }) => id);
  return { db: store.db, names };
}

testEach('a transaction is stored as a whole, or not at all', async (t, databaseUrl) => {
  const { db, names } = await open(t, databaseUrl);
  const result = await transact(db, async (db) => {
    await db.insertInto('companies').values(company('a')).execute();
    await db.insertInto('companies').values(company('b')).execute();
    return 'done';
  });
  t.equal(result, 'done');
  t.same(await names(), ['a', 'b']);
  const failing = transact(db, async (db) => {
    await db.insertInto('companies').values(company('c')).execute();
    throw new Error('in the middle');
  });
  await t.rejects(failing, { message: 'in the middle' });
  const refused = transact(db, async (db) => {
    await db.insertInto('companies').values(company('d')).execute();
    await db.insertInto('companies').values(company('a')).execute();
  });
  await t.rejects(refused, 'the last statement violates a constraint');
  t.same(await names(), ['a', 'b'], 'nothing of either is stored');
});

testEach('a transaction within a transaction is part of it', async (t, databaseUrl) => {
  const { db, names } = await open(t, databaseUrl);
  const failing = transact(db, async (outer) => {
    await transact(outer, async (inner) => {
      t.equal(inner, outer);
      await inner.insertInto('companies').values(company('a')).execute();
    });
    throw new Error('after the inner one');
  });
  await t.rejects(failing, { message: 'after the inner one' });
  t.same(await names(), []);
});
