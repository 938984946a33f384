import type { Database } from '../storage/schema.js';
import type { Store } from '../storage/store.js';
import type { Scan } from './scan.js';
import { changeCount, findOwner, within } from './scan-counts.js';
import { fromColumns, type ScanSummary, toColumns } from './scan-summary.js';
import { findScan } from './scans.js';

/** A correction of a scan's summary. */
export interface Correction {
  readonly companyId: string;
  readonly id: string;
  /** who corrects */
  readonly accountId: string;
  /** what is not in it stays */
  readonly changes: Partial<ScanSummary>;
  /** whether a scan of this revision may be changed; default: any, the last one wins */
  readonly accepts?: (revision: number) => boolean;
}

/** `stale`: the scan's revision was not accepted. */
export type CorrectionOutcome =
  | { readonly ok: true; readonly scan: Scan }
  | { readonly ok: false; readonly reason: 'unknown' | 'stale' };

/** Times that a correction starts over because another one came in between (only where writers run at once: not on SQLite). */
const MAX_ATTEMPTS = 20;

/**
 * Corrects the summary; what was observed stays as it was. Two corrections at once come one after the other, each whole: neither is lost in
 * part, and `accepts` has seen the revision that is replaced.
 */
export async function correctScan(
  { db }: Pick<Store, 'db'>,
  correction: Correction,
  now: number = Date.now(),
): Promise<CorrectionOutcome> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const outcome = await within(db, (db) => tryToCorrect(db, correction, now));
    if (outcome) return outcome;
  }
  throw new Error('a scan is being corrected by too many at once');
}

/** `undefined`: another correction came in between. */
async function tryToCorrect(db: Database, correction: Correction, now: number): Promise<CorrectionOutcome | undefined> {
  const { companyId, id, accountId, changes, accepts } = correction;
  const owner = await findOwner(db, companyId);
  const before = await db
    .selectFrom('scanSummaries')
    .selectAll()
    .where('owner', '=', owner ?? -1)
    .where('id', '=', id.toLowerCase())
    .executeTakeFirst();
  if (!before) return { ok: false, reason: 'unknown' };
  if (accepts && !accepts(before.revision)) return { ok: false, reason: 'stale' };
  const columns = toColumns({ ...fromColumns(before), ...changes });
  const { numUpdatedRows } = await db
    .updateTable('scanSummaries')
    .set({
      ...columns,
      // a clock that was set back does not make the later correction the older one
      updatedAt: Math.max(now, before.updatedAt),
      updatedBy: accountId,
      revision: before.revision + 1,
    })
    .where('number', '=', before.number)
    .where('revision', '=', before.revision)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) return undefined;
  if (before.result !== columns.result || (before.channel ?? '') !== (columns.channel ?? '')) {
    await changeCount(db, before, -1);
    await changeCount(db, { owner: before.owner, ...columns }, 1);
  }
  const scan = await findScan({ db }, companyId, id);
  return scan ? { ok: true, scan } : { ok: false, reason: 'unknown' };
}
