import { CompiledQuery } from 'kysely';
import { test } from 'tap';
import { listScans } from '../../src/scans/list-scans.js';
import { findOwner } from '../../src/scans/scan-counts.js';
import { planPage } from '../../src/scans/scan-plan.js';
import { type ScanFilter, type ScanSort, selectPage } from '../../src/scans/scan-query.js';
import { FEW, measureReach } from '../../src/scans/scan-reach.js';
import { SCAN_SORT_FIELDS } from '../../src/scans/scan-summary.js';
import { addScan } from '../../src/scans/scans.js';
import { isPostgres } from '../../src/storage/dialect.js';
import type { Store } from '../../src/storage/store.js';
import { addScans, dmsScan } from '../contracts/dms/scan-server.js';
import { openAccounts } from '../identity/open-accounts.js';
import { repetitions } from '../repetitions.js';
import { testEach, testPostgres } from '../storage/databases.js';
import { execute } from '../storage/execute.js';

const password = 'a password for tests';

/** Numbers below `limit` that look random and are the same in every run. */
function numbersFrom(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

/** A store with scans of two companies: times out of order, equal and missing values. */
async function fill(store: Store, owners: readonly { companyId: string; accountId: string }[], count: number) {
  const next = numbersFrom(7);
  const pick = <T>(...values: readonly T[]): T => values[next(values.length)]!;
  const scans = Array.from({ length: count }, (_, index) =>
    dmsScan(owners[index % 5 === 0 ? 1 : 0]!, {
      result: pick('Real', 'Real', 'Spoof', 'No face'),
      channel: pick('WEB', 'MOBILE', null),
      reference: pick('one', 'One', 'Ünder', 'two', null),
      livenessScore: pick(null, 0, 0.25, 0.5, next(1000) / 1000),
      eyeClosed: pick(true, false, null),
    }),
  );
  await addScans(store, scans, (index) => 1000 + index * 10 + next(300));
}

type Row = Readonly<Record<string, string | number | null>>;

const isBefore = (a: string | number, b: string | number): boolean =>
  typeof a === 'number' ? a < Number(b) : Buffer.compare(Buffer.from(a), Buffer.from(String(b))) < 0;

/** What a database without indexes or plans would answer. */
function listPlainly(rows: readonly Row[], filter: ScanFilter, sort: readonly ScanSort[], upTo: number): string[] {
  const { reference, result, channel, createdFrom, createdTo } = filter;
  const found = rows.filter(
    (row) =>
      Number(row.number) <= upTo &&
      (reference === undefined || row.reference === reference) &&
      (result === undefined || row.result === result) &&
      (channel === undefined || row.channel === channel) &&
      (createdFrom === undefined || Number(row.createdAt) >= createdFrom) &&
      (createdTo === undefined || Number(row.createdAt) <= createdTo),
  );
  const order: readonly ScanSort[] = [...sort, { field: 'number', descending: sort.at(-1)?.descending ?? false }];
  const compare = (a: Row, b: Row): number => {
    for (const { field, descending, ignoresCase = false } of order) {
      const [x, y] = [a, b].map((row) => row[field] ?? null);
      const fold = (value: string | number) => (typeof value === 'string' && ignoresCase ? value.toLowerCase() : value);
      const [left, right] = [x === null ? null : fold(x!), y === null ? null : fold(y!)];
      if (left === right) continue;
      const isLess = left === null || (right !== null && isBefore(left, right));
      return isLess === descending ? 1 : -1;
    }
    return 0;
  };
  return found.sort(compare).map((row) => String(row.id));
}

testEach('every filter, order and page has the same scans in every way to find them', async (t, databaseUrl) => {
  const { store, accounts } = await openAccounts(t, { databaseUrl });
  const one = await accounts.create({ username: 'one', password, company: 'One' });
  const two = await accounts.create({ username: 'two', password, company: 'Two' });
  await fill(store, [one, two], 400);
  const owner = (await findOwner(store.db, one.companyId))!;
  const rows = (await store.db.selectFrom('scanSummaries').selectAll().where('owner', '=', owner).execute()) as unknown as Row[];
  const last = Math.max(...rows.map(({ number }) => Number(number)));
  const next = numbersFrom(11);
  const maybe = <T>(...values: readonly T[]): T | undefined => (next(2) ? values[next(values.length)] : undefined);
  const ways = new Map<string, number>();
  for (let round = 0; round < repetitions(120, 1000); round++) {
    const filter: ScanFilter = {
      reference: next(3) ? undefined : maybe('one', 'Ünder', 'nowhere'),
      result: maybe('Real', 'Spoof', 'No face', 'Multiple face'),
      channel: maybe('WEB', 'MOBILE', 'none'),
      createdFrom: maybe(0, 1100, 3000, 4800),
      createdTo: maybe(1500, 3500, 5100, 9999),
    };
    const sort = Array.from({ length: next(3) }, () => ({
      field: SCAN_SORT_FIELDS[next(SCAN_SORT_FIELDS.length)]!,
      descending: next(2) === 0,
      ignoresCase: next(4) === 0,
    })).filter(({ field }, at, all) => all.findIndex((other) => other.field === field) === at);
    const upTo = maybe(last - next(100), last);
    const expected = listPlainly(rows, filter, sort, upTo ?? last);
    const limit = 1 + next(30);
    const offset = next(3) === 0 ? 0 : next(expected.length + 5);
    const name = JSON.stringify({ filter, sort, upTo, offset, limit });
    for (const few of [0, 40, FEW]) {
      const listed = await listScans(store, { companyId: one.companyId, filter, sort, offset, limit, upTo }, few);
      t.equal(listed.total, expected.length, `${few} ${name}`);
      t.strictSame(
        listed.scans.map(({ id }) => id),
        expected.slice(offset, offset + limit),
        `${few} ${name}`,
      );
      const reach = await measureReach(store, { owner, filter, upTo: upTo ?? last }, few);
      const { way, length } = planPage({ filter, sort, reach, steps: Math.max(1, limit), few });
      const key = `${way.kind} ${length} ${reach.within ? 'within' : ''}`;
      ways.set(key, (ways.get(key) ?? 0) + 1);
    }
  }
  // 'walk short within' is rare
  for (const way of ['collect long ', 'collect long within', 'collect short ', 'walk long ', 'walk long within', 'walk short '])
    t.ok(ways.has(way), `${way}: ${JSON.stringify([...ways])}`);
});

/** How the database finds the first page of a list. */
async function explain(store: Store, companyId: string, filter: ScanFilter, sort: readonly ScanSort[], few: number) {
  const { db } = store;
  const selection = { owner: (await findOwner(db, companyId))!, filter, upTo: 1_000_000 };
  const reach = await measureReach(store, selection, few);
  const { way, length } = planPage({ filter, sort, reach, steps: 3, few });
  const { sql, parameters } = selectPage(db, selection, { sort, isReversed: false, skip: 0, length: 3, way }).compile();
  const prefix = isPostgres(db) ? 'explain' : 'explain query plan';
  const { rows } = await db.executeQuery<object>(CompiledQuery.raw(`${prefix} ${sql}`, [...parameters]));
  return `${length}: ${rows.map((row) => ('detail' in row ? row.detail : Object.values(row)[0])).join('; ')}`;
}

const since = { createdFrom: 1000 };
const last = { createdFrom: 4900 };
const by = (field: ScanSort['field']): ScanSort[] => [{ field, descending: true }];

test('SQLite walks where many match, collects where few do, and never reads the table to count', async (t) => {
  const { store, accounts } = await openAccounts(t);
  const one = await accounts.create({ username: 'one', password });
  await fill(store, [one, one], 400);
  const plan = (filter: ScanFilter, sort: ScanSort[] = [], few = 60) => explain(store, one.companyId, filter, sort, few);
  const walk = (index: string) =>
    new RegExp(`^\\w+: SEARCH scan_summaries USING (COVERING )?INDEX scan_summaries_by_${index} \\([^;]*$`);
  t.match(await plan(since), /^short/);
  for (const [filter, sort, index] of [
    [since, [], 'number'],
    [{ ...since, result: 'Real' }, [], 'result'],
    [{ ...since, channel: 'WEB' }, [], 'channel'],
    [{ createdFrom: 2500 }, [], 'number'],
    [{ createdFrom: 2500 }, by('createdAt'), '(created_at|date_and_kind)'],
    [last, by('createdAt'), '(created_at|date_and_kind)'],
    [{ result: 'Real' }, by('createdAt'), 'result_and_date'],
    [{ ...last, result: 'Real' }, by('createdAt'), 'result_and_date'],
    [{ ...since, result: 'Real' }, by('livenessScore'), 'liveness_score'],
  ] as const)
    t.match(await plan(filter, [...sort]), walk(index), JSON.stringify([filter, sort]));
  for (const [filter, sort, index] of [
    [last, [], '(created_at|date_and_kind)'],
    [last, by('livenessScore'), '(created_at|date_and_kind)'],
    [{ ...since, reference: 'two' }, by('livenessScore'), 'reference'],
  ] as const) {
    const found = new RegExp(
      `^short: MATERIALIZE found; SEARCH scan_summaries USING (COVERING )?INDEX scan_summaries_by_${index} `,
    );
    t.match(await plan(filter, [...sort], 120), found, JSON.stringify([filter, sort]));
  }
});

testPostgres('the last of many scans are not looked for from the first one', async (t, databaseUrl) => {
  const { store, accounts } = await openAccounts(t, { databaseUrl });
  const one = await accounts.create({ username: 'one', password });
  await fill(store, [one, one], 3000);
  await addScan(store, dmsScan(one));
  await execute(databaseUrl, 'vacuum analyze scan_summaries');
  const plan = await explain(store, one.companyId, { createdFrom: 30_500 }, [], 100);
  t.match(plan, /^short: Limit.*CTE found.*Scan (on|using) scan_summaries_by_(date_and_kind|created_at)/);
  t.match(await explain(store, one.companyId, { createdFrom: 12_000, result: 'Real' }, [], 100), /^long: Limit.*(?!.*Sort)Index/);
});
