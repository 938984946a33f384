import { randomBytes } from 'node:crypto';

/** Creates the content of a secret's file: random bytes in base64url. @param length in bytes */
export const makeSecret = (length: number): string => `${randomBytes(length).toString('base64url')}\n`;

/** Reads the output of {@link makeSecret}. @throws if it is damaged */
export function parseSecret(content: string, length: number): Buffer {
  const text = content.trim();
  const secret = Buffer.from(text, 'base64url');
  // Decoding skips characters outside base64url, so damage shows only when the bytes are encoded again.
  if (secret.length !== length || secret.toString('base64url') !== text) throw new Error('not a secret');
  return secret;
}
