import type { Database } from '../storage/schema.js';
import { transact } from '../storage/transaction.js';
import { GalleryError } from './gallery-error.js';
import type { Person } from './person.js';

/**
 * Locks a person's row until the end of the transaction, so that nobody erases or changes the person meanwhile.
 * @returns false when the person was erased
 */
export async function lockPerson(db: Database, { id }: Pick<Person, 'id'>): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('persons')
    .set((sql) => ({ updatedAt: sql.ref('updatedAt') }))
    .where('id', '=', id)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Notes whom a scan's face was compared with or registered as: the scan goes when the person does. In a transaction that holds the lock. */
export async function linkScan(db: Database, { id }: Pick<Person, 'id'>, scan: { readonly number: number }): Promise<void> {
  await db.updateTable('scans').set({ personId: id }).where('number', '=', scan.number).execute();
}

/** The same in a transaction of its own. @throws GalleryError `unknown-person` when the person was erased meanwhile */
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
