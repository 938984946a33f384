import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type PostgresServer, readPostgresUrl } from './postgres-url.js';
import { StoreError } from './store-error.js';

/** Where the data is. */
export interface StoreLocation {
  /** `''`: `triface.db` in `dataDir`; `file:…`: SQLite there; `postgres://…`: a database of a PostgreSQL server. Anything else is refused */
  readonly databaseUrl: string;
  readonly dataDir: string;
  /** most connections to PostgreSQL that are open at once, 2 or more (default 10) */
  readonly poolSize?: number;
}

/**
 * The absolute path of the SQLite file, or the PostgreSQL server.
 * @throws StoreError for anything else; the URL is not repeated, it may hold a password
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
      'DATABASE_URL: leave it empty (SQLite in DATA_DIR), or say file:/path/to.db (SQLite there) or postgres://user:password@host:5432/database',
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
