import { type Expression, sql } from 'kysely';
import type { Database } from '../storage/schema.js';
import type { Store } from '../storage/store.js';
import { columnsOf, type FilterColumn, type ScanFilter, type Selection, select } from './scan-query.js';
import { withoutNul } from './scan-summary.js';

/** Index entries that take about a millisecond to read: what up to so many scans take is short. */
export const FEW = 10_000;

/** How many scans a filter matches, and what has to be read to find them. */
export interface Reach {
  /** scans that match */
  readonly total: number;
  /** scans of the owner */
  readonly all: number;
  /** the column of the filter whose condition the fewest scans meet, if these are few */
  readonly narrow?: FilterColumn | undefined;
  /** whether few of the owner's scans lie outside the dates; true without dates */
  readonly coversAlmostAll: boolean;
  /** the least and the greatest number that match, where they were looked for */
  readonly within?: { readonly first: number; readonly last: number } | undefined;
}

/**
 * Measures a filter. With dates that leave out many scans and include many, and with a frequent reference, the matches are counted one by
 * one in the long lane; all other filters take the same time however much is stored.
 * @param few how many scans are few: {@link FEW}, less in tests
 * @throws BusyError
 */
export async function measureReach(store: Store, selection: Selection, few: number): Promise<Reach> {
  const { db } = store;
  const { owner, filter } = selection;
  const columns = columnsOf(filter);
  const kept = await readKept(db, selection).executeTakeFirstOrThrow();
  const sizes: [FilterColumn, number][] = [];
  if (filter.result !== undefined) sizes.push(['result', kept.result]);
  if (filter.channel !== undefined) sizes.push(['channel', kept.channel]);
  const [hasReference, hasDates] = [columns.includes('reference'), columns.includes('createdAt')];
  if (!hasReference && !hasDates)
    return { total: kept.matching - kept.newer, all: kept.all, narrow: leastOf(sizes, few), coversAlmostAll: true };

  const [probe] = await store.readAside(probeRanges(db, selection, few), String(owner), 'short');
  if (hasReference) sizes.push(['reference', probe!.reference]);
  if (hasDates) sizes.push(['createdAt', probe!.inside]);
  const reach = { all: kept.all, narrow: leastOf(sizes, few), coversAlmostAll: !hasDates || probe!.outside <= few };
  if (reach.narrow !== undefined) {
    const [row] = await store.readAside(countMatches(db, selection, [reach.narrow]), String(owner), 'short');
    return { ...reach, total: row!.count };
  }
  if (reach.coversAlmostAll && !hasReference) {
    const [row] = await store.readAside(readKept(db, selection, { withOutside: true }), String(owner), 'short');
    return { ...reach, total: row!.matching - row!.newer - row!.outside };
  }
  const [row] = await store.readAside(countMatches(db, selection, columns), String(owner), 'long');
  return { ...reach, total: row!.count, within: { first: row!.first ?? 0, last: row!.last ?? 0 } };
}

/** The column that the fewest scans meet, if these are few. */
function leastOf(sizes: readonly (readonly [FilterColumn, number])[], few: number): FilterColumn | undefined {
  const [least] = [...sizes].sort(([, a], [, b]) => a - b);
  return least && least[1] <= few ? least[0] : undefined;
}

const orZero = (value: Expression<unknown>) => sql<number>`coalesce(${value}, 0)`;

type Scans = ReturnType<typeof select>;

const count = (scans: Scans) => scans.select((row) => row.fn.countAll<number>().as('count'));

/** Counts the scans that match, with the least and the greatest of their numbers. @param indexed see {@link select} */
const countMatches = (db: Database, selection: Selection, indexed: readonly FilterColumn[]) =>
  count(select(db, selection, indexed)).select((row) => [
    row.fn.min<number | null>('number').as('first'),
    row.fn.max<number | null>('number').as('last'),
  ]);

/** Counts up to just above `few`. */
const countFew = (db: Database, scans: Scans, few: number) =>
  db
    .selectFrom(
      scans
        .select('number')
        .limit(few + 1)
        .as('few'),
    )
    .select((row) => row.fn.countAll<number>().as('count'));

/** How many scans have the reference, lie inside the dates, and outside: each up to just above `few`, which bounds the time. */
function probeRanges(db: Database, selection: Selection, few: number) {
  const { reference, createdFrom, createdTo } = selection.filter;
  const { before, after } = outsideOf(db, selection, {});
  return db.selectNoFrom((row) => [
    orZero(countFew(db, select(db, { ...selection, filter: { reference } }), few)).as('reference'),
    orZero(countFew(db, select(db, { ...selection, filter: { createdFrom, createdTo } }), few)).as('inside'),
    orZero(row(countFew(db, before, few), '+', countFew(db, after, few))).as('outside'),
  ]);
}

/** The owner's scans that match the rest of a filter and lie before or after its dates. */
function outsideOf(db: Database, selection: Selection, rest: ScanFilter) {
  const { createdFrom = Number.MIN_SAFE_INTEGER, createdTo = Number.MAX_SAFE_INTEGER } = selection.filter;
  const scans = select(db, { ...selection, filter: rest }, []);
  return { before: scans.where('createdAt', '<', createdFrom), after: scans.where('createdAt', '>', createdTo) };
}

/**
 * Counts that are stored (scan_counts), without dates and reference: of the owner, with the result, with the channel, with both. `newer`:
 * how many with both come after the selection's last number; `outside`: how many with both, up to that number, lie outside the dates (0
 * unless asked for). A single statement, so that no scan is created between the counts.
 */
function readKept(db: Database, selection: Selection, { withOutside = false } = {}) {
  const { owner, filter, upTo } = selection;
  const { result, channel } = filter;
  const kept = (by: Pick<ScanFilter, 'result' | 'channel'>) => {
    let rows = db.selectFrom('scanCounts').where('owner', '=', owner);
    if (by.result !== undefined) rows = rows.where('result', '=', withoutNul(by.result));
    if (by.channel !== undefined) rows = rows.where('channel', '=', withoutNul(by.channel));
    return rows.select((row) => row.fn.sum<number>('count').as('sum'));
  };
  let newer = db.selectFrom('scanSummaries').where('owner', '=', owner).where('number', '>', upTo);
  if (result !== undefined) newer = newer.where('result', '=', withoutNul(result));
  if (channel !== undefined) newer = newer.where('channel', '=', withoutNul(channel));
  const { before, after } = outsideOf(db, selection, { result, channel });
  return db.selectNoFrom((row) => [
    orZero(kept({})).as('all'),
    orZero(kept({ result })).as('result'),
    orZero(kept({ channel })).as('channel'),
    orZero(kept({ result, channel })).as('matching'),
    orZero(count(newer)).as('newer'),
    orZero(withOutside ? row(count(before), '+', count(after)) : sql`0`).as('outside'),
  ]);
}
