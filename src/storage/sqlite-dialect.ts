import { setTimeout as sleep } from 'node:timers/promises';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type QueryResult,
  SelectQueryNode,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDialect,
  SqliteDriver,
  type SqliteStatement,
} from 'kysely';
import type Libsql from 'libsql';
import { runNow } from '../base/run-clock.js';
import { UnavailableError } from '../base/unavailable-error.js';
import { bindable } from './bindable.js';
import { DatabaseGate } from './database-gate.js';
import type { OpenSqlite } from './sqlite-connection.js';
import { translated } from './unavailable.js';

/** Maximum number of cached prepared statements; the program has fewer queries. */
const MAX_STATEMENTS = 200;

/**
 * kysely's SQLite dialect on libsql, with these differences:
 * - transactions begin `IMMEDIATE`: a deferred transaction that reads and then writes fails at once with SQLITE_BUSY if another
 *   process wrote in between, regardless of `busy_timeout`;
 * - migrations run in such a transaction, so that two processes starting together run each migration once (kysely reports that
 *   SQLite's DDL is not transactional, but it is);
 * - a connection is given back before its commit is on the disk, and only then does its user learn that it is done (see
 *   WriteAheadLog);
 * - values that libsql mishandles never reach it (see `guard`);
 * - errors that mean that the database cannot serve now are UnavailableErrors, and so is everything while the gate is closed.
 */
export class LibsqlDialect extends SqliteDialect {
  readonly #connection: OpenSqlite;
  readonly #gate: DatabaseGate;

  constructor(connection: OpenSqlite, gate = new DatabaseGate()) {
    super({ database: guard(connection) });
    this.#connection = connection;
    this.#gate = gate;
  }

  override createDriver(): Driver {
    return new PatientDriver(this.#connection, this.#gate);
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalAdapter();
  }
}

/** Milliseconds that a statement waits for another process's write. */
export const BUSY_TIMEOUT_MS = 5000;
/** Milliseconds that a commit waits for the disk. */
const FLUSH_TIMEOUT_MS = 30_000;
/** Milliseconds between two attempts meanwhile. */
const RETRY_MS = 20;

/**
 * Runs statements through the gate, and repeats them while another process writes: libsql is synchronous, so that SQLite's own
 * `busy_timeout` would stop the event loop. Inside a transaction no statement waits, because `begin` took the lock.
 */
class PatientDriver extends SqliteDriver {
  readonly #connection: OpenSqlite;
  readonly #gate: DatabaseGate;

  constructor(connection: OpenSqlite, gate: DatabaseGate) {
    super({ database: guard(connection) });
    this.#connection = connection;
    this.#gate = gate;
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    const acquire = () => super.acquireConnection();
    const inner = await this.#gate.pass(acquire, Number.POSITIVE_INFINITY, (acquiring) => {
      void acquiring.then(() => super.releaseConnection());
    });
    return new PatientConnection(inner, this.#connection, this.#gate);
  }

  /** What was written is on the disk when this resolves. Meanwhile others use the connection: their commits share the next write. */
  override async releaseConnection(connection?: DatabaseConnection): Promise<void> {
    await super.releaseConnection();
    if (connection instanceof PatientConnection && connection.hasWritten)
      await this.#gate.pass(() => this.#connection.flush(), FLUSH_TIMEOUT_MS);
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
    this.#connection.beginTransaction();
  }

  override async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await super.commitTransaction(connection);
    this.#connection.endTransaction();
  }

  override async rollbackTransaction(connection?: DatabaseConnection): Promise<void> {
    // Also while the gate is closed.
    this.#connection.rollBack();
    if (connection instanceof PatientConnection) connection.hasWritten = false;
  }
}

class PatientConnection implements DatabaseConnection {
  readonly #inner: DatabaseConnection;
  readonly #connection: OpenSqlite;
  readonly #gate: DatabaseGate;
  /** whether it may have changed the database since it was acquired */
  hasWritten = false;

  constructor(inner: DatabaseConnection, connection: OpenSqlite, gate: DatabaseGate) {
    this.#inner = inner;
    this.#connection = connection;
    this.#gate = gate;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    let isAbandoned = false;
    const run = async (): Promise<QueryResult<R>> => {
      const began = runNow();
      for (;;) {
        try {
          const result = await this.#inner.executeQuery<R>(query);
          if (mayWrite(query)) this.hasWritten = true;
          return result;
        } catch (error) {
          const isBusy = String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY');
          if (!isBusy || this.#connection.isInTransaction || runNow() - began >= BUSY_TIMEOUT_MS) throw translated(error);
        }
        await sleep(RETRY_MS);
        // Its caller has been answered: it must not take effect later.
        if (isAbandoned) throw new UnavailableError('database', 'the statement was given up');
      }
    };
    return this.#gate.pass(run, Number.POSITIVE_INFINITY, () => {
      isAbandoned = true;
    });
  }

  streamQuery<R>(query: CompiledQuery, chunkSize: number): AsyncIterableIterator<QueryResult<R>> {
    return this.#inner.streamQuery<R>(query, chunkSize);
  }
}

/** Statements of the program's own: a `with` that only reads is built by kysely. */
const mayWrite = ({ query, sql }: CompiledQuery): boolean =>
  !SelectQueryNode.is(query) && !/^\s*(select|begin|commit)\b/i.test(sql);

class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/**
 * Stands between kysely and libsql 0.5, where a boolean parameter aborts the process, text is silently cut at a NUL character,
 * and blobs are returned as ArrayBuffer. Here the first two throw a TypeError and blobs are Uint8Array, as in PostgreSQL's
 * driver. Statements are cached: kysely prepares each query again, and the garbage collector, which does not see a statement's
 * native memory, lets hundreds of megabytes accumulate.
 */
function guard(connection: OpenSqlite): SqliteDatabase {
  const kept = new Map<string, SqliteStatement>();
  let generation = connection.generation;
  return {
    close() {
      kept.clear();
      connection.close();
    },
    prepare(sql): SqliteStatement {
      const { database } = connection;
      if (connection.generation !== generation) {
        kept.clear();
        generation = connection.generation;
      }
      let statement = kept.get(sql);
      if (!statement) {
        statement = prepare(database, sql);
        if (kept.size < MAX_STATEMENTS) kept.set(sql, statement);
      }
      return statement;
    },
  };
}

function prepare(database: Libsql.Database, sql: string): SqliteStatement {
  const statement = database.prepare(sql);
  return {
    reader: statement.reader,
    all: (parameters) => statement.all(bindable(parameters)).map(withBytes),
    run: (parameters) => statement.run(bindable(parameters)),
    *iterate(parameters) {
      // Not a cached statement: the iteration stays open while others run. If it is not read to its end, it holds the WAL back
      // until it is garbage-collected.
      for (const row of database.prepare(sql).iterate(bindable(parameters))) yield withBytes(row);
    },
  };
}

function withBytes(row: unknown): unknown {
  const record = row as Record<string, unknown>;
  for (const [name, value] of Object.entries(record)) if (value instanceof ArrayBuffer) record[name] = new Uint8Array(value);
  return record;
}
