import { AccountError } from './account-error.js';
import type { Accounts } from './accounts.js';
import { generatePassword, isWellKnown } from './password-rules.js';

/** What the environment says of the first account. */
export interface FirstAccount {
  readonly username: string;
  /** `''`: a random one is made */
  readonly password: string;
}

/** What {@link makeFirstAccount} did. `password` only when it was made here: print it once, nothing keeps it. */
export type FirstStart =
  | { readonly isFirst: false }
  | { readonly isFirst: true; readonly username: string; readonly password?: string };

/**
 * Makes a company and an account with all rights when there is no account. Of several processes that start at once, one does.
 * @throws AccountError for a name or password that breaks the rules, and for a password that everybody tries first
 */
export async function makeFirstAccount(accounts: Accounts, { username, password }: FirstAccount): Promise<FirstStart> {
  if (await accounts.hasAny()) return { isFirst: false };
  if (password !== '' && isWellKnown(password, username))
    throw new AccountError(
      'bad-password',
      'TRIFACE_ADMIN_PASSWORD is one that everybody tries first. Choose another, or leave it empty to have a random one made and printed',
    );
  const chosen = password === '' ? generatePassword() : password;
  const account = await accounts.createFirst({ username, password: chosen });
  if (!account) return { isFirst: false };
  return { isFirst: true, username: account.username, ...(password === '' && { password: chosen }) };
}
