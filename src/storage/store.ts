import type { Compilable } from 'kysely';
import { findDatabase, type StoreLocation } from './database-url.js';
import { openPostgresStore } from './postgres-store.js';
import type { Database } from './schema.js';
import { openSqliteStore } from './sqlite-store.js';

/** The open database of this process. */
export interface Store {
  readonly db: Database;
  /**
   * Runs a read-only query that may take long, off the event loop and separate from short queries. It sees committed data. Column
   * names are returned as in SQL, so use one-word names.
   * @throws AsideBusyError if too many are waiting
   */
  readAside<Row>(query: Compilable<Row>): Promise<Row[]>;
  /** Overwrites deleted data as far as the database can: SQLite zeroes it in the file and in its log. */
  scrub(): Promise<void>;
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
  return 'file' in database ? openSqliteStore(database.file) : openPostgresStore(database.postgres);
}
