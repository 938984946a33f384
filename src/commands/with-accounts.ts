import type { Config } from '../config/schema.js';
import { Accounts } from '../identity/accounts.js';
import { PasswordHasher } from '../identity/password-hasher.js';
import { withStore } from './with-store.js';

/** Does something with the accounts of this configuration, beside a running server too, and closes the store after it. */
export const withAccounts = <T>(task: (accounts: Accounts) => Promise<T>, config?: Config): Promise<T> =>
  withStore((store) => task(new Accounts({ store, hasher: new PasswordHasher() })), config);
