import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** Something sealed cannot be opened: the key is another one, or the bytes or what they belong to were changed. */
export class SealError extends Error {
  override name = 'SealError';
}

/** Bytes of every key here. */
export const KEY_LENGTH = 32;
const version = 1;
const nonceLength = 12;
const tagLength = 16;

/**
 * Seals bytes with AES-256-GCM. Layout: version (1 byte), nonce (12, random), ciphertext, tag (16).
 * @param key 32 bytes; used for fewer than 2^32 seals, so that random nonces do not meet
 * @param belongsTo what the bytes belong to; opening takes the same words, so that sealed bytes cannot be moved elsewhere
 */
export function seal(key: Uint8Array, bytes: Uint8Array, belongsTo: string): Buffer {
  const nonce = randomBytes(nonceLength);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength }).setAAD(Buffer.from(belongsTo));
  return Buffer.concat([Buffer.of(version), nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
}

/** Opens what {@link seal} made. @throws SealError */
export function unseal(key: Uint8Array, sealed: Uint8Array, belongsTo: string): Buffer {
  if (sealed[0] !== version || sealed.length < 1 + nonceLength + tagLength) throw new SealError(`${belongsTo} is not sealed`);
  const nonce = sealed.subarray(1, 1 + nonceLength);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength })
    .setAAD(Buffer.from(belongsTo))
    .setAuthTag(sealed.subarray(sealed.length - tagLength));
  try {
    const start = decipher.update(sealed.subarray(1 + nonceLength, sealed.length - tagLength));
    return Buffer.concat([start, decipher.final()]);
  } catch {
    throw new SealError(`${belongsTo} cannot be opened: another key sealed it, or it was changed`);
  }
}
