import type { Compilable } from 'kysely';
import { findDatabase, type StoreLocation } from './database-url.js';
import type { Database } from './schema.js';
import { openSqliteStore } from './sqlite-store.js';

/** The open database of this process. */
export interface Store {
  readonly db: Database;
  /**
   * Runs a query that may take long, away from the event loop and from what must be quick, and sees what is committed. It can only read.
   * Names of its columns come as SQL has them: ask for one-word names.
   * @throws BusyError when too many wait already or it is closed
   */
  readAside<Row>(query: Compilable<Row>): Promise<Row[]>;
  /** Has the database overwrite what was deleted, as far as it can: SQLite zeroes it in the file and in its log. */
  scrub(): Promise<void>;
  /** Closes it; a second call does nothing. */
  close(): Promise<void>;
  /** For readiness: resolves when the database answers. @throws when it does not, within seconds */
  check(): Promise<void>;
}

/**
 * Opens the database and brings its tables up to date. Several processes may have it open at once; on PostgreSQL several machines.
 * @throws StoreError with a message for the operator; it holds no password
 */
export async function openStore(location: StoreLocation): Promise<Store> {
  const database = findDatabase(location);
  if ('file' in database) return openSqliteStore(database.file);
  // Loaded only when it is used: the driver delays the start.
  const { openPostgresStore } = await import('./postgres-store.js');
  return openPostgresStore(database.postgres);
}
