import { loadConfig } from '../config/load.js';
import type { Config } from '../config/schema.js';
import { openStore, type Store } from '../storage/store.js';

/** Runs a task on the configured store, then closes the store. Works while a server is running. */
export async function withStore<T>(
  task: (store: Store, config: Config) => Promise<T>,
  config: Config = loadConfig(process.env),
): Promise<T> {
  const store = await openStore({ databaseUrl: config.DATABASE_URL, dataDir: config.DATA_DIR });
  try {
    return await task(store, config);
  } finally {
    await store.close();
  }
}
