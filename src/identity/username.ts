import { AccountError } from './account-error.js';

/** In characters. */
const MAX_USERNAME_LENGTH = 150;

/**
 * The form shared by all spellings of a name: 'Ana', 'ANA' and their full-width forms are one account. Use it for comparison
 * only; accounts keep their original spelling.
 */
export function foldUsername(username: string): string {
  return username.normalize('NFKC').toLowerCase().normalize('NFKC');
}

/** Whether an account could have this name. Check input with it before a database query or a rate limit. */
export function isUsername(username: string): boolean {
  return findUsernameFault(username) === undefined;
}

/** @throws AccountError `bad-username` with the rule that was broken */
export function checkUsername(username: string): void {
  const fault = findUsernameFault(username);
  if (fault) throw new AccountError('bad-username', `a username must ${fault}`);
}

function findUsernameFault(username: string): string | undefined {
  // reject long names before folding them
  if (username.length === 0 || username.length > 2 * MAX_USERNAME_LENGTH || [...username].length > MAX_USERNAME_LENGTH)
    return `have 1 to ${MAX_USERNAME_LENGTH} characters`;
  if (`${username}${foldUsername(username)}`.includes(':')) return 'not contain a colon: Basic authentication cannot transmit it';
  if (/[\p{C}\p{Zl}\p{Zp}]/u.test(username)) return 'not contain control or invisible characters';
  // Decoders write it for bytes that they cannot decode: two different names would become one.
  if (username.includes('\ufffd')) return 'not contain U+FFFD, which stands for bytes that are not UTF-8';
  if (username.trim() !== username) return 'not begin or end with a space';
  return undefined;
}
