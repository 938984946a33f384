import { loadConfig } from '../config/load.js';
import type { Config } from '../config/schema.js';
import { Accounts } from '../identity/accounts.js';
import { PasswordHasher } from '../identity/password-hasher.js';
import { openStore } from '../storage/store.js';

/** Does something with the accounts of this configuration, beside a running server too, and closes the store after it. */
export async function withAccounts<T>(
  task: (accounts: Accounts) => Promise<T>,
  config: Config = loadConfig(process.env),
): Promise<T> {
  const store = await openStore({ databaseUrl: config.DATABASE_URL, dataDir: config.DATA_DIR });
  try {
    return await task(new Accounts({ store, hasher: new PasswordHasher() }));
  } finally {
    await store.close();
  }
}
