import { AccountError } from './account-error.js';
import type { Accounts } from './accounts.js';
import { generatePassword, isWellKnown } from './password-rules.js';

/** The first account, as configured. */
export interface FirstAccount {
  readonly username: string;
  /** `''`: a random one is generated */
  readonly password: string;
}

/** The result of {@link createFirstAccount}. `password` is present only if it was generated: show it once, it is not stored. */
export type FirstStart =
  | { readonly isFirst: false }
  | { readonly isFirst: true; readonly username: string; readonly password?: string };

/**
 * Creates a company and an account with all rights if there is no account. If several processes start at the same time, one of
 * them does.
 * @throws AccountError if the name or password breaks the rules, or if the password is a well-known one
 */
export async function createFirstAccount(accounts: Accounts, { username, password }: FirstAccount): Promise<FirstStart> {
  if (await accounts.hasAny()) return { isFirst: false };
  if (password !== '' && isWellKnown(password, username))
    throw new AccountError(
      'bad-password',
      'TRIFACE_ADMIN_PASSWORD is a well-known password that attackers try first. Choose another, or leave it empty: then a random password is generated and printed',
    );
  const chosen = password === '' ? generatePassword() : password;
  const account = await accounts.createFirst({ username, password: chosen });
  if (!account) return { isFirst: false };
  return { isFirst: true, username: account.username, ...(password === '' && { password: chosen }) };
}
