import type { Test } from 'tap';
import { AttemptLimits, attemptKey, deleteExpiredAttempts } from '../../src/identity/attempt-limits.js';
import { openStore, type Store } from '../../src/storage/store.js';
import { testEach } from '../storage/databases.js';

const secret = new Uint8Array(64).fill(7);
const address = '203.0.113.8';

/** Three servers with one database, whose clock the test sets. */
async function openServers(t: Test, databaseUrl: string) {
  const dataDir = t.testdir();
  const clock = { ms: 1_800_000_000_000 };
  // In one thread, connections to SQLite would wait for each other.
  const opened = await Promise.all((databaseUrl === '' ? [1] : [1, 2, 3]).map(() => openStore({ databaseUrl, dataDir })));
  for (const store of opened) t.teardown(() => store.close());
  const stores = [0, 1, 2].map((index) => opened[index] ?? opened[0]!);
  const limits = stores.map(
    (store) =>
      new AttemptLimits(
        { store: { ...store, now: () => clock.ms } as Store, secret },
        { perAccountAndAddress: { failures: 10, seconds: 60 }, perAddress: { failures: 25, seconds: 60 } },
      ),
  );
  const start = (server: number, name: string, from = address, isKnown = false) =>
    limits[server % 3]!.start(attemptKey(name, from), isKnown);
  const rows = () => stores[0]!.db.selectFrom('loginAttempts').selectAll().orderBy('id').execute();
  return { store: stores[0]!, clock, limits, start, rows };
}

testEach('attempts are counted for all servers together', async (t, databaseUrl) => {
  const { store, clock, limits, start, rows } = await openServers(t, databaseUrl);
  const burst = await Promise.all(Array.from({ length: 45 }, (_, i) => start(i, 'ana')));
  t.equal(burst.filter((answer) => typeof answer === 'object').length, 10, 'of parallel attempts exactly ten start');
  for (const wait of burst.filter((answer) => typeof answer === 'number')) t.ok(wait >= 1 && wait <= 60, String(wait));
  for (const limit of limits) t.equal(await limit.findBlock(attemptKey('ana', address)), 60);
  t.equal(typeof (await start(1, 'ana', '203.0.113.9')), 'object', 'the account is not blocked at another address');
  t.equal(typeof (await start(1, 'bo')), 'object', 'nor another account at this address');

  const before = await rows();
  t.notMatch(JSON.stringify(before), /ana|bo|203\.0/, 'neither names nor addresses are stored');
  for (let i = 0; i < 6; i++) t.type(await start(i, 'ana'), 'number');
  t.same(await rows(), before, 'blocked attempts write nothing');

  clock.ms += 59_999;
  t.equal(await start(2, 'ana'), 1);
  clock.ms += 1;
  const next = await start(2, 'ana');
  t.type(next, 'object', 'a block ends by the database’s clock');
  if (typeof next === 'object') await next.succeed();
  for (let i = 0; i < 10; i++) t.type(await start(i, 'ana'), 'object', 'success forgets the failures');
  t.type(await start(0, 'ana'), 'number');

  clock.ms += 60_000;
  await deleteExpiredAttempts(store.db, clock.ms);
  t.same(await rows(), [], 'what has expired is deleted');
});

testEach('a blocked address does not fill the table, and does not block others', async (t, databaseUrl) => {
  const { clock, start, rows } = await openServers(t, databaseUrl);
  const guesses = await Promise.all(Array.from({ length: 60 }, (_, i) => start(i, `user${i}`)));
  t.equal(guesses.filter((answer) => typeof answer === 'object').length, 25);
  t.equal((await rows()).length, 26, 'one row per started attempt, and the address’s');
  t.type(await start(0, 'ana', address, true), 'object', 'an account that is known at the address');
  t.type(await start(0, 'bo', '2001:db8:0:1::1'), 'object');

  const names = ['a', 'b', 'c', 'x', ''].map((name) => start(0, name, 'not an address'));
  t.ok((await Promise.all(names)).every((answer) => typeof answer === 'object'));
  clock.ms += 1;
  for (let i = 0; i < 20; i++) await start(i, `user${i}`, `made-up ${i}`);
  t.type(await start(0, 'z', 'another'), 'number', 'what is not an address counts as one');
});

testEach('attempts that are withdrawn or right give their point back, and no more', async (t, databaseUrl) => {
  const { start } = await openServers(t, databaseUrl);
  for (let i = 0; i < 40; i++) {
    const attempt = await start(i, 'ana');
    t.type(attempt, 'object');
    if (typeof attempt === 'object') await (i % 2 ? attempt.withdraw() : attempt.succeed());
  }
  for (let i = 0; i < 25; i++) {
    const own = await start(i, 'own');
    if (typeof own === 'object') await own.succeed();
    t.type(await start(i, `user${i}`), i < 25 ? 'object' : 'number');
  }
  t.type(await start(0, 'another'), 'number', 'an own account does not hide guessing');
});
