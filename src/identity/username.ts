import { AccountError } from './account-error.js';

/** In characters. */
const MAX_USERNAME_LENGTH = 150;

/**
 * What all spellings of one name have in common: 'Ana', 'ANA' and their full-width forms are one account.
 * Only for comparing; accounts keep the spelling they were made with.
 */
export function foldUsername(username: string): string {
  return username.normalize('NFKC').toLowerCase().normalize('NFKC');
}

/** Whether an account could have this name. What comes from outside is asked before it goes to the database or counts as a name. */
export function isUsername(username: string): boolean {
  return findUsernameFault(username) === undefined;
}

/** @throws AccountError `bad-username` saying what is wrong with it */
export function checkUsername(username: string): void {
  const fault = findUsernameFault(username);
  if (fault) throw new AccountError('bad-username', `a username ${fault}`);
}

function findUsernameFault(username: string): string | undefined {
  // long ones are refused before the work of folding them
  if (username.length === 0 || username.length > 2 * MAX_USERNAME_LENGTH || [...username].length > MAX_USERNAME_LENGTH)
    return `has 1 to ${MAX_USERNAME_LENGTH} characters`;
  if (`${username}${foldUsername(username)}`.includes(':')) return 'has no colon: Basic authentication cannot carry it';
  if (/[\p{C}\p{Zl}\p{Zp}]/u.test(username)) return 'has no control or invisible characters';
  if (username.trim() !== username) return 'neither begins nor ends with a space';
  return undefined;
}
