import type { Database } from '../storage/schema.js';
import type { Store } from '../storage/store.js';
import type { Scan } from './scan.js';
import { findOwner } from './scan-counts.js';
import { planPage } from './scan-plan.js';
import { columnsOf, type ScanFilter, type ScanSort, selectPage } from './scan-query.js';
import { FEW, measureReach } from './scan-reach.js';
import { findScansByNumber } from './scans.js';

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

/**
 * A page of scans. It is read from the nearer end. Where an index answers the query, or few scans have to be read, its cost does not depend
 * on how many are stored. All other queries (several sort fields, pages in the middle, part of the time) run in the long lane of
 * `readAside`, in the way that reads fewer scans: see scan-plan.ts.
 * @param few how many scans are few; less in tests, so that all ways are taken
 * @throws BusyError
 */
export async function listScans(store: Store, listing: ScanListing, few = FEW): Promise<ScanListingResult> {
  const { db } = store;
  const { companyId, filter, sort, offset, limit } = listing;
  const owner = await findOwner(db, companyId);
  if (owner === undefined) return { scans: [], total: 0, upTo: 0 };
  const upTo = listing.upTo ?? (await findLatest(db, owner));
  const selection = { owner, filter, upTo };
  const reach = await measureReach(store, selection, few);
  const { total } = reach;
  const length = Math.max(0, Math.min(limit, total - offset));
  if (length === 0) return { scans: [], total, upTo };
  const after = total - offset - length;
  const isReversed = after < offset;
  const skip = isReversed ? after : offset;
  const { way, length: time } = planPage({ filter, sort, reach, steps: skip + length, few });
  const query = selectPage(db, selection, { sort, isReversed, skip, length, way });
  // About a millisecond: sooner done than handed to another thread.
  const isQuick = time === 'short' && columnsOf(filter).length === 0;
  const rows = isQuick ? await query.execute() : await store.readAside(query, String(owner), time);
  const numbers = rows.map((row) => row.number);
  if (isReversed) numbers.reverse();
  return { scans: await findScansByNumber(store, numbers), total, upTo };
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
