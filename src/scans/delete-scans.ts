import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Database } from '../storage/schema.js';
import type { Store } from '../storage/store.js';
import { transact } from '../storage/transaction.js';
import { destroyDataKeys } from '../vault/data-keys.js';
import { deletePictures } from '../vault/pictures.js';
import { changeCounts, findOwner } from './scan-counts.js';
import { withoutNul } from './scan-summary.js';

/** Rows deleted per transaction: libsql is synchronous and blocks everything else. */
const BATCH = 100;
/** Of these, scans with a picture. */
const PICTURE_BATCH = 20;

/**
 * Deletes the account's scans created before `epochMs`, in batches of a hundred that yield to the event loop.
 * @param signal stops between two batches
 * @returns the number deleted
 */
export async function deleteScansBefore(
  { db }: Pick<Store, 'db'>,
  accountId: string,
  epochMs: number,
  signal?: AbortSignal,
): Promise<number> {
  const old = (db: Database) =>
    db
      .selectFrom('scans')
      .select(['number', 'contract'])
      .where('accountId', '=', accountId)
      .where('createdAt', '<', epochMs)
      .orderBy('createdAt')
      .limit(BATCH)
      .execute();
  const counts = await deleteInBatches(db, old, { signal });
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

/**
 * Deletes every scan of the company with the client's reference, whether original or set by a correction.
 * @param record called in each transaction that deletes some
 * @returns the number deleted, per contract
 */
export async function eraseScansByReference(
  { db }: Pick<Store, 'db'>,
  companyId: string,
  reference: string,
  record: RecordDeletion = async () => {},
): Promise<ReadonlyMap<string, number>> {
  const text = withoutNul(reference);
  const owner = await findOwner(db, companyId);
  const asMade = (db: Database) =>
    db
      .selectFrom('scans')
      .select(['number', 'contract'])
      .where('companyId', '=', companyId)
      .where('reference', '=', text)
      .limit(BATCH)
      .execute();
  const asCorrected = (db: Database) =>
    db
      .selectFrom('scanSummaries')
      .innerJoin('scans', 'scans.number', 'scanSummaries.number')
      .select(['scans.number', 'scans.contract'])
      .where('scanSummaries.owner', '=', owner ?? -1)
      .where('scanSummaries.reference', '=', text)
      .limit(BATCH)
      .execute();
  const counts = await deleteInBatches(db, asMade, { record });
  for (const [contract, count] of await deleteInBatches(db, asCorrected, { record }))
    counts.set(contract, (counts.get(contract) ?? 0) + count);
  return counts;
}

/**
 * Destroys the keys of all scans in which a face was compared with this person: their pictures can no longer be opened.
 * @param personId uuid
 * @returns the number of keys
 */
export async function destroyScanKeys(db: Database, personId: string): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('dataKeys')
    .where('subject', 'in', (select) =>
      select.selectFrom('scans').select('scans.id').where('personId', '=', personId).where('pictureId', 'is not', null),
    )
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}

/** Deleted scans of a person. */
export interface DeletedOfPerson {
  readonly scans: number;
  readonly pictures: number;
  readonly keys: number;
  /** whether more of them may be left */
  readonly isMore: boolean;
}

/**
 * Deletes scans in which a face was compared with this person, in the caller's transaction: one batch of them.
 * @param personId uuid
 */
export async function deleteScansOfPerson(db: Database, personId: string): Promise<DeletedOfPerson> {
  const found = await db
    .selectFrom('scans')
    .select(['number', 'contract', 'pictureId'])
    .where('personId', '=', personId)
    .limit(BATCH)
    .execute();
  // Pictures are large, and each of their pages is overwritten.
  const last = found.filter(({ pictureId }) => pictureId !== null)[PICTURE_BATCH - 1];
  const batch = last ? found.slice(0, found.indexOf(last) + 1) : found;
  if (batch.length === 0) return { scans: 0, pictures: 0, keys: 0, isMore: false };
  const deleted = await deleteScans(db, batch);
  return { ...deleted, scans: deleted.scans.length, isMore: batch.length < found.length || found.length === BATCH };
}

/** Records a deletion in its transaction. @param scans their number */
export type RecordDeletion = (db: Database, scans: number) => Promise<void>;

interface Doomed {
  readonly number: number;
  readonly contract: string;
}

async function deleteInBatches(
  db: Database,
  find: (db: Database) => Promise<Doomed[]>,
  { signal, record }: { readonly signal?: AbortSignal | undefined; readonly record?: RecordDeletion },
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  while (!signal?.aborted) {
    const { found, deleted } = await transact(db, async (db) => {
      const found = await find(db);
      const deleted = found.length > 0 ? (await deleteScans(db, found)).scans : [];
      if (deleted.length > 0) await record?.(db, deleted.length);
      return { found, deleted };
    });
    for (const { contract } of deleted) counts.set(contract, (counts.get(contract) ?? 0) + 1);
    if (found.length < BATCH) break;
    await nextTurn();
  }
  return counts;
}

/** @returns what this call deleted: another process may be deleting the same ones */
async function deleteScans(
  db: Database,
  doomed: readonly Doomed[],
): Promise<{ readonly scans: readonly Doomed[]; readonly pictures: number; readonly keys: number }> {
  const numbers = doomed.map(({ number }) => number);
  const counted = await db
    .deleteFrom('scanSummaries')
    .where('number', 'in', numbers)
    .returning(['owner', 'result', 'channel'])
    .execute();
  const scans = await db
    .deleteFrom('scans')
    .where('number', 'in', numbers)
    .returning(['number', 'contract', 'id', 'pictureId'])
    .execute();
  const withPicture = scans.filter(({ pictureId }) => pictureId !== null);
  const pictures = await deletePictures(
    db,
    withPicture.map(({ pictureId }) => pictureId!),
  );
  const keys = await destroyDataKeys(
    db,
    withPicture.map(({ id }) => id),
  );
  await changeCounts(
    db,
    counted.map((row) => ({ ...row, by: -1 })),
  );
  return { scans, pictures, keys };
}
