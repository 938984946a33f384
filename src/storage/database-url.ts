import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StoreError } from './store-error.js';

/** Where the data is. */
export interface StoreLocation {
  /** `''`: `triface.db` in `dataDir`; `file:…`: SQLite there. Anything else is refused */
  readonly databaseUrl: string;
  readonly dataDir: string;
}

/**
 * The absolute path of the SQLite file.
 * @throws StoreError for anything but SQLite; the URL is not repeated, it may hold a password
 */
export function findDatabaseFile({ databaseUrl, dataDir }: StoreLocation): string {
  if (databaseUrl === '') return resolve(join(dataDir, 'triface.db'));
  const path = databaseUrl.replace(/^file:/, '');
  if (path === databaseUrl)
    throw new StoreError(
      'DATABASE_URL: this release stores in SQLite only. Leave it empty (SQLite in DATA_DIR) or say file:/path/to.db',
    );
  if (path === '' || path.endsWith('/') || path.includes(':memory:') || /[?#\0]/.test(path))
    throw new StoreError(
      'DATABASE_URL: file: takes the path of a file, without ? or #, for example file:/var/lib/triface/triface.db',
    );
  try {
    return path.startsWith('//') ? fileURLToPath(databaseUrl) : resolve(path);
  } catch {
    throw new StoreError('DATABASE_URL: not a file on this machine. Say file:/path/to.db');
  }
}
