import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Insertable, Selectable } from 'kysely';
import type { Erasure } from '../audit/erasure-receipt.js';
import { deleteScansOfPerson } from '../scans/delete-scans.js';
import type { Database, UnfinishedErasuresTable } from '../storage/schema.js';
import { transact } from '../storage/transaction.js';
import { deletePicturesOf } from '../vault/pictures.js';
import type { GalleryParts } from './gallery-parts.js';

/** What erasing needs. */
export type ErasureParts = Pick<GalleryParts, 'store' | 'audit' | 'receipts'>;

/** A finished erasure. */
export interface FinishedErasure {
  readonly erasure: Erasure;
  /** signed receipt, a compact JWS of {@link Erasure} */
  readonly receipt: string;
}

/**
 * Deletes the first batch of what is left of a person, in the transaction that erases the person.
 * @returns the receipt, or `undefined` if more is left: it is recorded as unfinished, and {@link eraseRest} deletes it
 */
export async function beginErasure(
  db: Database,
  parts: ErasureParts,
  begun: Insertable<UnfinishedErasuresTable>,
): Promise<FinishedErasure | undefined> {
  const { isMore, ...deleted } = await deleteBatch(db, begun.person);
  const { pictures, scans, keys } = begun;
  const counted = { ...begun, pictures: pictures + deleted.pictures, scans: scans + deleted.scans, keys: keys + deleted.keys };
  if (!isMore) return finish(db, parts, counted);
  await db.insertInto('unfinishedErasures').values(counted).execute();
  return undefined;
}

/**
 * Deletes the rest in batches, each in its own transaction, and writes the receipt with the last one. Several processes may do so
 * at once.
 * @param id of the erasure
 */
export async function eraseRest(parts: ErasureParts, id: string): Promise<FinishedErasure> {
  for (;;) {
    const finished = await eraseBatch(parts, id);
    if (finished) return finished;
    await nextTurn();
  }
}

/**
 * Finishes the erasures that a process began and could not finish: it was killed, or lost the database.
 * @param signal stops between two batches
 * @returns their number
 */
export async function finishErasures(parts: ErasureParts, signal?: AbortSignal): Promise<number> {
  const { db } = parts.store;
  const unfinished = await db.selectFrom('unfinishedErasures').select('id').orderBy('erasedAt').execute();
  let finished = 0;
  for (const { id } of unfinished) {
    while (!signal?.aborted && !(await eraseBatch(parts, id))) await nextTurn();
    if (!signal?.aborted) finished += 1;
  }
  if (unfinished.length > 0) await parts.store.scrub();
  return finished;
}

const eraseBatch = (parts: ErasureParts, id: string): Promise<FinishedErasure | undefined> =>
  transact(parts.store.db, (db) => eraseNext(db, parts, id));

async function eraseNext(db: Database, parts: ErasureParts, id: string): Promise<FinishedErasure | undefined> {
  const row = await db.selectFrom('unfinishedErasures').selectAll().where('id', '=', id).executeTakeFirst();
  // Another process was faster.
  if (!row) return readReceipt(db, parts, id);
  const { isMore, ...deleted } = await deleteBatch(db, row.person);
  const counted = await db
    .updateTable('unfinishedErasures')
    .set((set) => ({
      pictures: set('pictures', '+', deleted.pictures),
      scans: set('scans', '+', deleted.scans),
      keys: set('keys', '+', deleted.keys),
    }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst();
  if (!counted) return readReceipt(db, parts, id);
  if (isMore) return undefined;
  await db.deleteFrom('unfinishedErasures').where('id', '=', id).execute();
  return finish(db, parts, counted);
}

/** Deletes some of the person's scans or, when there are no more, pictures. */
async function deleteBatch(db: Database, person: string) {
  const ofScans = await deleteScansOfPerson(db, person);
  if (ofScans.isMore) return ofScans;
  const pictures = await deletePicturesOf(db, person);
  return { ...ofScans, pictures: ofScans.pictures + pictures.deleted, isMore: pictures.isMore };
}

async function finish(
  db: Database,
  { receipts }: ErasureParts,
  row: Selectable<UnfinishedErasuresTable>,
): Promise<FinishedErasure> {
  const { id, person, companyId, erasedAt, erasedBy, change, enrolments, pictures, scans, keys } = row;
  const erasure: Erasure = {
    ...{ id, person, companyId, erasedAt: new Date(erasedAt).toISOString(), erasedBy },
    counts: { persons: 1, enrolments, pictures, scans, keys },
    change,
  };
  const receipt = await receipts.sign(erasure);
  await db.insertInto('erasureReceipts').values({ id, companyId, receipt, createdAt: erasedAt }).execute();
  return { erasure, receipt };
}

async function readReceipt(db: Database, { receipts }: ErasureParts, id: string): Promise<FinishedErasure> {
  const { receipt } = await db.selectFrom('erasureReceipts').select('receipt').where('id', '=', id).executeTakeFirstOrThrow();
  return { erasure: await receipts.verify(receipt), receipt };
}
