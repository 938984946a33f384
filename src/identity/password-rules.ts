import { randomBytes } from 'node:crypto';
import { AccountError } from './account-error.js';
import { foldUsername } from './username.js';

/** In characters, after normalization. */
const MIN_LENGTH = 8;
const MAX_LENGTH = 256;
/** In UTF-16 units, before normalization: longer input is not worth normalizing. */
const MAX_INPUT_LENGTH = 2048;

/** Words common in examples, images and attackers' lists; digits or signs around them do not help. */
const KNOWN_WORDS = new Set(
  `
    admin administrator root user test demo guest default example sample docker postgres password passwort passw0rd
    p@ssw0rd p@ssword contraseña contrasena pass secret supersecret changeme change-me change_me changeit change-it
    changethis replaceme letmein welcome qwerty qwertyuiop iloveyou triface trifaceadmin triface-admin liveness
    your-password yourpassword mypassword
  `
    .trim()
    .split(/\s+/),
);

/**
 * Normalizes a password (NFKC), so that it has the same bytes on every keyboard.
 * @returns `undefined` if it is too long for a password, or contains U+FFFD: decoders write it for bytes that are not UTF-8, and
 *   different passwords would become one
 */
export function normalizePassword(password: string): string | undefined {
  return password.length > MAX_INPUT_LENGTH || password.includes('\ufffd') ? undefined : password.normalize('NFKC');
}

/**
 * @returns the normalised password
 * @throws AccountError `bad-password` when it is too short, too long, or was not decoded
 */
export function checkPassword(password: string): string {
  if (password.includes('\ufffd')) throw new AccountError('bad-password', 'the password is not valid UTF-8: send it as UTF-8');
  const normalized = normalizePassword(password);
  const length = normalized === undefined ? Number.POSITIVE_INFINITY : [...normalized].length;
  if (normalized === undefined || length < MIN_LENGTH || length > MAX_LENGTH)
    throw new AccountError('bad-password', `a password must have ${MIN_LENGTH} to ${MAX_LENGTH} characters`);
  return normalized;
}

/**
 * Whether a password is among the first that attackers try: a common word, the username, a repeated character or a run of digits.
 */
export function isWellKnown(password: string, username: string): boolean {
  const folded = foldUsername(password).trim();
  const name = foldUsername(username);
  const core = folded.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '');
  const isOneCharacter = new Set(folded).size <= 1;
  const isCounting = '01234567890123456789'.includes(folded) || '98765432109876543210'.includes(folded);
  return [folded, core].some((word) => KNOWN_WORDS.has(word) || word === name) || isOneCharacter || isCounting;
}

/** A new random password: 144 bits as 24 letters, digits, `-` and `_`. */
export function generatePassword(): string {
  return randomBytes(18).toString('base64url');
}
