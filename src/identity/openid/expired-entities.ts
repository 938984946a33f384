import type { Database } from '../../storage/schema.js';
import { transact } from '../../storage/transaction.js';

// A file of its own: the sweeper must not load oidc-provider, which stored-entities.ts needs.

/** Rows deleted in one transaction. */
const SWEEP_ROWS = 1000;

/** Deletes the expired rows of the embedded OpenID provider, in batches. @returns the number of rows */
export async function deleteExpiredEntities(db: Database, now: number): Promise<number> {
  for (let deleted = 0; ; ) {
    const expired = db.selectFrom('openidEntities').select('expiresAt').where('expiresAt', '<=', now);
    const last = await expired.orderBy('expiresAt').offset(SWEEP_ROWS).limit(1).executeTakeFirst();
    // A transaction is retried if it deadlocks with another server that sweeps at the same time.
    const { numDeletedRows } = await transact(db, (db) =>
      db
        .deleteFrom('openidEntities')
        .where('expiresAt', '<=', last?.expiresAt ?? now)
        .executeTakeFirst(),
    );
    deleted += Number(numDeletedRows);
    if (!last) return deleted;
    await new Promise(setImmediate);
  }
}
