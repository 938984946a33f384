import { closeSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CamelCasePlugin, type Compilable, Kysely } from 'kysely';
import Libsql from 'libsql';
import { createDirectories } from '../base/create-directories.js';
import { demandAccess, explainFullDisk } from '../base/file-access.js';
import type { ReadLength } from './aside-lanes.js';
import { AsideReader } from './aside-reader.js';
import { DatabaseGate } from './database-gate.js';
import { DatabaseMonitor, type WatchOptions } from './database-monitor.js';
import { migrate } from './migrate.js';
import type { Database, Schema } from './schema.js';
import { fixedConnection, type OpenSqlite, SqliteConnection } from './sqlite-connection.js';
import { BUSY_TIMEOUT_MS, LibsqlDialect } from './sqlite-dialect.js';
import { SqliteProbe } from './sqlite-probe.js';
import { StoreError } from './store-error.js';
import { describe } from './unavailable.js';

/** Milliseconds that overwriting deleted data waits for other threads and processes. */
const SCRUB_MS = 1000;
/** Milliseconds between two attempts. */
const SCRUB_AGAIN_MS = 20;
/** Milliseconds until it is tried again. */
const RESCRUB_MS = 10_000;

/**
 * Opens an SQLite database file, creates it if it does not exist, and brings its schema up to date. Several processes may have it
 * open at once. Commits are durable (see WriteAheadLog).
 * @param watch absent: the database is not watched, and a statement waits up to its own limit
 * @throws StoreError with a message for the operator
 */
export async function openSqliteStore(file: string, watch?: WatchOptions) {
  const aside = new AsideReader({ file, busyTimeoutMs: BUSY_TIMEOUT_MS });
  const connection = await SqliteConnection.open(file, { open: openUpToDate, onReplaced: () => void aside.restart() });
  const gate = new DatabaseGate();
  const db = openKysely(connection, gate);
  const monitor = watch && new DatabaseMonitor(gate, new SqliteProbe(file, connection), watch);
  let closing: Promise<void> | undefined;
  let scrubbing: NodeJS.Timeout | undefined;
  return {
    db,
    async readAside<Row>(query: Compilable<Row>, owner = '', length: ReadLength = 'long'): Promise<Row[]> {
      const { sql, parameters } = query.compile();
      return (await gate.pass(() => aside.read({ sql, parameters }, { owner, length }), Number.POSITIVE_INFINITY)) as Row[];
    },
    now: () => Date.now(),
    close(): Promise<void> {
      clearTimeout(scrubbing);
      closing ??= aside
        .close()
        .then(() => monitor?.stop())
        .then(() => close(db, connection));
      return closing;
    },
    async scrub(): Promise<void> {
      clearTimeout(scrubbing);
      const deadline = performance.now() + SCRUB_MS;
      // While another thread or process reads, the log cannot be emptied. libsql would block the event loop while it waits.
      while (!emptyLog(connection) && !closing) {
        if (performance.now() < deadline) await sleep(SCRUB_AGAIN_MS);
        else {
          scrubbing = setTimeout(() => void this.scrub(), RESCRUB_MS).unref();
          return;
        }
      }
    },
    async check(): Promise<void> {
      await monitor?.look();
      await db.selectFrom('companies').select('id').limit(1).execute();
    },
  };
}

/** @returns whether the write-ahead log, which still held deleted data, is empty */
function emptyLog({ database }: SqliteConnection): boolean {
  try {
    const [answer] = database.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
    return answer?.busy === 0;
  } catch {
    return false;
  }
}

const openKysely = (connection: OpenSqlite, gate?: DatabaseGate): Database =>
  new Kysely<Schema>({ dialect: new LibsqlDialect(connection, gate), plugins: [new CamelCasePlugin()] });

/** Opens or creates a file and brings its schema up to date. @throws StoreError */
async function openUpToDate(file: string, isReplacement: boolean): Promise<Libsql.Database> {
  // Also an empty file, which would pass for a database without persons.
  if (isReplacement && !isOurs(file)) throw new StoreError(`${file} is not a database of Triface`);
  const database = await openFile(file);
  try {
    await migrate(openKysely(fixedConnection(database)));
    // From now on the driver waits for the disk, without blocking.
    database.pragma('synchronous=NORMAL');
    return database;
  } catch (error) {
    database.close();
    throw new StoreError(`cannot bring the database ${file} up to date: ${await explain(file, error)}`);
  }
}

function isOurs(file: string): boolean {
  const database = new Libsql(file, { readonly: true } as Libsql.Options);
  try {
    return database.prepare("select 1 from sqlite_master where name = 'kysely_migration'").all().length > 0;
  } catch {
    return false;
  } finally {
    database.close();
  }
}

/** SQLite's message, and whether the disk is the cause, which it does not always say. */
async function explain(file: string, error: unknown): Promise<string> {
  const full = await explainFullDisk(dirname(file));
  return full === undefined ? describe(error) : `${describe(error)} (${full}: free some of it)`;
}

/** @throws StoreError */
async function openFile(file: string): Promise<Libsql.Database> {
  let database: Libsql.Database | undefined;
  try {
    await createDirectories(dirname(file), 0o700);
    // SQLite would open a file without the right to write as a read-only database, and says little of other causes.
    for (const ending of ['', '-wal', '-shm']) await demandAccess(file + ending, { write: true, volume: dirname(file) });
    makePrivately(file);
    database = new Libsql(file);
    database.pragma(`busy_timeout=${BUSY_TIMEOUT_MS}`);
    await switchToWal(database);
    database.pragma('synchronous=FULL');
    database.pragma('foreign_keys=ON');
    // Deleted data is overwritten with zeros: sealed pictures, templates and above all their keys.
    database.pragma('secure_delete=ON');
    // The driver waits, without blocking.
    database.pragma('busy_timeout=0');
    return database;
  } catch (error) {
    database?.close();
    throw new StoreError(`cannot open the database ${file}: ${await explain(file, error)}`);
  }
}

/**
 * Creates the file with its mode, which SQLite passes on to the WAL files. Only if the file does not exist: closing any
 * descriptor of a database drops every lock that this process holds on it (POSIX), including those of another thread's
 * connection, and the next process to open it then deletes the write-ahead log. For the same reason nothing in this process may
 * open the file directly.
 */
function makePrivately(file: string): void {
  try {
    closeSync(openSync(file, 'ax', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

async function close(db: Database, connection: SqliteConnection): Promise<void> {
  try {
    const { database } = connection;
    // libsql leaves the WAL behind on close: fold it in, so that a copy of this one file is complete.
    database.pragma('busy_timeout=0');
    database.pragma('wal_checkpoint(TRUNCATE)');
  } catch {
    // Another process is using the database and will do this.
  }
  await db.destroy();
}

/**
 * Turning WAL on needs exclusive access for a moment and does not wait for it: without a retry, two first starts at once would
 * fail.
 */
async function switchToWal(database: Libsql.Database): Promise<void> {
  for (const deadline = Date.now() + BUSY_TIMEOUT_MS; ; await sleep(20)) {
    try {
      const [answer] = database.pragma('journal_mode=WAL') as { journal_mode: string }[];
      if (answer?.journal_mode === 'wal') return;
      throw new Error('its file system does not support SQLite’s write-ahead log');
    } catch (error) {
      const code = String((error as { code?: unknown }).code);
      if (!code.startsWith('SQLITE_BUSY') || Date.now() > deadline) throw error;
    }
  }
}
