import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { type Test, test } from 'tap';
import { AuditLog } from '../../src/audit/audit-log.js';
import { ReceiptSigner } from '../../src/audit/erasure-receipt.js';
import { createLogger } from '../../src/platform/request-log.js';
import { makeSweepClock } from '../../src/server/sweepers.js';
import { listSweeps } from '../../src/server/sweeps.js';
import type { Store } from '../../src/storage/store.js';
import { startSweeps } from '../../src/storage/sweeper.js';
import { KeyRegister } from '../../src/vault/key-register.js';
import { measureHolds } from '../event-loop.js';
import { openAccounts } from '../identity/open-accounts.js';
import { testEach } from '../storage/databases.js';
import { type SweepCase, sweepCases } from './sweep-cases.js';

/** Rows at which no sweep may hold the event loop. */
const MANY = 100_000;
/** Rows that show that a sweep works in batches. */
const SEVERAL = 500;
/** Milliseconds after which a sweep is stopped: its longest turn has shown by then. */
const ENOUGH_MS = 1500;
/** Rows whose deletion by one statement is the measure of this machine. */
const UNIT_ROWS = MANY / 10;
/** Times as long as that deletion that a sweep may hold the event loop. Sweeps took 1 to 11, one statement for all rows 25 and more. */
const LIMIT = 15;

const receipts = await ReceiptSigner.parse(await ReceiptSigner.makeKey());

const sweepsOf = (store: Store) =>
  listSweeps({
    ...{ store, audit: new AuditLog(new Uint8Array(32), store.now), receipts, register: new KeyRegister(store) },
    ...{ log: createLogger('silent'), checkKeys: () => {}, scanRetentionDays: 7 },
  });

const namesOf = (store: Store) => sweepsOf(store).map(({ name }) => name);

async function openStoreWith(t: Test, { fill }: SweepCase, count: number, databaseUrl = '') {
  const { store, accounts } = await openAccounts(t, { databaseUrl });
  const owner = await accounts.create({ username: 'owner', password: 'a password for tests' });
  await fill(store.db, count, store.now(), owner);
  // Otherwise the sweep's first commit moves what was filled in from SQLite's log to the file.
  await store.scrub();
  return store;
}

/** Milliseconds that this machine needs now to delete {@link UNIT_ROWS} rows at once, on SQLite. */
async function measureUnit(t: Test): Promise<number> {
  const { store } = await openAccounts(t);
  const [nonces] = sweepCases['deleting expired nonces of capture packets']!;
  const times: number[] = [];
  for (let round = 0; round < 3; round++) {
    await nonces!.fill(store.db, UNIT_ROWS, 2, { companyId: '', accountId: '' });
    // With a condition: SQLite empties a table without looking at its rows.
    const all = store.db.deleteFrom('captureNonces').where('expiresAt', '<', 2);
    times.push((await measureHolds(() => all.execute())).longestMs);
  }
  return times.sort((a, b) => a - b)[1]!;
}

test('every sweep has rows to be tested with', async (t) => {
  const { store } = await openAccounts(t);
  t.same(new Set(Object.keys(sweepCases)), new Set(namesOf(store)), 'a new sweep needs its rows in sweep-cases.ts');
});

for (const [name, cases] of Object.entries(sweepCases))
  for (const sweepCase of cases)
    test(`${name}, with ${MANY} ${sweepCase.rows}, does not hold the event loop`, async (t) => {
      const unit = await measureUnit(t);
      const store = await openStoreWith(t, sweepCase, MANY);
      const sweep = sweepsOf(store).find((sweep) => sweep.name === name)!;
      const before = await sweepCase.left?.(store.db);
      const stopping = new AbortController();
      const timer = setTimeout(() => stopping.abort(), ENOUGH_MS);
      const holds = await measureHolds(() => sweep.run(store.now(), stopping.signal).catch((error) => isStop(error)));
      clearTimeout(timer);
      const done = before === undefined ? '' : `${before - (await sweepCase.left!(store.db))} rows, `;
      t.comment(
        `${done}longest turn ${holds.longestMs.toFixed(1)} ms (by the clock ${holds.clockMs.toFixed(1)}), share ${holds.share.toFixed(2)}, unit ${unit.toFixed(1)} ms`,
      );
      t.ok(holds.longestMs <= LIMIT * unit, 'no turn is long');
      if (before !== undefined) t.ok(holds.share < 0.75, 'requests have their part of the time');
    });

/** A sweep that was stopped may throw the reason. */
function isStop(error: unknown): void {
  if ((error as Error).name !== 'AbortError') throw error;
}

for (const [name, cases] of Object.entries(sweepCases))
  for (const sweepCase of cases.filter(({ left }) => left))
    testEach(`${name}: stops between two batches and ends what is left, ${sweepCase.rows}`, async (t, databaseUrl) => {
      const store = await openStoreWith(t, sweepCase, SEVERAL, databaseUrl);
      const sweep = sweepsOf(store).find((sweep) => sweep.name === name)!;
      const left = () => sweepCase.left!(store.db);
      const before = await left();
      t.ok(before >= SEVERAL);
      const stopping = new AbortController();
      const running = sweep.run(store.now(), stopping.signal).catch((error) => isStop(error));
      await nextTurn();
      stopping.abort();
      await running;
      t.ok((await left()) > before / 2, 'most rows are there after a stop at once');
      await sweep.run(store.now(), new AbortController().signal);
      t.equal(await left(), 0);
    });

test('only one sweep runs at a time; a stop ends the running one and none of those that wait begins', async (t) => {
  const begun: string[] = [];
  let running = 0;
  const sweeping = (name: string, run: (signal: AbortSignal) => Promise<void>) => ({
    intervalMs: 3_600_000,
    onError: (error: unknown) => t.error(error),
    async run(signal: AbortSignal) {
      begun.push(name);
      t.equal(++running, 1, name);
      await run(signal);
      running--;
    },
  });
  const untilStopped = (signal: AbortSignal) =>
    new Promise<void>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  const sweeper = startSweeps([
    sweeping('one', () => sleep(5)),
    sweeping('two', () => sleep(5)),
    sweeping('long', untilStopped),
    sweeping('waiting', async () => {}),
  ]);
  while (!begun.includes('long')) await sleep(1);
  await sweeper.stop();
  t.same(begun, ['one', 'two', 'long'], 'and what a stopped sweep throws is not reported');
});

test('what a sweep would delete is counted aside', async (t) => {
  const [scans] = sweepCases['deleting expired scans']!;
  const unit = await measureUnit(t);
  const store = await openStoreWith(t, scans!, MANY);
  await store.db.insertInto('sweepClock').values({ id: 1, trustedTo: 1 }).execute();
  const clock = makeSweepClock(store, 7);
  const holds = await measureHolds(async () => t.match((await clock.inspect()).held, { doomed: MANY, total: MANY }));
  t.comment(`longest turn ${holds.longestMs.toFixed(1)} ms, unit ${unit.toFixed(1)} ms`);
  t.ok(holds.longestMs <= LIMIT * unit);
});
