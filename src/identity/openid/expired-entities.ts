import { deleteExpired } from '../../storage/delete-expired.js';
import type { Database } from '../../storage/schema.js';

// A file of its own: the sweeper must not load oidc-provider, which stored-entities.ts needs.

/**
 * Deletes the expired rows of the embedded OpenID provider, in batches.
 * @param now epoch milliseconds
 * @param signal stops between two batches
 * @returns the number of rows
 */
export const deleteExpiredEntities = (db: Database, now: number, signal?: AbortSignal): Promise<number> =>
  deleteExpired(db, { table: 'openidEntities', key: ['model', 'idHash'], time: 'expiresAt', before: now + 1 }, signal);
