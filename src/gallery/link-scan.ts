import type { Database } from '../storage/schema.js';
import { transact } from '../storage/transaction.js';
import { GalleryError } from './gallery-error.js';
import type { Person } from './person.js';

/**
 * Locks a person's row until the end of the transaction, so that nobody can erase or change the person.
 * @returns false if the person was erased
 */
export async function lockPerson(db: Database, { id }: Pick<Person, 'id'>): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('persons')
    .set((sql) => ({ updatedAt: sql.ref('updatedAt') }))
    .where('id', '=', id)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/**
 * Links a scan to the person whom its face was compared with or enrolled as, so that the scan is erased with the person. The
 * transaction must hold the person's lock.
 */
export async function linkScan(db: Database, { id }: Pick<Person, 'id'>, scan: { readonly number: number }): Promise<void> {
  await db.updateTable('scans').set({ personId: id }).where('number', '=', scan.number).execute();
}

/** As {@link linkScan}, in its own transaction. @throws GalleryError `unknown-person` if the person was erased meanwhile */
export async function linkScanIfThere(
  db: Database,
  person: Pick<Person, 'id'>,
  scan: { readonly number: number },
): Promise<void> {
  await transact(db, async (db) => {
    if (!(await lockPerson(db, person))) throw new GalleryError('unknown-person');
    await linkScan(db, person, scan);
  });
}
