import { removeMetadata } from '../imaging/remove-metadata.js';
import type { Database } from '../storage/schema.js';
import type { Store } from '../storage/store.js';
import { transact } from '../storage/transaction.js';
import { findDataKey } from './data-keys.js';
import type { MasterKeys } from './master-keys.js';
import { openPicture, sealPicture } from './pictures.js';
import { SealError } from './seal.js';

/** Pictures read per query; each is opened in a transaction of its own, since it may have 25 MB. */
const BATCH = 200;

/** Number of pictures by outcome. */
export interface CleanedPictures {
  /** had metadata, which was removed */
  readonly cleaned: number;
  /** had none */
  readonly unchanged: number;
  /** ids of pictures that cannot be opened: sealed with a lost key, or changed */
  readonly unopened: readonly string[];
}

/** How to clean. */
export interface CleanOptions {
  /** records a cleaned picture, in the transaction that stores it */
  readonly record: (db: Database, companyId: string) => Promise<void>;
  /** called after each picture @param done their number */
  readonly onPicture?: (done: number) => void;
}

/**
 * Removes the metadata of the pictures that were stored before `addPicture` removed it. Safe while a server is running. Each picture
 * is stored by itself: after an interruption, a second run continues and changes nothing that is clean.
 * @throws UnavailableError if a master key is missing
 */
export async function cleanPictures(
  { db }: Pick<Store, 'db'>,
  masterKeys: MasterKeys,
  { record, onPicture = () => {} }: CleanOptions,
): Promise<CleanedPictures> {
  const [outcome, unopened] = [{ cleaned: 0, unchanged: 0 }, [] as string[]];
  let done = 0;
  for (let after = ''; ; ) {
    const rows = await db.selectFrom('pictures').select('id').where('id', '>', after).orderBy('id').limit(BATCH).execute();
    const last = rows.at(-1);
    if (!last) return { ...outcome, unopened };
    after = last.id;
    for (const { id } of rows) {
      const result = await cleanPicture(db, masterKeys, id, record);
      if (result === 'unopened') unopened.push(id);
      else if (result !== 'gone') outcome[result]++;
      onPicture(++done);
    }
  }
}

async function cleanPicture(
  db: Database,
  masterKeys: MasterKeys,
  id: string,
  record: CleanOptions['record'],
): Promise<'cleaned' | 'unchanged' | 'unopened' | 'gone'> {
  const row = await db.selectFrom('pictures').selectAll().where('id', '=', id).executeTakeFirst();
  const key = row && (await findDataKey(db, masterKeys, row.subject));
  // Erased or expired meanwhile.
  if (!key)
    return row && (await db.selectFrom('pictures').select('id').where('id', '=', id).executeTakeFirst()) ? 'unopened' : 'gone';
  try {
    const bytes = openPicture(key, row);
    const clean = removeMetadata(bytes);
    if (clean.equals(bytes)) return 'unchanged';
    return await transact(db, async (db) => {
      // A picture does not change otherwise; it can only be deleted, and must not come back.
      const { numUpdatedRows } = await db
        .updateTable('pictures')
        .set({ sealed: sealPicture(key, row, clean) })
        .where('id', '=', id)
        .executeTakeFirst();
      if (numUpdatedRows === 0n) return 'gone';
      await record(db, row.companyId);
      return 'cleaned';
    });
  } catch (error) {
    if (error instanceof SealError) return 'unopened';
    throw error;
  }
}
