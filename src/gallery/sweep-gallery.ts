import { runBatches } from '../storage/batches.js';
import { deleteExpired } from '../storage/delete-expired.js';
import type { Database } from '../storage/schema.js';

/** Milliseconds to keep changes for followers; one that slept longer reloads everything. */
const CHANGE_LIFE_MS = 3_600_000;
/** Milliseconds after which the row of a dead process is deleted, long after erasures have stopped waiting for it. */
const REPLICA_ROW_LIFE_MS = 600_000;

/**
 * Deletes changes that every follower has either applied or missed, and rows of dead processes, in batches. The newest of the old
 * changes stays: a follower that applied it last finds it, and so knows that the database did not go back.
 * @param now epoch milliseconds
 * @param signal stops between two batches
 */
export async function sweepGallery(db: Database, now: number, signal?: AbortSignal): Promise<void> {
  await runBatches(db, (db, size) => deleteOldest(db, size, now - CHANGE_LIFE_MS), { signal });
  const dead = { key: ['id'], time: 'seenAt', before: now - REPLICA_ROW_LIFE_MS } as const;
  await deleteExpired(db, { table: 'galleryReplicas', ...dead }, signal);
}

/** Of the first changes, deletes those that an old one follows, which is therefore not the newest. @returns the number */
async function deleteOldest(db: Database, size: number, before: number): Promise<number> {
  const first = await db
    .selectFrom('galleryChanges')
    .select(['sequence', 'changedAt'])
    .orderBy('sequence')
    .limit(size + 1)
    .execute();
  const newest = first.findLast(({ changedAt }) => changedAt < before);
  if (!newest) return 0;
  const { numDeletedRows } = await db.deleteFrom('galleryChanges').where('sequence', '<', newest.sequence).executeTakeFirst();
  return Number(numDeletedRows);
}
