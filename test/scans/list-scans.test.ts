import { CompiledQuery } from 'kysely';
import { test } from 'tap';
import { deleteScansBefore, eraseScansByReference } from '../../src/scans/delete-scans.js';
import { listScans } from '../../src/scans/list-scans.js';
import { findOwner } from '../../src/scans/scan-counts.js';
import { selectPage } from '../../src/scans/scan-query.js';
import { SCAN_SORT_FIELDS } from '../../src/scans/scan-summary.js';
import { addScan } from '../../src/scans/scans.js';
import type { Store } from '../../src/storage/store.js';
import { addScans, dmsScan } from '../contracts/dms/scan-server.js';
import { openAccounts } from '../identity/open-accounts.js';
import { testEach, testPostgres } from '../storage/databases.js';
import { execute } from '../storage/execute.js';

const password = 'a password for tests';
const all = { filter: {}, sort: [], offset: 0, limit: 10 };

/** The plans of a page in every single sort, read from either end. */
async function explainSorts(store: Store, companyId: string, explain: string): Promise<{ name: string; plan: string }[]> {
  const owner = (await findOwner(store.db, companyId))!;
  const plans = [];
  for (const field of [undefined, ...SCAN_SORT_FIELDS])
    for (const descending of [false, true])
      for (const isReversed of [false, true]) {
        const sort = field ? [{ field, descending }] : [];
        const selection = { owner, filter: {}, upTo: 1_000_000 };
        const way = { kind: 'walk', indexed: [] } as const;
        const page = selectPage(store.db, selection, { sort, isReversed, skip: 3, length: 3, way });
        const { sql, parameters } = page.compile();
        const { rows } = await store.db.executeQuery<object>(CompiledQuery.raw(`${explain} ${sql}`, [...parameters]));
        const plan = rows.map((row) => ('detail' in row ? row.detail : Object.values(row)[0])).join('; ');
        plans.push({ name: `${field} ${descending} ${isReversed}`, plan });
      }
  return plans;
}

test('SQLite reads every single sort from one index, in both directions, without sorting and without the table', async (t) => {
  const { store, accounts } = await openAccounts(t);
  const one = await accounts.create({ username: 'one', password });
  await addScan(store, dmsScan(one));
  for (const { name, plan } of await explainSorts(store, one.companyId, 'explain query plan'))
    t.match(plan, /^SEARCH scan_summaries USING COVERING INDEX \w+ \(owner=\?\)$/, name);
});

testPostgres('every single sort is read from one index, in both directions, without sorting', async (t, databaseUrl) => {
  const { store, accounts } = await openAccounts(t, { databaseUrl });
  const one = await accounts.create({ username: 'one', password, company: 'One' });
  const two = await accounts.create({ username: 'two', password, company: 'Two' });
  // so many that sorting them would be the worse plan
  const scans = Array.from({ length: 1500 }, (_, index) => dmsScan(index % 3 ? one : two, { livenessScore: Math.random() }));
  await addScans(store, scans);
  await execute(databaseUrl, 'vacuum analyze scan_summaries');
  for (const { name, plan } of await explainSorts(store, one.companyId, 'explain'))
    t.match(plan, /^Limit .*-> {2}Index Only Scan (Backward )?using (?!.*Sort)/, `${name}: ${plan}`);
});

/** What the counts say against what there is. */
async function compareCounts(store: Store) {
  const kept = await store.db.selectFrom('scanCounts').select(['result', 'channel', 'count']).execute();
  const real = await store.db
    .selectFrom('scanSummaries')
    .select((row) => ['result', row.fn.coalesce('channel', row.val('')).as('channel'), row.fn.countAll<number>().as('count')])
    .groupBy(['result', 'channel'])
    .execute();
  const sorted = (rows: object[]) => rows.map((row) => JSON.stringify(Object.entries(row).sort())).sort();
  return { kept: sorted(kept), real: sorted(real) };
}

