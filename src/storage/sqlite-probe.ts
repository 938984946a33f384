import { setTimeout as sleep } from 'node:timers/promises';
import Libsql from 'libsql';
import type { DatabaseProbe } from './database-monitor.js';
import type { SqliteConnection } from './sqlite-connection.js';

/** Milliseconds between two attempts to get the lock for writing. */
const RETRY_MS = 20;
/** Bytes that a probe writes. */
const WRITTEN = 131_072;

/**
 * Looks at an SQLite file on a connection of its own: whether it is still the same file, can be read and is not
 * locked, and from time to time whether it can be written. What is written is more than the cache holds, so that it reaches the disk before it is rolled back.
 */
export class SqliteProbe implements DatabaseProbe {
  readonly #file: string;
  readonly #connection: Pick<SqliteConnection, 'checkFile' | 'generation'>;
  #generation: number;
  #database: Libsql.Database | undefined;
  #turn = 0;

  /** @param connection whose file it looks at */
  constructor(file: string, connection: Pick<SqliteConnection, 'checkFile' | 'generation'>) {
    this.#file = file;
    this.#connection = connection;
    this.#generation = connection.generation;
  }

  async look(writes: boolean): Promise<void> {
    // First: opening a file that does not exist would create it.
    this.#connection.checkFile();
    if (this.#connection.generation !== this.#generation) this.drop();
    this.#generation = this.#connection.generation;
    this.#database ??= this.#open();
    this.#database.prepare('select 1 from companies limit 1').all();
    await this.#lock(this.#database, writes);
  }

  drop(): void {
    this.#turn++;
    this.#database?.close();
    this.#database = undefined;
  }

  async close(): Promise<void> {
    this.drop();
  }

  #open(): Libsql.Database {
    const database = new Libsql(this.#file);
    database.pragma('busy_timeout=0');
    database.pragma('cache_size=8');
    return database;
  }

  /** Takes the lock for writing for a moment, as soon as no other process has it. */
  async #lock(database: Libsql.Database, writes: boolean): Promise<void> {
    for (const turn = this.#turn; turn === this.#turn; await sleep(RETRY_MS)) {
      try {
        database.exec('begin immediate');
      } catch (error) {
        if (String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY')) continue;
        throw error;
      }
      try {
        if (!writes) return;
        database
          .prepare("insert into servers (id, host, started_at, seen_at, held_keys) values ('probe', '', 0, 0, hex(zeroblob(?)))")
          .run(WRITTEN);
      } finally {
        if (database.inTransaction) database.exec('rollback');
      }
      return;
    }
  }
}
