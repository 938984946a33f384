import type { Database } from '../storage/schema.js';

/** A change that replicas must follow. */
export interface GalleryChange {
  readonly kind: 'add' | 'remove';
  readonly companyId: string;
  /** number of the person */
  readonly person: number;
  /** number of the enrolment; null: all of the person's */
  readonly enrolment: number | null;
}

/**
 * Records changes in the transaction that makes them. The clock's row stays locked until the commit, so changes become visible in
 * the order of their numbers: a reader that has seen number n has seen all before it. Call it before the audit log in every
 * transaction.
 * @returns the number of the last change
 */
export async function recordChanges(db: Database, changes: readonly GalleryChange[], now: number): Promise<number> {
  const { value } = await db
    .updateTable('galleryClock')
    .set((sql) => ({ value: sql('value', '+', changes.length) }))
    .where('id', '=', 1)
    .returning('value')
    .executeTakeFirstOrThrow();
  const first = value - changes.length + 1;
  if (changes.length > 0)
    await db
      .insertInto('galleryChanges')
      .values(changes.map((change, index) => ({ ...change, sequence: first + index, changedAt: now })))
      .execute();
  return value;
}

/** The sequence number of the last committed change. */
export async function readClock(db: Database): Promise<number> {
  const { value } = await db.selectFrom('galleryClock').select('value').where('id', '=', 1).executeTakeFirstOrThrow();
  return value;
}
