import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type PostgresServer, readPostgresUrl } from './postgres-url.js';
import { StoreError } from './store-error.js';

/** Location of the database. */
export interface StoreLocation {
  /**
   * `''`: `triface.db` in `dataDir`; `file:…`: an SQLite file; `postgres://…`: a PostgreSQL database. Anything else is rejected
   */
  readonly databaseUrl: string;
  readonly dataDir: string;
  /** maximum number of PostgreSQL connections, 2 or more (default 10) */
  readonly poolSize?: number;
}

/**
 * The absolute path of the SQLite file, or the PostgreSQL server.
 * @throws StoreError for anything else; the message omits the URL, which may contain a password
 */
export function findDatabase(location: StoreLocation): { readonly file: string } | { readonly postgres: PostgresServer } {
  const { databaseUrl, dataDir, poolSize = 10 } = location;
  if (databaseUrl === '') return { file: resolve(join(dataDir, 'triface.db')) };
  if (/^postgres(ql)?:/i.test(databaseUrl)) return { postgres: readPostgresUrl(databaseUrl, poolSize) };
  return { file: readFileUrl(databaseUrl) };
}

function readFileUrl(databaseUrl: string): string {
  const path = databaseUrl.replace(/^file:/, '');
  if (path === databaseUrl)
    throw new StoreError(
      'DATABASE_URL must be empty (SQLite in DATA_DIR), file:/path/to.db (SQLite) or postgres://user:password@host:5432/database',
    );
  if (path === '' || path.endsWith('/') || path.includes(':memory:') || /[?#\0]/.test(path))
    throw new StoreError(
      'DATABASE_URL: file: must be followed by the path of a file without ? or #, for example file:/var/lib/triface/triface.db',
    );
  try {
    return path.startsWith('//') ? fileURLToPath(databaseUrl) : resolve(path);
  } catch {
    throw new StoreError('DATABASE_URL does not name a file on this machine: use file:/path/to.db');
  }
}
