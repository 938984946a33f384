import { type OrderByItemBuilder, type SelectQueryBuilder, sql } from 'kysely';
import type { Database, Schema } from '../storage/schema.js';
import type { Store } from '../storage/store.js';
import { foldCase } from './fold-case.js';
import type { Scan } from './scan.js';
import { findOwner } from './scan-counts.js';
import { type ScanSortField, type SummaryField, summaryFields, withoutNul } from './scan-summary.js';
import { findScansByNumber } from './scans.js';

/** Selects among a company's scans. */
export interface ScanFilter {
  readonly reference?: string | undefined;
  readonly result?: string | undefined;
  readonly channel?: string | undefined;
  /** epoch milliseconds, inclusive */
  readonly createdFrom?: number | undefined;
  /** epoch milliseconds, inclusive */
  readonly createdTo?: number | undefined;
}

/** One sort criterion. Nulls come first in ascending order and last in descending order. */
export interface ScanSort {
  readonly field: ScanSortField;
  readonly descending: boolean;
  /** compare texts without regard to letter case (fold-case.ts); other fields are compared as usual */
  readonly ignoresCase?: boolean;
}

/** A page of a company's scans; only scans with a summary are listed. */
export interface ScanListing {
  readonly companyId: string;
  readonly filter: ScanFilter;
  /** ties, and all scans if it is empty, are sorted by number (in the direction of the last criterion) */
  readonly sort: readonly ScanSort[];
  /** scans to skip */
  readonly offset: number;
  /** maximum scans on the page */
  readonly limit: number;
  /** ignore scans with a greater number: they were created after the first page was read */
  readonly upTo?: number | undefined;
}

/** Result of {@link listScans}. */
export interface ScanListingResult {
  readonly scans: readonly Scan[];
  /** number of scans on all pages */
  readonly total: number;
  /** the greatest number included: pass it as `upTo` to read further pages of the same scans */
  readonly upTo: number;
}

/** Index entries to skip on the serving thread (about a millisecond); longer reads run aside. */
const MAX_STEPS = 10_000;

/**
 * A page of scans at a cost that does not depend on their number: the page is read from the nearer end of the index, and the
 * total comes from stored counts. Queries that no index answers (filters, several fields, deep pages) run aside, so that the
 * event loop stays free.
 * @throws BusyError
 */
export async function listScans(store: Store, listing: ScanListing): Promise<ScanListingResult> {
  const { db } = store;
  const { companyId, filter, offset, limit } = listing;
  const owner = await findOwner(db, companyId);
  if (owner === undefined) return { scans: [], total: 0, upTo: 0 };
  const upTo = listing.upTo ?? (await findLatest(db, owner));
  const total = await count(store, owner, filter, upTo);
  const length = Math.max(0, Math.min(limit, total - offset));
  if (length === 0) return { scans: [], total, upTo };
  const after = total - offset - length;
  const isReversed = after < offset;
  const steps = isReversed ? after : offset;
  const query = selectInOrder(db, owner, filter, upTo, listing.sort, isReversed).offset(steps).limit(length);
  const isQuick = listing.sort.length <= 1 && !listing.sort.some(foldsCase) && steps <= MAX_STEPS && isEmpty(filter);
  const rows = isQuick ? await query.execute() : await store.readAside(query, String(owner));
  const numbers = rows.map((row) => row.number);
  if (isReversed) numbers.reverse();
  return { scans: await findScansByNumber(store, numbers), total, upTo };
}

/**
 * The numbers of an owner's summaries in sort order, or in reverse.
 * @internal exported for a test of the query plans
 */
export function selectInOrder(
  db: Database,
  owner: number,
  filter: ScanFilter,
  upTo: number,
  sort: readonly ScanSort[],
  isReversed: boolean,
) {
  return orderBy(db, select(db, owner, filter, upTo), completeOrder(sort), isReversed).select('number');
}

