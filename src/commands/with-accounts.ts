import type { Config } from '../config/schema.js';
import { Accounts } from '../identity/accounts.js';
import { PasswordHasher } from '../identity/password-hasher.js';
import { withChanges } from './with-changes.js';

/** Runs a task on the configured accounts, then closes the store. Works while a server is running. @param command as `withChanges` */
export const withAccounts = <T>(command: string, task: (accounts: Accounts) => Promise<T>, config?: Config): Promise<T> =>
  withChanges(command, ({ store, changes }) => task(new Accounts({ store, hasher: new PasswordHasher(), changes })), config);
