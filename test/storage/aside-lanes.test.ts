import { CompiledQuery } from 'kysely';
import { test } from 'tap';
import { AsideLanes, MAX_ASIDE } from '../../src/storage/aside-lanes.js';
import { openStore, type Store } from '../../src/storage/store.js';
import { openAccounts } from '../identity/open-accounts.js';
import { testEach, testPostgres } from './databases.js';

/** A query that counts so far, without an index: the larger, the slower. */
function counting(most: number): { compile(): CompiledQuery<{ count: number }> } {
  const query = `with recursive n(i) as (select 1 union all select i + 1 from n where i < ${most}) select count(*) as count from n`;
  return { compile: () => CompiledQuery.raw(query) as CompiledQuery<{ count: number }> };
}

/** Milliseconds that a task takes. */
async function timed(task: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await task();
  return performance.now() - began;
}

/** Runs long reads of several owners, and short ones one after the other meanwhile. @returns how many short ones ended before the first */
async function readBoth(store: Store): Promise<{ before: number; shortMs: number; longMs: number }> {
  const long = counting(400_000);
  const short = counting(400);
  await store.readAside(short, 'warm', 'short');
  let ended = 0;
  const reads = [1, 2, 3, 4].map((owner) =>
    timed(() => store.readAside(long, `${owner}`)).finally(() => {
      ended++;
    }),
  );
  const times: number[] = [];
  let before = 0;
  for (let i = 0; i < 10; i++) {
    times.push(await timed(() => store.readAside(short, '1', 'short')));
    if (ended === 0) before++;
  }
  const longs = await Promise.all(reads);
  return { before, shortMs: Math.max(...times), longMs: Math.max(...longs) };
}

testEach('short reads do not wait for long ones', async (t, databaseUrl) => {
  const { store } = await openAccounts(t, { databaseUrl });
  const { before, shortMs, longMs } = await readBoth(store);
  t.ok(before > 0, `${before} short reads ended before the first long one`);
  t.ok(shortMs < longMs / 2, `short ${shortMs.toFixed(1)} ms, long ${longMs.toFixed(1)} ms`);
});

testPostgres('of four connections, one is left to short reads', async (t, databaseUrl) => {
  const store = await openStore({ databaseUrl, dataDir: '', poolSize: 4 });
  t.teardown(() => store.close());
  const { before } = await readBoth(store);
  t.ok(before > 0, `${before} short reads ended before the first long one`);
});

testEach(
  'when as many long reads wait as may, short ones still run, and each length is refused by itself',
  async (t, databaseUrl) => {
    const { store } = await openAccounts(t, { databaseUrl });
    const flood = (length: 'short' | 'long') =>
      Array.from({ length: MAX_ASIDE + 8 }, () =>
        store.readAside(counting(1000), 'flood', length).catch((error) => error.reason),
      );
    const long = flood('long');
    t.same(await store.readAside(counting(10), 'flood', 'short'), [{ count: 10 }]);
    for (const outcomes of [await Promise.all(long), await Promise.all(flood('short'))])
      t.equal(outcomes.filter((outcome) => outcome === 'full').length, 8, 'the others were answered');
  },
);

test('with a single slot, reads of both lengths share it', async (t) => {
  const lanes = new AsideLanes(['only']);
  const order: string[] = [];
  const run = (length: 'short' | 'long') => lanes.run(async (slot) => order.push(`${length} ${slot}`), { owner: '', length });
  await Promise.all([run('long'), run('short')]);
  t.same(order, ['long only', 'short only']);
  await lanes.close();
  await t.rejects(run('short'), { name: 'BusyError', reason: 'closed' });
});
