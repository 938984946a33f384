import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDialect,
  SqliteDriver,
  type SqliteStatement,
} from 'kysely';
import type Libsql from 'libsql';
import { bindable } from './bindable.js';
import type { OpenSqlite } from './sqlite-connection.js';

/** Maximum number of cached prepared statements; the program has fewer queries. */
const MAX_STATEMENTS = 200;

/**
 * kysely's SQLite dialect on libsql, with three differences:
 * - transactions begin `IMMEDIATE`: a deferred transaction that reads and then writes fails at once with SQLITE_BUSY if another
 *   process wrote in between, regardless of `busy_timeout`;
 * - migrations run in such a transaction, so that two processes starting together run each migration once (kysely reports that
 *   SQLite's DDL is not transactional, but it is);
 * - values that libsql mishandles never reach it (see `guard`).
 */
export class LibsqlDialect extends SqliteDialect {
  readonly #connection: OpenSqlite;
  readonly #database: SqliteDatabase;

  constructor(connection: OpenSqlite) {
    const guarded = guard(connection);
    super({ database: guarded });
    this.#connection = connection;
    this.#database = guarded;
  }

  override createDriver(): Driver {
    return new ImmediateDriver(this.#connection, this.#database);
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalAdapter();
  }
}

class ImmediateDriver extends SqliteDriver {
  constructor(
    private readonly file: OpenSqlite,
    database: SqliteDatabase,
  ) {
    super({ database });
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
    this.file.beginTransaction();
  }

  override async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await super.commitTransaction(connection);
    this.file.endTransaction();
  }

  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    // A file that was replaced meanwhile was closed, and its transaction with it.
    if (this.file.endTransaction()) await super.rollbackTransaction(connection);
  }
}

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
