import type { Database } from '../storage/schema.js';

/** Receipts read at a time. */
const BATCH = 500;

/** A receipt as stored. */
export interface StoredReceipt {
  /** uuid */
  readonly id: string;
  readonly companyId: string;
  /** compact JWS of an `Erasure` */
  readonly receipt: string;
  /** epoch milliseconds */
  readonly createdAt: number;
}

/**
 * Reads the receipts of the database, in batches. Memory stays constant.
 * @param before epoch milliseconds: only those of erasures before this (default: all)
 */
export async function* readStoredReceipts(db: Database, before?: number): AsyncGenerator<StoredReceipt> {
  for (let last = ''; ; ) {
    let query = db.selectFrom('erasureReceipts').selectAll().where('id', '>', last);
    if (before !== undefined) query = query.where('createdAt', '<', before);
    const rows = await query.orderBy('id').limit(BATCH).execute();
    yield* rows;
    if (rows.length < BATCH) return;
    last = rows.at(-1)!.id;
  }
}
