import { type OrderByItemBuilder, type SelectQueryBuilder, sql } from 'kysely';
import type { Database, Schema } from '../storage/schema.js';
import type { Store } from '../storage/store.js';
import type { Scan } from './scan.js';
import { findOwner } from './scan-counts.js';
import { type ScanSortField, withoutNul } from './scan-summary.js';
import { findScansByNumber } from './scans.js';

/** Which of a company's scans. */
export interface ScanFilter {
  readonly reference?: string | undefined;
  readonly result?: string | undefined;
  readonly channel?: string | undefined;
  /** epoch milliseconds, inclusive */
  readonly createdFrom?: number | undefined;
  /** epoch milliseconds, inclusive */
  readonly createdTo?: number | undefined;
}

/** One part of an order. Nulls come first in ascending order, last in descending. */
export interface ScanSort {
  readonly field: ScanSortField;
  readonly descending: boolean;
}

/** A page of a company's scans that have a summary. */
export interface ScanListing {
  readonly companyId: string;
  readonly filter: ScanFilter;
  /** equal scans, and all of them when it is empty, are in the order of their numbers (in the last part's direction) */
  readonly sort: readonly ScanSort[];
  /** scans before the page */
  readonly offset: number;
  /** scans on the page */
  readonly limit: number;
  /** leave out scans of a greater number: they were made after the first page was read */
  readonly upTo?: number | undefined;
}

/** What {@link listScans} finds. */
export interface ScanListingResult {
  readonly scans: readonly Scan[];
  /** how many there are on all pages */
  readonly total: number;
  /** the greatest number that counts: give it back as `upTo` to see later pages of the same scans */
  readonly upTo: number;
}

/** Index entries that may be stepped over on the serving thread (about a millisecond); longer reads are done aside. */
const MAX_STEPS = 10_000;

/**
 * A page of scans, whatever their number is: it is read from the nearer end of the index that holds the order, the total comes from kept
 * counts, and what an index does not answer (filters, several fields, the depths) is read aside, with the event loop free.
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
  const isQuick = listing.sort.length <= 1 && steps <= MAX_STEPS && isEmpty(filter);
  const rows = isQuick ? await query.execute() : await store.readAside(query);
  const numbers = rows.map((row) => row.number);
  if (isReversed) numbers.reverse();
  return { scans: await findScansByNumber(store, numbers), total, upTo };
}

/** The numbers of an owner's summaries in order, or in the reverse of it. */
export function selectInOrder(
  db: Database,
  owner: number,
  filter: ScanFilter,
  upTo: number,
  sort: readonly ScanSort[],
  isReversed: boolean,
) {
  return orderBy(select(db, owner, filter, upTo), completeOrder(sort), isReversed).select('number');
}

/** The summaries of an owner that pass a filter. */
function select(db: Database, owner: number, filter: ScanFilter, upTo: number) {
  const { reference, result, channel, createdFrom, createdTo } = filter;
  // `+number`: a bound, not a reason to read in the order of numbers and sort afterwards
  let query = db.selectFrom('scanSummaries').where('owner', '=', owner).where(sql`+number`, '<=', upTo);
  if (reference !== undefined) query = query.where('reference', '=', withoutNul(reference));
  if (result !== undefined) query = query.where('result', '=', withoutNul(result));
  if (channel !== undefined) query = query.where('channel', '=', withoutNul(channel));
  if (createdFrom !== undefined) query = query.where('createdAt', '>=', createdFrom);
  if (createdTo !== undefined) query = query.where('createdAt', '<=', createdTo);
  return query;
}

/** The greatest number among the owner's scans; 0: none. */
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

/** An order without doubt: what is equal in every field is in the order of numbers, and what comes after the number is moot. */
function completeOrder(sort: readonly ScanSort[]): ScanSort[] {
  const fields = new Set<ScanSortField>();
  const order: ScanSort[] = [];
  for (const part of sort) {
    if (fields.has(part.field) || fields.has('number')) continue;
    fields.add(part.field);
    order.push(part);
  }
  // in the direction of the last field, so that one index, read either way, holds the whole order
  if (!fields.has('number')) order.push({ field: 'number', descending: order.at(-1)?.descending ?? false });
  return order;
}

function orderBy<O>(
  query: SelectQueryBuilder<Schema, 'scanSummaries', O>,
  order: readonly ScanSort[],
  isReversed: boolean,
): SelectQueryBuilder<Schema, 'scanSummaries', O> {
  const fallsFirst = order[0]!.descending !== isReversed;
  // constant here, but only so does every planner see that the index by owner and number is in order
  let ordered = query.orderBy('owner', fallsFirst ? 'desc' : 'asc');
  for (const { field, descending } of order) {
    const falls = descending !== isReversed;
    ordered = ordered.orderBy(field, (by: OrderByItemBuilder) => (falls ? by.desc().nullsLast() : by.asc().nullsFirst()));
  }
  return ordered;
}

const isEmpty = (filter: ScanFilter): boolean => Object.values(filter).every((value) => value === undefined);

/** Summaries that pass the filter, those after `upTo` not counted. */
async function count(store: Store, owner: number, filter: ScanFilter, upTo: number): Promise<number> {
  const { db } = store;
  const { reference, result, channel, createdFrom, createdTo } = filter;
  if (reference !== undefined || createdFrom !== undefined || createdTo !== undefined) {
    const counting = select(db, owner, filter, upTo).select((row) => row.fn.countAll<number>().as('count'));
    return (await store.readAside(counting))[0]!.count;
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
  // one statement, so that no scan is made in between
  const row = await db
    .selectNoFrom([
      kept.select((row) => row.fn.coalesce(row.fn.sum<number>('count'), sql.lit(0)).as('kept')).as('kept'),
      newer.select((row) => row.fn.countAll<number>().as('newer')).as('newer'),
    ])
    .executeTakeFirstOrThrow();
  return (row.kept ?? 0) - (row.newer ?? 0);
}
