import type { Compilable } from 'kysely';
import type { ReadLength } from './aside-lanes.js';
import type { WatchOptions } from './database-monitor.js';
import { findDatabase, type StoreLocation } from './database-url.js';
import type { Database } from './schema.js';
import { openSqliteStore } from './sqlite-store.js';

/** The open database of this process. */
export interface Store {
  readonly db: Database;
  /**
   * Runs a read-only query that may take long, off the event loop and separate from short queries. It sees committed data. Column
   * names are returned as in SQL, so use one-word names.
   * @param owner whose data is read: each owner gets the same share of the time
   * @param length default `long`; short reads have a lane of their own and never wait for long ones
   * @throws BusyError if too many of this length are waiting or the store is closed
   */
  readAside<Row>(query: Compilable<Row>, owner?: string, length?: ReadLength): Promise<Row[]>;
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

/** How a store behaves while the database is out of order. */
export interface StoreOptions {
  /** absent: the database is not watched, and each statement waits for its own limits */
  readonly watch?: WatchOptions;
  /** PostgreSQL connections that the whole process opens, for a message */
  readonly connections?: number;
}

/**
 * Opens the database and brings its schema up to date. Several processes may have it open at once; with PostgreSQL also several
 * machines.
 * @throws StoreError with a message for the operator that contains no password
 */
export async function openStore(location: StoreLocation, { watch, connections }: StoreOptions = {}): Promise<Store> {
  const database = findDatabase(location);
  if ('file' in database) return openSqliteStore(database.file, watch);
  // Loaded only when it is used: the driver delays the start.
  const { openPostgresStore } = await import('./postgres-store.js');
  const { poolSize = 10, isMigrated } = location;
  return openPostgresStore(database.postgres, { poolSize, isMigrated, watch, connections });
}
