import { createHash } from 'node:crypto';
import { deleteExpired } from '../storage/delete-expired.js';
import type { Database } from '../storage/schema.js';

/**
 * Uses up a packet's nonce.
 * @param expiresAt epoch ms after which the packet is stale, so that its nonce can be deleted
 * @returns true for exactly one of several requests with the same packet, in all processes
 */
export async function takeNonce(db: Database, nonce: string, expiresAt: number): Promise<boolean> {
  const nonceHash = createHash('sha256').update(nonce).digest('hex');
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('captureNonces')
    .values({ nonceHash, expiresAt })
    .onConflict((conflict) => conflict.column('nonceHash').doNothing())
    .executeTakeFirst();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** Deletes the nonces of stale packets, in batches. @param now epoch ms @param signal stops between two batches @returns the number */
export const deleteExpiredNonces = (db: Database, now: number, signal?: AbortSignal): Promise<number> =>
  deleteExpired(db, { table: 'captureNonces', key: ['nonceHash'], time: 'expiresAt', before: now }, signal);
