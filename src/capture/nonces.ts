import { createHash } from 'node:crypto';
import type { Database } from '../storage/schema.js';

/**
 * Takes a packet's nonce, once: of several requests with the same packet, in whichever process, one is told true.
 * @param expiresAt epoch ms from which on the packet is stale anyhow and its nonce need not be known any more
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

/** Forgets the nonces of packets that are stale. @param now epoch ms */
export async function deleteExpiredNonces(db: Database, now: number): Promise<void> {
  await db.deleteFrom('captureNonces').where('expiresAt', '<', now).execute();
}
