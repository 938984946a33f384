import { AccountError } from './account-error.js';

/** The longest retention, in days; the server's own setting has the same limit. */
const MAX_RETENTION_DAYS = 36_500;

/** @param what is kept @param zero what 0 means @throws AccountError `bad-retention` */
export function checkRetentionDays(days: number, what: string, zero: string): void {
  if (!(Number.isInteger(days) && days >= 0 && days <= MAX_RETENTION_DAYS))
    throw new AccountError('bad-retention', `${what} retention must be 0 (${zero}) to ${MAX_RETENTION_DAYS} days`);
}
