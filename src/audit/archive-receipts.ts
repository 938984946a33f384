import { setTimeout as sleep } from 'node:timers/promises';
import { transact } from '../storage/transaction.js';
import type { ArchivingParts } from './archive-audit.js';
import { type ArchiveStep, isThere, PAUSE_MS, writeArchive } from './archive-file.js';
import { readReceiptArchive, receiptLines } from './receipt-archive.js';
import { readStoredReceipts } from './stored-receipts.js';

/** Receipts deleted in one transaction. */
const BATCH = 500;

/** Which receipts are archived, and where. */
export interface ReceiptArchiveOptions {
  /** epoch milliseconds: receipts of erasures before this */
  readonly before: number;
  /** path of the archive */
  readonly file: string;
  /** called after each step */
  readonly onStep?: (step: ArchiveStep) => void;
}

/** An archive whose receipts are no longer in the database. */
export interface ReceiptsArchived {
  /** in the file */
  readonly receipts: number;
  /** of the file, in hexadecimal */
  readonly sha256: string;
  /** how many this call deleted */
  readonly deleted: number;
}

/**
 * Moves old receipts of erasures to a file: writes it, reads it back, and only then deletes them in batches. The first transaction
 * that deletes also records the archive in the audit log. Interrupted at any point, no receipt is lost; the same call again, with
 * the same file, goes on.
 * @returns `undefined` if no receipt is old enough
 * @throws ArchiveError if the file cannot be written, or exists and is not an archive of receipts of this installation
 */
export async function archiveReceipts(
  { db, audit, changes }: ArchivingParts,
  { before, file, onStep }: ReceiptArchiveOptions,
): Promise<ReceiptsArchived | undefined> {
  if (!(await isThere(file))) {
    const some = await db.selectFrom('erasureReceipts').select('id').where('createdAt', '<', before).limit(1).executeTakeFirst();
    if (!some) return undefined;
    await writeArchive(file, receiptLines(audit, readStoredReceipts(db, before)));
  }
  const { receipts, sha256 } = await readToEnd(file, audit);
  onStep?.({ written: receipts });
  let deleted = 0;
  const deleteBatch = async (ids: readonly string[]) => {
    deleted += await transact(db, async (db) => {
      const { numDeletedRows } = await db.deleteFrom('erasureReceipts').where('id', 'in', ids).executeTakeFirstOrThrow();
      if (deleted === 0 && numDeletedRows > 0n)
        await changes.record(db, {
          ...{ action: 'receipt.archive', companyId: null, subject: null },
          more: { receipts, sha256 },
        });
      return Number(numDeletedRows);
    });
    onStep?.({ deleted });
    await sleep(PAUSE_MS);
  };
  let ids: string[] = [];
  for await (const { id } of readReceiptArchive(file, audit)) {
    ids.push(id);
    if (ids.length < BATCH) continue;
    await deleteBatch(ids);
    ids = [];
  }
  if (ids.length > 0) await deleteBatch(ids);
  return { receipts, sha256, deleted };
}

async function readToEnd(file: string, audit: ArchivingParts['audit']): Promise<Omit<ReceiptsArchived, 'deleted'>> {
  let receipts = 0;
  let sha256 = '';
  const stored = readReceiptArchive(file, audit, (hash) => {
    sha256 = hash;
  });
  for await (const _ of stored) receipts += 1;
  return { receipts, sha256 };
}
