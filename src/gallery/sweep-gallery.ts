import type { Database } from '../storage/schema.js';
import { transact } from '../storage/transaction.js';

/** Milliseconds to keep changes for followers; one that slept longer reloads everything. */
const CHANGE_LIFE_MS = 3_600_000;
/** Milliseconds after which the row of a dead process is deleted, long after erasures have stopped waiting for it. */
const REPLICA_ROW_LIFE_MS = 600_000;

/**
 * Deletes changes that every follower has either applied or missed, and rows of dead processes. The newest of the old changes
 * stays: a follower that applied it last finds it, and so knows that the database did not go back.
 */
export async function sweepGallery(db: Database, now: number): Promise<void> {
  await transact(db, async (db) => {
    const old = db
      .selectFrom('galleryChanges')
      .select('sequence')
      .where('changedAt', '<', now - CHANGE_LIFE_MS);
    const newest = await old.orderBy('sequence', 'desc').limit(1).executeTakeFirst();
    if (newest) await db.deleteFrom('galleryChanges').where('sequence', '<', newest.sequence).execute();
    await db
      .deleteFrom('galleryReplicas')
      .where('seenAt', '<', now - REPLICA_ROW_LIFE_MS)
      .execute();
  });
}