/** An owner's summaries that match the filter. */
function select(db: Database, owner: number, filter: ScanFilter, upTo: number) {
  const { reference, result, channel, createdFrom, createdTo } = filter;
  // `+number` keeps the planner from using the index on numbers and sorting afterwards.
  let query = db.selectFrom('scanSummaries').where('owner', '=', owner).where(sql`+number`, '<=', upTo);
  if (reference !== undefined) query = query.where('reference', '=', withoutNul(reference));
  if (result !== undefined) query = query.where('result', '=', withoutNul(result));
  if (channel !== undefined) query = query.where('channel', '=', withoutNul(channel));
  if (createdFrom !== undefined) query = query.where('createdAt', '>=', createdFrom);
  if (createdTo !== undefined) query = query.where('createdAt', '<=', createdTo);
  return query;
}

/** The greatest number among the owner's scans; 0 if there are none. */
export async function findLatest(db: Database, owner: number): Promise<number> {
  const latest = db
    .selectFrom('scanSummaries')
    .select('number')
    .where('owner', '=', owner)
    .orderBy('owner', 'desc')
    .orderBy('number', (by) => by.desc().nullsLast())
    .limit(1);
  return (await latest.executeTakeFirst())?.number ?? 0;
}

/** A total order: ties are broken by number; sort fields after `number` are dropped. */
function completeOrder(sort: readonly ScanSort[]): ScanSort[] {
  const fields = new Set<ScanSortField>();
  const order: ScanSort[] = [];
  for (const part of sort) {
    if (fields.has(part.field) || fields.has('number')) continue;
    fields.add(part.field);
    order.push(part);
  }
  // in the direction of the last field, so that one index yields the whole order in both directions
  if (!fields.has('number')) order.push({ field: 'number', descending: order.at(-1)?.descending ?? false });
  return order;
}

function orderBy<O>(
  db: Database,
  query: SelectQueryBuilder<Schema, 'scanSummaries', O>,
  order: readonly ScanSort[],
  isReversed: boolean,
): SelectQueryBuilder<Schema, 'scanSummaries', O> {
  const fallsFirst = order[0]!.descending !== isReversed;
  // The owner is constant here, but without it not every planner sees that the index yields this order.
  let ordered = query.orderBy('owner', fallsFirst ? 'desc' : 'asc');
  for (const part of order) {
    const falls = part.descending !== isReversed;
    const value = foldsCase(part) ? foldCase(db, part.field) : part.field;
    ordered = ordered.orderBy(value, (by: OrderByItemBuilder) => (falls ? by.desc().nullsLast() : by.asc().nullsFirst()));
  }
  return ordered;
}

/** Whether texts are compared without regard to letter case, which no index answers. */
const foldsCase = ({ field, ignoresCase = false }: ScanSort): boolean =>
  ignoresCase && field in summaryFields && summaryFields[field as SummaryField].kind === 'text';

const isEmpty = (filter: ScanFilter): boolean => Object.values(filter).every((value) => value === undefined);

/** Counts the summaries that match the filter, without those after `upTo`. */
async function count(store: Store, owner: number, filter: ScanFilter, upTo: number): Promise<number> {
  const { db } = store;
  const { reference, result, channel, createdFrom, createdTo } = filter;
  if (reference !== undefined || createdFrom !== undefined || createdTo !== undefined) {
    const counting = select(db, owner, filter, upTo).select((row) => row.fn.countAll<number>().as('count'));
    return (await store.readAside(counting, String(owner)))[0]!.count;
  }
  let kept = db.selectFrom('scanCounts').where('owner', '=', owner);
  let newer = db.selectFrom('scanSummaries').where('owner', '=', owner).where('number', '>', upTo);
  if (result !== undefined) {
    kept = kept.where('result', '=', withoutNul(result));
    newer = newer.where('result', '=', withoutNul(result));
  }
  if (channel !== undefined) {
    kept = kept.where('channel', '=', withoutNul(channel));
    newer = newer.where('channel', '=', withoutNul(channel));
  }
  // A single statement, so that no scan is created between the two counts.
  const row = await db
    .selectNoFrom([
      kept.select((row) => row.fn.coalesce(row.fn.sum<number>('count'), sql.lit(0)).as('kept')).as('kept'),
      newer.select((row) => row.fn.countAll<number>().as('newer')).as('newer'),
    ])
    .executeTakeFirstOrThrow();
  return (row.kept ?? 0) - (row.newer ?? 0);
}
