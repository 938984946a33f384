import type { Selectable } from 'kysely';
import type { Erasure } from '../audit/erasure-receipt.js';
import { deleteScansOfPerson } from '../scans/delete-scans.js';
import { runBatches } from '../storage/batches.js';
import type { Database, UnfinishedErasuresTable } from '../storage/schema.js';
import { deletePicturesOf } from '../vault/pictures.js';
import type { GalleryParts } from './gallery-parts.js';

/** Scans that are deleted with the person. */
const FIRST = 20;
/** The fewest scans of later batches: the client waits for the receipt. */
const FEWEST = 80;
/** The most pictures of a batch: each of their pages is overwritten. */
const PICTURES = 20;

/** Erasures that this process is at work on. */
const underWay = new Set<string>();

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
  begun: Selectable<UnfinishedErasuresTable>,
): Promise<FinishedErasure | undefined> {
  const deleted = await deleteBatch(db, begun.person, FIRST);
  const counted = { ...begun, pictures: begun.pictures + deleted.pictures, scans: begun.scans + deleted.scans };
  if (!deleted.isMore) return finish(db, parts, counted);
  await db.insertInto('unfinishedErasures').values(counted).execute();
  return undefined;
}

/**
 * Deletes the rest in batches, each in its own transaction, and writes the receipt with the last one. Several processes may do so
 * at once.
 * @param id of the erasure
 * @param signal stops between two batches
 * @returns the receipt; `undefined` after a stop
 */
export async function eraseRest(parts: ErasureParts, id: string, signal?: AbortSignal): Promise<FinishedErasure | undefined> {
  let finished: FinishedErasure | undefined;
  const batch = async (db: Database, size: number): Promise<number> => {
    finished = await eraseNext(db, parts, id, size);
    return finished ? 0 : size;
  };
  underWay.add(id);
  try {
    await runBatches(parts.store.db, batch, { signal, smallest: FEWEST });
  } finally {
    underWay.delete(id);
  }
  return finished;
}

/**
 * Finishes the erasures that a process began and could not finish: it was killed, or lost the database. Those that a request of this process
 * is at work on are left to it; those of other processes are not known.
 * @param signal stops between two batches
 * @returns their number
 */
export async function finishErasures(parts: ErasureParts, signal?: AbortSignal): Promise<number> {
  const { store } = parts;
  const unfinished = await store.db.selectFrom('unfinishedErasures').select('id').orderBy('erasedAt').execute();
  const interrupted = unfinished.filter(({ id }) => !underWay.has(id));
  let finished = 0;
  for (const { id } of interrupted) if (!signal?.aborted && (await eraseRest(parts, id, signal))) finished += 1;
  if (interrupted.length > 0) await store.scrub();
  return finished;
}

async function eraseNext(db: Database, parts: ErasureParts, id: string, size: number): Promise<FinishedErasure | undefined> {
  const row = await db.selectFrom('unfinishedErasures').selectAll().where('id', '=', id).executeTakeFirst();
  // Another process was faster.
  if (!row) return readReceipt(db, parts, id);
  const { isMore, ...deleted } = await deleteBatch(db, row.person, size);
  const counted = await db
    .updateTable('unfinishedErasures')
    .set((set) => ({
      pictures: set('pictures', '+', deleted.pictures),
      scans: set('scans', '+', deleted.scans),
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
async function deleteBatch(db: Database, person: string, size: number) {
  const ofScans = await deleteScansOfPerson(db, person, { scans: size, pictures: PICTURES });
  if (ofScans.isMore) return ofScans;
  const pictures = await deletePicturesOf(db, person, PICTURES);
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