testEach('counts follow deletions by age and by reference', async (t, databaseUrl) => {
  const { store, accounts } = await openAccounts(t, { databaseUrl });
  const one = await accounts.create({ username: 'one', password, company: 'One' });
  const two = await accounts.create({ username: 'two', password, company: 'One' });
  const other = await accounts.create({ username: 'other', password, company: 'Other' });
  const kinds = ['Real', 'Spoof', 'No face'];
  const make = (owner: typeof one, count: number) =>
    addScans(
      store,
      Array.from({ length: count }, (_, index) =>
        dmsScan(owner, { result: kinds[index % 3]!, channel: index % 2 ? 'WEB' : null, reference: `r${index % 10}` }),
      ),
      (index) => index,
    );
  await make(one, 300);
  await make(two, 60);
  await make(other, 60);
  await addScan(store, { ...dmsScan(one, { reference: 'r1' }), contract: 'apptenticate', summary: null });
  t.equal(await deleteScansBefore(store, one.accountId, 250), 250);
  let counts = await compareCounts(store);
  t.same(counts.kept.length > 0, true);
  t.equal((await listScans(store, { companyId: one.companyId, ...all })).total, 110);
  t.equal((await listScans(store, { companyId: other.companyId, ...all })).total, 60);
  const erased = await eraseScansByReference(store, one.companyId, 'r1');
  t.same(
    [...erased],
    [
      ['dms', 11],
      ['apptenticate', 1],
    ],
  );
  t.equal((await listScans(store, { companyId: one.companyId, ...all })).total, 99);
  t.equal((await listScans(store, { companyId: one.companyId, ...all, filter: { reference: 'r1' } })).total, 0);
  t.equal(
    (await store.db.selectFrom('scans').select('id').where('reference', '=', 'r1').execute()).length,
    6,
    'the other company’s',
  );
  t.same([...(await eraseScansByReference(store, one.companyId, 'r1'))], []);
  await eraseScansByReference(store, other.companyId, 'r1');
  for (const account of [one, two, other]) await deleteScansBefore(store, account.accountId, 1e9);
  counts = await compareCounts(store);
  t.same(counts, { kept: [], real: [] });
});

/** A query that counts so far, without an index: the larger, the slower. */
function counting(most: number): { compile(): CompiledQuery<{ count: number }> } {
  const query = `with recursive n(i) as (select 1 union all select i + 1 from n where i < ${most}) select count(*) as count from n`;
  return { compile: () => CompiledQuery.raw(query) as CompiledQuery<{ count: number }> };
}

testEach('long reads do not block the event loop, are bounded, and end with the store', async (t, databaseUrl) => {
  const { store } = await openAccounts(t, { databaseUrl });
  const query = counting(1_000_000);
  let turns = 0;
  const timer = setInterval(() => turns++, 5);
  t.same(await store.readAside(query), [{ count: 1_000_000 }]);
  clearInterval(timer);
  t.ok(turns >= 5, `${turns} turns meanwhile`);
  await t.rejects(store.readAside({ compile: () => CompiledQuery.raw('select nonsense') }), /nonsense/);
  await t.rejects(store.readAside({ compile: () => CompiledQuery.raw('delete from scans') }), 'it only reads');
  const many = Array.from({ length: 40 }, () => store.readAside(query));
  const outcomes = Promise.allSettled(many);
  await t.rejects(many[39]!, { name: 'BusyError', reason: 'full' });
  await store.close();
  const settled = await outcomes;
  t.equal(
    settled.filter(({ status }) => status === 'fulfilled').length,
    // threads or connections for long reads
    databaseUrl === '' ? 1 : 2,
    'what was being read was read, what waited was rejected',
  );
  await t.rejects(store.readAside(query), { name: 'BusyError', reason: 'closed' });
});

testEach('long reads of one company do not delay those of another', async (t, databaseUrl) => {
  const { store } = await openAccounts(t, { databaseUrl });
  const query = counting(200_000);
  const order: string[] = [];
  const read = (owner: string) => store.readAside(query, owner).then(() => order.push(owner));
  const flood = Array.from({ length: 40 }, () => read('flood').catch(() => {}));
  await read('other');
  t.ok(order.length <= 6, `after ${order.length - 1} of the flood`);
  await Promise.all(flood);
});
