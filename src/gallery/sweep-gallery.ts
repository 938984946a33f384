import type { Database } from '../storage/schema.js';
import { transact } from '../storage/transaction.js';

/** Milliseconds to keep changes for followers; one that slept longer reloads everything. */
const CHANGE_LIFE_MS = 3_600_000;
/** Milliseconds after which the row of a dead process is deleted, long after erasures have stopped waiting for it. */
const REPLICA_ROW_LIFE_MS = 600_000;

/** Deletes changes that every follower has either applied or missed, and rows of dead processes. */
export async function sweepGallery(db: Database, now: number = Date.now()): Promise<void> {
  await transact(db, async (db) => {
    await db
      .deleteFrom('galleryChanges')
      .where('changedAt', '<', now - CHANGE_LIFE_MS)
      .execute();
    await db
      .deleteFrom('galleryReplicas')
      .where('seenAt', '<', now - REPLICA_ROW_LIFE_MS)
      .execute();
  });
}
