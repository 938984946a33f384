import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { OperatorError } from '../base/operator-error.js';

/** Sealed data cannot be opened: the key is wrong, or the data or its owner was changed. */
export class SealError extends OperatorError {
  override name = 'SealError';
}

/** Length of every key, in bytes. */
export const KEY_LENGTH = 32;
const version = 1;
const nonceLength = 12;
const tagLength = 16;

/**
 * Seals bytes with AES-256-GCM. Layout: version (1 byte), nonce (12, random), ciphertext, tag (16).
 * @param key 32 bytes; must seal fewer than 2^32 times, so that random nonces do not collide
 * @param belongsTo the owner of the bytes; unsealing requires the same text, so sealed bytes cannot be moved to another owner
 */
export function seal(key: Uint8Array, bytes: Uint8Array, belongsTo: string): Buffer {
  const nonce = randomBytes(nonceLength);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength }).setAAD(Buffer.from(belongsTo));
  return Buffer.concat([Buffer.of(version), nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
}

/** Opens the output of {@link seal}. @returns bytes that nothing else holds, so that the caller can overwrite them @throws SealError */
export function unseal(key: Uint8Array, sealed: Uint8Array, belongsTo: string): Buffer {
  if (sealed[0] !== version || sealed.length < 1 + nonceLength + tagLength) throw new SealError(`${belongsTo} is not sealed`);
  const nonce = sealed.subarray(1, 1 + nonceLength);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength })
    .setAAD(Buffer.from(belongsTo))
    .setAuthTag(sealed.subarray(sealed.length - tagLength));
  try {
    const bytes = decipher.update(sealed.subarray(1 + nonceLength, sealed.length - tagLength));
    // Checks the tag. A stream cipher has given everything before.
    decipher.final();
    return bytes;
  } catch {
    throw new SealError(`${belongsTo} cannot be opened: it was sealed with another key or changed`);
  }
}
