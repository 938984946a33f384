import { type OrderByItemBuilder, type SelectQueryBuilder, sql } from 'kysely';
import { isPostgres } from '../storage/dialect.js';
import type { Database } from '../storage/schema.js';
import { foldCase } from './fold-case.js';
import { type ScanSortField, type SummaryField, summaryFields, withoutNul } from './scan-summary.js';

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

/** A column that a filter compares; each has an index of an owner's scans. */
export type FilterColumn = 'reference' | 'result' | 'channel' | 'createdAt';

/** The columns that a filter compares. */
export function columnsOf({ reference, result, channel, createdFrom, createdTo }: ScanFilter): FilterColumn[] {
  const columns: FilterColumn[] = [];
  if (reference !== undefined) columns.push('reference');
  if (result !== undefined) columns.push('result');
  if (channel !== undefined) columns.push('channel');
  if (createdFrom !== undefined || createdTo !== undefined) columns.push('createdAt');
  return columns;
}

/** Which scans a query reads. */
export interface Selection {
  readonly owner: number;
  readonly filter: ScanFilter;
  /** the greatest number included */
  readonly upTo: number;
}

/**
 * An owner's summaries that match the filter.
 * @param indexed the columns whose indexes SQLite's planner may use; it keeps no statistics and would take what looks best without them.
 *   PostgreSQL has statistics and may use all.
 */
export function select(db: Database, { owner, filter, upTo }: Selection, indexed: readonly FilterColumn[] = columnsOf(filter)) {
  const { reference, result, channel, createdFrom, createdTo } = filter;
  const column = (name: FilterColumn) => (isPostgres(db) || indexed.includes(name) ? sql.ref(name) : sql`+${sql.ref(name)}`);
  // `+number` keeps the planner from using the index on numbers and sorting afterwards.
  let query = db.selectFrom('scanSummaries').where('owner', '=', owner).where(sql`+number`, '<=', upTo);
  if (reference !== undefined) query = query.where(column('reference'), '=', withoutNul(reference));
  if (result !== undefined) query = query.where(column('result'), '=', withoutNul(result));
  if (channel !== undefined) query = query.where(column('channel'), '=', withoutNul(channel));
  if (createdFrom !== undefined) query = query.where(column('createdAt'), '>=', createdFrom);
  if (createdTo !== undefined) query = query.where(column('createdAt'), '<=', createdTo);
  return query;
}

/** How the database finds a page. */
export interface Way {
  /**
   * `walk`: reads the scans in the order of the page and leaves out those that do not match, until the page is full. `collect`: reads all
   * that match and sorts them.
   */
  readonly kind: 'walk' | 'collect';
  /** the columns whose indexes may be used */
  readonly indexed: readonly FilterColumn[];
  /** no scan outside these numbers matches; only of use to a walk by number */
  readonly within?: { readonly first: number; readonly last: number } | undefined;
}

/** A page to read. */
export interface ScanPage {
  readonly sort: readonly ScanSort[];
  /** whether it is read from the end, last scan first */
  readonly isReversed: boolean;
  /** scans to skip, from the end at which it is read */
  readonly skip: number;
  readonly length: number;
  readonly way: Way;
}

/** The numbers of the scans on a page, in sort order or in reverse. */
export function selectPage(db: Database, selection: Selection, page: ScanPage) {
  const { way } = page;
  const order = completeOrder(page.sort);
  const matching = select(db, selection, way.indexed);
  if (way.kind === 'collect') {
    // Materialized: PostgreSQL would walk an index in the order of the page, although the few that match may be at its end.
    const columns = order.map(({ field }) => field).filter((field) => field !== 'number');
    const found = db.with(
      (name) => name('found').materialized(),
      () => matching.select(['number', ...columns]),
    );
    return cut(db, found.selectFrom('found').select('number'), order, page);
  }
  const fallsFirst = order[0]!.descending !== page.isReversed;
  // The owner is constant here, but without it not every planner sees that the index yields this order.
  let walk = matching.select('number').orderBy('owner', fallsFirst ? 'desc' : 'asc');
  if (way.within && order[0]!.field === 'number')
    walk = walk.where('number', '>=', way.within.first).where('number', '<=', way.within.last);
  return cut(db, walk, order, page);
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

function cut<DB, T extends keyof DB>(
  db: Database,
  query: SelectQueryBuilder<DB, T, { number: number }>,
  order: readonly ScanSort[],
  { isReversed, skip, length }: ScanPage,
): SelectQueryBuilder<DB, T, { number: number }> {
  let ordered = query;
  for (const part of order) {
    const falls = part.descending !== isReversed;
    const value = foldsCase(part) ? foldCase(db, part.field) : sql.ref(part.field);
    ordered = ordered.orderBy(value, (by: OrderByItemBuilder) => (falls ? by.desc().nullsLast() : by.asc().nullsFirst()));
  }
  return ordered.offset(skip).limit(length);
}

/** The field by which an index yields the order of a page; `undefined`: none does, all that match have to be sorted. */
export function findOrderedField(sort: readonly ScanSort[]): ScanSortField | undefined {
  const order = completeOrder(sort);
  return order.length <= 2 && !order.some(foldsCase) && order.at(-1)!.field === 'number' ? order[0]!.field : undefined;
}

/** Whether texts are compared without regard to letter case, which no index answers. */
const foldsCase = ({ field, ignoresCase = false }: ScanSort): boolean =>
  ignoresCase && field in summaryFields && summaryFields[field as SummaryField].kind === 'text';
