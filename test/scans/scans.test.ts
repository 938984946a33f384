import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { sql } from 'kysely';
import type { Test } from 'tap';
import { deleteScansBefore } from '../../src/scans/delete-scans.js';
import type { NewScan } from '../../src/scans/scan.js';
import { addScan, findScan } from '../../src/scans/scans.js';
import { sweepScans } from '../../src/scans/sweep-scans.js';
import { openStore } from '../../src/storage/store.js';
import { openAccounts } from '../identity/open-accounts.js';
import { repetitions } from '../repetitions.js';
import { startChild } from '../storage/children.js';
import { testEach } from '../storage/databases.js';

const DAY_MS = 86_400_000;
const password = 'a password for tests';

async function openScans(t: Test, databaseUrl: string) {
  const opened = await openAccounts(t, { databaseUrl });
  const one = await opened.accounts.create({ username: 'one', password, company: 'One' });
  const two = await opened.accounts.create({ username: 'two', password, company: 'Two' });
  const scan = (more: Partial<NewScan> = {}): NewScan => ({
    companyId: one.companyId,
    accountId: one.accountId,
    contract: 'test',
    elapsedMs: 12.25,
    outcome: 'live',
    livenessScore: 0.875,
    finding: null,
    policyVersion: '1',
    detail: { faces: [{ x: 1 }], snake_key: null },
    ...more,
  });
  return { ...opened, one, two, scan };
}

testEach('a scan is found as it was stored, by its company only', async (t, databaseUrl) => {
  const { store, one, two, scan } = await openScans(t, databaseUrl);
  const stored = scan({ reference: 'order 1', channel: 'WEB', finding: 'face-too-small' });
  const { id, number, createdAt } = await addScan(store, stored, 1_700_000_000_123);
  t.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4/);
  t.same(await findScan(store, one.companyId, id), {
    ...stored,
    id,
    number,
    createdAt,
    updatedAt: 1_700_000_000_123,
    createdBy: one.accountId,
    updatedBy: one.accountId,
    summary: null,
    revision: 1,
    personId: null,
    pictureId: null,
  });
  t.equal(createdAt, 1_700_000_000_123);
  t.equal((await findScan(store, one.companyId, id.toUpperCase()))?.number, number);
  t.equal(await findScan(store, two.companyId, id), undefined);
  t.equal(await findScan(store, one.companyId, `${id}\0`), undefined);
  t.equal(await findScan(store, one.companyId, 'nonsense'), undefined);
});

testEach('omitted values are null', async (t, databaseUrl) => {
  const { store, one, scan } = await openScans(t, databaseUrl);
  const { id } = await addScan(store, scan({ livenessScore: null, detail: undefined }));
  t.match(await findScan(store, one.companyId, id), { reference: null, channel: null, livenessScore: null, detail: null });
});

testEach('a NUL character in a reference does not cut it short', async (t, databaseUrl) => {
  const { store, one, scan } = await openScans(t, databaseUrl);
  const { id } = await addScan(store, scan({ reference: 'before\0after' }));
  t.equal((await findScan(store, one.companyId, id))?.reference, 'beforeafter');
});

testEach('numbers ascend and are not reused', async (t, databaseUrl) => {
  const { store, one, scan } = await openScans(t, databaseUrl);
  const numbers = [];
  for (let i = 0; i < 3; i++) numbers.push((await addScan(store, scan(), 1)).number);
  t.same(numbers, [1, 2, 3]);
  await deleteScansBefore(store, one.accountId, 2);
  t.equal((await addScan(store, scan())).number, 4);
});

testEach('old scans are deleted in batches that do not block the event loop', async (t, databaseUrl) => {
  const { store, one, scan } = await openScans(t, databaseUrl);
  await store.db.transaction().execute(async (db) => {
    for (let i = 0; i < 350; i++) await addScan({ ...store, db }, scan(), i);
  });
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  t.equal(await deleteScansBefore(store, one.accountId, 250), 250);
  clearInterval(timer);
  t.ok(turns >= 1, 'a timer ran in between');
  const left = await store.db.selectFrom('scans').select('createdAt').orderBy('createdAt').execute();
  t.equal(left.length, 100);
  t.equal(left[0]?.createdAt, 250);
  t.equal(await deleteScansBefore(store, one.accountId, 9999, AbortSignal.abort()), 0);
});

testEach('scans are kept within the retention; 0 keeps them for ever; a sweep that fails throws', async (t, databaseUrl) => {
  const { store, scan, clock, now } = await openScans(t, databaseUrl);
  await addScan(store, scan(), clock.ms - 8 * DAY_MS);
  await addScan(store, scan(), clock.ms - 6 * DAY_MS);
  t.equal(await sweepScans(store, 0, now()), 0);
  t.equal(await sweepScans(store, 7, now(), AbortSignal.abort()), 0, 'not after it was stopped');
  t.equal(await sweepScans(store, 7, now()), 1);
  clock.ms += 2 * DAY_MS;
  t.equal(await sweepScans(store, 7, now()), 1);
  t.equal(await sweepScans(store, 7, now()), 0);
  await sql`alter table scans rename to lost`.execute(store.db);
  await t.rejects(sweepScans(store, 1, now()));
});

testEach('acknowledged scans survive kill -9', async (t, databaseUrl) => {
  const { dataDir, store, one } = await openScans(t, databaseUrl);
  await store.close();
  const acknowledged: string[] = [];
  const rounds = repetitions(2, 8);
  for (let round = 0; round < rounds; round++) {
    const child = await startChild('storm', { dataDir, databaseUrl });
    // whole lines only: a line cut by the kill was not read as an acknowledgement
    let isEnough = () => {};
    const enough = new Promise<void>((resolve) => {
      isEnough = resolve;
    });
    const before = acknowledged.length;
    createInterface({ input: child.stdout! }).on('line', (id) => {
      if (id.length === 36) acknowledged.push(id);
      if (acknowledged.length - before >= 80 + 37 * round) isEnough();
    });
    const closed = once(child, 'close');
    child.send('go');
    await enough;
    child.kill('SIGKILL');
    const [, signal] = await closed;
    t.equal(signal, 'SIGKILL');
  }
  const again = await openStore({ databaseUrl, dataDir });
  t.teardown(() => again.close());
  const missing = [];
  for (const id of acknowledged) if (!(await findScan(again, one.companyId, id))) missing.push(id);
  t.same(missing, []);
  t.ok(acknowledged.length >= 80 * rounds, `${acknowledged.length} acknowledged`);
});
