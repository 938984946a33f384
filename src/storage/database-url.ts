import { join, resolve } from 'node:path';
import { type DatabaseUrl, parseDatabaseUrl } from '../base/settings/database-url.js';
import type { PostgresServer } from '../base/settings/postgres-url.js';
import { SettingError } from '../base/settings/setting-error.js';
import { StoreError } from './store-error.js';

/** Location of the database. Plain data, which can be sent to threads. */
export interface StoreLocation {
  /** `DATABASE_URL`, parsed or as text */
  readonly databaseUrl: DatabaseUrl | string;
  /** folder of the default SQLite file, `triface.db` */
  readonly dataDir: string;
  /** maximum number of PostgreSQL connections (default 10) */
  readonly poolSize?: number;
  /** whether another store of this process has brought the schema up to date */
  readonly isMigrated?: boolean;
}

/**
 * The absolute path of the SQLite file, or the PostgreSQL server.
 * @throws StoreError if the URL is invalid; the message omits the URL, which may contain a password
 */
export function findDatabase(location: StoreLocation): { readonly file: string } | { readonly postgres: PostgresServer } {
  const { databaseUrl, dataDir } = location;
  const database = typeof databaseUrl === 'string' ? parse(databaseUrl) : databaseUrl;
  if ('postgres' in database) return database;
  return { file: database.file ?? resolve(join(dataDir, 'triface.db')) };
}

function parse(databaseUrl: string): DatabaseUrl {
  try {
    return parseDatabaseUrl(databaseUrl);
  } catch (error) {
    throw error instanceof SettingError ? new StoreError(`DATABASE_URL: ${error.message}`) : error;
  }
}
