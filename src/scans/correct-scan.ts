import { isPostgres } from '../storage/dialect.js';
import type { Database } from '../storage/schema.js';
import type { Store } from '../storage/store.js';
import { transact } from '../storage/transaction.js';
import type { Scan } from './scan.js';
import { changeCounts, findOwner } from './scan-counts.js';
import { fromColumns, type ScanSummary, toColumns } from './scan-summary.js';
import { findScan } from './scans.js';

/** A correction of a scan's summary. */
export interface Correction {
  readonly companyId: string;
  readonly id: string;
  /** account id of the corrector */
  readonly accountId: string;
  /** fields that are absent stay unchanged */
  readonly changes: Partial<ScanSummary>;
  /** whether a scan of this revision may be changed; default: any revision, so the last correction wins */
  readonly accepts?: (revision: number) => boolean;
}

/** `stale`: `accepts` rejected the scan's revision. */
export type CorrectionOutcome =
  | { readonly ok: true; readonly scan: Scan }
  | { readonly ok: false; readonly reason: 'unknown' | 'stale' };

/**
 * Corrects the summary; observations never change. Concurrent corrections are applied one after the other and in full, and
 * `accepts` always sees the revision that is replaced.
 */
export const correctScan = (
  store: Pick<Store, 'db' | 'now'>,
  correction: Correction,
  now: number = store.now(),
): Promise<CorrectionOutcome> => transact(store.db, (db) => correct(db, correction, now));

async function correct(db: Database, correction: Correction, now: number): Promise<CorrectionOutcome> {
  const { companyId, id, accountId, changes, accepts } = correction;
  const owner = await findOwner(db, companyId);
  const before = await db
    .selectFrom('scanSummaries')
    .selectAll()
    .where('owner', '=', owner ?? -1)
    .where('id', '=', id.toLowerCase())
    // Locks the row: nobody else can correct or delete it. On SQLite the transaction itself ensures that.
    .$if(isPostgres(db), (query) => query.forUpdate())
    .executeTakeFirst();
  if (!before) return { ok: false, reason: 'unknown' };
  if (accepts && !accepts(before.revision)) return { ok: false, reason: 'stale' };
  const columns = toColumns({ ...fromColumns(before), ...changes });
  await db
    .updateTable('scanSummaries')
    .set({
      ...columns,
      // If the clock was set back, the later correction must still have the later time.
      updatedAt: Math.max(now, before.updatedAt),
      updatedBy: accountId,
      revision: before.revision + 1,
    })
    .where('number', '=', before.number)
    .execute();
  await changeCounts(db, [
    { ...before, by: -1 },
    { owner: before.owner, ...columns, by: 1 },
  ]);
  const scan = await findScan({ db }, companyId, id);
  return scan ? { ok: true, scan } : { ok: false, reason: 'unknown' };
}
