import { BusyError } from '../base/busy-error.js';
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
 * A point in the history of the gallery. A database that went back (a standby that lacked the last changes, a restored backup)
 * counts on from an earlier number, so that the number alone would name two different changes.
 */
export interface GalleryPosition {
  /** number of the last change */
  readonly sequence: number;
  /** its random mark; empty: the change is no longer stored */
  readonly mark: string;
}

/** Whether two positions are the same point of the same history. */
export const isSamePosition = (a: GalleryPosition, b: GalleryPosition): boolean => a.sequence === b.sequence && a.mark === b.mark;

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

/** The position of the last committed change. */
export async function readPosition(db: Database): Promise<GalleryPosition> {
  const { sequence, mark } = await db
    .selectFrom('galleryClock')
    .leftJoin('galleryChanges', 'galleryChanges.sequence', 'galleryClock.value')
    .select(['galleryClock.value as sequence', 'galleryChanges.mark'])
    .where('galleryClock.id', '=', 1)
    .executeTakeFirstOrThrow();
  return { sequence, mark: mark ?? '' };
}

/** Whether the database's history contains a position: it does not if the database went back and took another course. */
export async function isInHistory(db: Database, { sequence, mark }: GalleryPosition): Promise<boolean> {
  const row = await db.selectFrom('galleryChanges').select('mark').where('sequence', '=', sequence).executeTakeFirst();
  return (row?.mark ?? '') === mark;
}

/** What memory holds is not what the database holds: everything is being loaded again. */
export const historyChanged = (): BusyError =>
  new BusyError('loading', 1, 'the database is not the one that was searched: the templates are loaded again');
