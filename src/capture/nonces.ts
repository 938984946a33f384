import { createHash } from 'node:crypto';
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

/** Deletes the nonces of stale packets. @param now epoch ms */
export async function deleteExpiredNonces(db: Database, now: number): Promise<void> {
  await db.deleteFrom('captureNonces').where('expiresAt', '<', now).execute();
}
