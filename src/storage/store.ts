import type { Compilable } from 'kysely';
import { findDatabase, type StoreLocation } from './database-url.js';
import type { Database } from './schema.js';
import { openSqliteStore } from './sqlite-store.js';

/** The open database of this process. */
export interface Store {
  readonly db: Database;
  /**
   * Runs a read-only query that may take long, off the event loop and separate from short queries. It sees committed data. Column
   * names are returned as in SQL, so use one-word names.
   * @throws BusyError if too many are waiting or the store is closed
   */
  readAside<Row>(query: Compilable<Row>): Promise<Row[]>;
  /** Overwrites deleted data as far as the database can: SQLite zeroes it in the file and in its log. */
  scrub(): Promise<void>;
  /**
   * Epoch milliseconds by the database's clock, which all servers share: everything that is stored or expires uses it. SQLite has
   * this machine's.
   */
  now(): number;
  /** Closes the database; a second call has no effect. */
  close(): Promise<void>;
  /** Readiness check: resolves if the database answers. @throws if it does not answer within seconds */
  check(): Promise<void>;
}

/**
 * Opens the database and brings its schema up to date. Several processes may have it open at once; with PostgreSQL also several
 * machines.
 * @throws StoreError with a message for the operator that contains no password
 */
export async function openStore(location: StoreLocation): Promise<Store> {
  const database = findDatabase(location);
  if ('file' in database) return openSqliteStore(database.file);
  // Loaded only when it is used: the driver delays the start.
  const { openPostgresStore } = await import('./postgres-store.js');
  return openPostgresStore(database.postgres, location.poolSize ?? 10);
}
