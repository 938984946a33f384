import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { ClientError } from './client-rules.js';

/** In characters. Keycloak generates 32 letters and digits, earlier 36 of a UUID. */
const MIN_LENGTH = 20;
const MAX_LENGTH = 255;
/** A UUID has fewer only once in billions. */
const MIN_DISTINCT = 8;

/** A new secret: 256 random bits as 43 letters, digits, `-` and `_`. */
export const generateSecret = (): string => randomBytes(32).toString('base64url');

/** SHA-256, hexadecimal. Secrets are long and random, so a fast hash is sufficient. */
export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** Whether `secret` has this hash, compared in constant time. */
export function isSecretOf(secretHash: string, secret: string): boolean {
  const expected = Buffer.from(secretHash, 'hex');
  const actual = Buffer.from(hashSecret(secret), 'hex');
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

/**
 * Checks a secret that was not generated here. Only a fast hash of it is stored, so it must be long enough not to be guessed from
 * a copy of the database.
 * @throws ClientError without the secret
 */
export function checkSecret(secret: string): void {
  if (!/^[\x20-\x7e]*$/.test(secret) || secret.trim() !== secret)
    throw new ClientError('the secret must be a single line of printable ASCII characters, without spaces at its ends');
  if (secret.length < MIN_LENGTH || secret.length > MAX_LENGTH)
    throw new ClientError(
      `the secret has ${secret.length} characters; it must have ${MIN_LENGTH} to ${MAX_LENGTH}. Use --confidential without --secret-file to have one generated`,
    );
  if (new Set(secret).size < MIN_DISTINCT || isRepetition(secret) || isSequence(secret))
    throw new ClientError(
      `the secret can be guessed: it must have at least ${MIN_DISTINCT} different characters and be neither a repeated word nor a sequence. Have a new one generated`,
    );
}

/** `changeme-changeme-changeme-c` */
function isRepetition(text: string): boolean {
  for (let length = 1; length <= text.length / 2; length++) if (text.startsWith(text.slice(length))) return true;
  return false;
}

/** `abcdefghijklmnopqrst`, `01234567890123456789`: most characters follow from those before */
function isSequence(text: string): boolean {
  const codes = [...text].map((character) => character.charCodeAt(0));
  const steps = codes.slice(1).map((code, at) => Math.abs(code - codes[at]!));
  return steps.filter((step) => step <= 1).length > steps.length * 0.6;
}
