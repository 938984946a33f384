import type { Config } from '../config/schema.js';
import { Accounts } from '../identity/accounts.js';
import { PasswordHasher } from '../identity/password-hasher.js';
import { withStore } from './with-store.js';

/** Runs a task on the configured accounts, then closes the store. Works while a server is running. */
export const withAccounts = <T>(task: (accounts: Accounts) => Promise<T>, config?: Config): Promise<T> =>
  withStore((store) => task(new Accounts({ store, hasher: new PasswordHasher() })), config);
