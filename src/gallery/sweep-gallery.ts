import type { Database } from '../storage/schema.js';
import { transact } from '../storage/transaction.js';

/** Milliseconds that changes are kept for followers: who sleeps longer loads everything anew. */
const CHANGE_LIFE_MS = 3_600_000;
/** Milliseconds after which nobody waits for a holder of templates any more by far: its row goes. */
const REPLICA_ROW_LIFE_MS = 600_000;

/** Deletes changes that every follower has seen or slept through, and rows of processes that are gone. */
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
