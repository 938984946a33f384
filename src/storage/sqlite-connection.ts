import { statSync } from 'node:fs';
import type Libsql from 'libsql';
import { UnavailableError } from '../base/unavailable-error.js';
import { translated } from './unavailable.js';
import { WriteAheadLog } from './write-ahead-log.js';

/** Milliseconds between attempts to open the file that took the place of the former one. */
const REOPEN_MS = 1000;

/** What statements need of a connection. */
export type OpenSqlite = Pick<
  SqliteConnection,
  'database' | 'generation' | 'isInTransaction' | 'beginTransaction' | 'endTransaction' | 'rollBack' | 'flush' | 'close'
>;

/** How a file is opened. */
export interface SqliteConnectionOptions {
  /** opens the file and brings its schema up to date @param isReplacement it must be a database of Triface already */
  readonly open: (file: string, isReplacement: boolean) => Promise<Libsql.Database>;
  /** called when another file has taken the place of the former one and is open now */
  readonly onReplaced: () => void;
}

/**
 * The connection to a database file. A file that was replaced or removed while it was open is still there for its process, and
 * what is written to it is lost. So each statement first looks whether the path still names this file; if not, statements fail
 * until the file that is there now is open.
 */
export class SqliteConnection {
  #database: Libsql.Database;
  #identity: string | undefined;
  #log: WriteAheadLog;
  #generation = 0;
  /** of the transaction that is running */
  #transaction: number | undefined;
  #reopening: Promise<void> | undefined;
  #triedAt = Number.NEGATIVE_INFINITY;
  #isClosed = false;

  private constructor(
    private readonly file: string,
    database: Libsql.Database,
    private readonly options: SqliteConnectionOptions,
  ) {
    this.#database = database;
    this.#identity = identify(file);
    this.#log = new WriteAheadLog(file);
  }

  static async open(file: string, options: SqliteConnectionOptions): Promise<SqliteConnection> {
    return new SqliteConnection(file, await options.open(file, false), options);
  }

  /** Changes when another file was opened: statements prepared before belong to the former one. */
  get generation(): number {
    return this.#generation;
  }

  /** The open database. @throws UnavailableError while the path names another file or none */
  get database(): Libsql.Database {
    this.checkFile();
    if (this.#transaction !== undefined && this.#transaction !== this.#generation)
      throw new UnavailableError('database', `the database file ${this.file} was replaced during the transaction`);
    return this.#database;
  }

  /** Checks that the path still names the open file; if not, opens what is there. @throws UnavailableError until it is open */
  checkFile(): void {
    if (this.#isClosed || identify(this.file) === this.#identity) return;
    this.#reopen();
    throw new UnavailableError('database', `the database file ${this.file} was replaced or removed`);
  }

  /** Whether the open file is in a transaction. */
  get isInTransaction(): boolean {
    return this.#database.inTransaction;
  }

  /** Marks the beginning of a transaction, whose statements must all reach the same file. */
  beginTransaction(): void {
    this.#transaction = this.#generation;
  }

  /** Marks the end. */
  endTransaction(): void {
    this.#transaction = undefined;
  }

  /** Ends a transaction without effect. A file that was replaced meanwhile was closed, and its transaction with it. */
  rollBack(): void {
    const isSame = this.#transaction === undefined || this.#transaction === this.#generation;
    this.#transaction = undefined;
    // A failure such as a full disk may have rolled it back already.
    if (isSame && this.#database.inTransaction) this.#database.exec('rollback');
  }

  /** Resolves when all that was committed before is on the disk. @throws UnavailableError if the disk does not take it */
  async flush(): Promise<void> {
    try {
      await this.#log.flush();
    } catch (error) {
      throw translated(error);
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#database.close();
    void this.#log.close();
  }

  /** Opens what is there now; never creates a file, which would pass for an empty gallery. */
  #reopen(): void {
    if (this.#reopening || performance.now() - this.#triedAt < REOPEN_MS || identify(this.file) === undefined) return;
    this.#triedAt = performance.now();
    this.#reopening = this.#replace()
      .catch(() => {
        // Not a database, or the former file is still in use: statements go on to fail, and a later one tries again.
      })
      .finally(() => {
        this.#reopening = undefined;
      });
  }

  async #replace(): Promise<void> {
    const identity = identify(this.file);
    // The former file's log lies where the new file's log would be, and must not be taken for it.
    emptyLog(this.#database);
    const database = await this.options.open(this.file, true);
    if (this.#isClosed) return void database.close();
    this.#database.close();
    this.#database = database;
    this.#identity = identity;
    void this.#log.close();
    this.#log = new WriteAheadLog(this.file);
    this.#generation++;
    this.options.onReplaced();
  }
}

/** A connection to a file that nobody replaces, on which each commit waits for the disk: for the migration of one that was just opened. */
export const fixedConnection = (database: Libsql.Database): OpenSqlite => ({
  database,
  generation: 0,
  get isInTransaction() {
    return database.inTransaction;
  },
  beginTransaction() {},
  endTransaction() {},
  rollBack() {
    if (database.inTransaction) database.exec('rollback');
  },
  async flush() {},
  close: () => database.close(),
});

function identify(file: string): string | undefined {
  const found = statSync(file, { throwIfNoEntry: false });
  return found && `${found.dev} ${found.ino}`;
}

/** @throws while a transaction of another thread or process keeps the log */
function emptyLog(database: Libsql.Database): void {
  if (database.inTransaction) database.exec('rollback');
  database.pragma('busy_timeout=0');
  const [answer] = database.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
  if (answer?.busy !== 0) throw new Error('the log of the former file is in use');
}
