import { runBatches } from '../storage/batches.js';
import type { Database } from '../storage/schema.js';
import type { Store } from '../storage/store.js';
import { destroyDataKeys } from '../vault/data-keys.js';
import { deletePictures } from '../vault/pictures.js';
import { changeCounts, findOwner } from './scan-counts.js';
import { withoutNul } from './scan-summary.js';

/**
 * Deletes the account's scans created before `epochMs`, in batches that yield to the event loop.
 * @param signal stops between two batches
 * @returns the number deleted
 */
export async function deleteScansBefore(
  { db }: Pick<Store, 'db'>,
  accountId: string,
  epochMs: number,
  signal?: AbortSignal,
): Promise<number> {
  const old: FindDoomed = (db, size) =>
    db
      .selectFrom('scans')
      .select(['number', 'contract'])
      .where('accountId', '=', accountId)
      .where('createdAt', '<', epochMs)
      .orderBy('createdAt')
      .limit(size)
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
  const asMade: FindDoomed = (db, size) =>
    db
      .selectFrom('scans')
      .select(['number', 'contract'])
      .where('companyId', '=', companyId)
      .where('reference', '=', text)
      .limit(size)
      .execute();
  const asCorrected: FindDoomed = (db, size) =>
    db
      .selectFrom('scanSummaries')
      .innerJoin('scans', 'scans.number', 'scanSummaries.number')
      .select(['scans.number', 'scans.contract'])
      .where('scanSummaries.owner', '=', owner ?? -1)
      .where('scanSummaries.reference', '=', text)
      .limit(size)
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

/**
 * Deletes some of the scans in which a face was compared with this person, in the caller's transaction.
 * @param personId uuid
 * @param most of all, and with a picture
 */
export async function deleteScansOfPerson(
  db: Database,
  personId: string,
  most: { readonly scans: number; readonly pictures: number },
): Promise<{ readonly scans: number; readonly pictures: number; readonly isMore: boolean }> {
  const found = await db
    .selectFrom('scans')
    .select(['number', 'contract', 'pictureId'])
    .where('personId', '=', personId)
    .limit(most.scans)
    .execute();
  if (found.length === 0) return { scans: 0, pictures: 0, isMore: false };
  const last = found.filter(({ pictureId }) => pictureId !== null)[most.pictures - 1];
  const batch = last ? found.slice(0, found.indexOf(last) + 1) : found;
  const { scans, pictures } = await deleteScans(db, batch);
  return { scans: scans.length, pictures, isMore: batch.length < found.length || found.length === most.scans };
}

/** Records a deletion in its transaction. @param scans their number */
export type RecordDeletion = (db: Database, scans: number) => Promise<void>;

interface Doomed {
  readonly number: number;
  readonly contract: string;
}

/** Finds up to `size` scans to delete. */
type FindDoomed = (db: Database, size: number) => Promise<Doomed[]>;

async function deleteInBatches(
  db: Database,
  find: FindDoomed,
  { signal, record }: { readonly signal?: AbortSignal | undefined; readonly record?: RecordDeletion },
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  let deleted: readonly Doomed[] = [];
  const deleteBatch = async (db: Database, size: number): Promise<number> => {
    const found = await find(db, size);
    deleted = found.length > 0 ? (await deleteScans(db, found)).scans : [];
    if (deleted.length > 0) await record?.(db, deleted.length);
    return found.length;
  };
  const onCommit = () => {
    for (const { contract } of deleted) counts.set(contract, (counts.get(contract) ?? 0) + 1);
  };
  await runBatches(db, deleteBatch, { signal, onCommit });
  return counts;
}

/** @returns what this call deleted: another process may be deleting the same ones */
async function deleteScans(
  db: Database,
  doomed: readonly Doomed[],
): Promise<{ readonly scans: readonly Doomed[]; readonly pictures: number }> {
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
  await destroyDataKeys(
    db,
    withPicture.map(({ id }) => id),
  );
  await changeCounts(
    db,
    counted.map((row) => ({ ...row, by: -1 })),
  );
  return { scans, pictures };
}
