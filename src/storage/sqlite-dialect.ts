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

/** Statements kept prepared; the queries of the program are fewer. */
const MAX_STATEMENTS = 200;

/**
 * kysely's SQLite dialect over libsql, with three differences:
 * - transactions begin `IMMEDIATE`: a deferred one that reads and then writes fails at once with SQLITE_BUSY when another process
 *   wrote in between, whatever `busy_timeout` says;
 * - migrations run in such a transaction (SQLite's DDL is transactional; kysely says it is not), so that two processes starting at
 *   once run each migration once;
 * - values that libsql mishandles never reach it (see `guard`).
 */
export class LibsqlDialect extends SqliteDialect {
  readonly #database: SqliteDatabase;

  constructor(database: Libsql.Database) {
    const guarded = guard(database);
    super({ database: guarded });
    this.#database = guarded;
  }

  override createDriver(): Driver {
    return new ImmediateDriver({ database: this.#database });
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalAdapter();
  }
}

class ImmediateDriver extends SqliteDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }
}

class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/**
 * Stands between kysely and libsql 0.5: a boolean parameter aborts the whole process there, text is cut at a NUL character without a
 * word, and blobs come back as ArrayBuffer. Here the first two are a TypeError and blobs are Uint8Array, as in PostgreSQL's driver.
 * Statements are kept: kysely prepares each query anew, and the garbage collector, which does not see the memory behind a statement,
 * lets hundreds of megabytes of them pile up.
 */
function guard(database: Libsql.Database): SqliteDatabase {
  const kept = new Map<string, SqliteStatement>();
  return {
    close() {
      kept.clear();
      database.close();
    },
    prepare(sql): SqliteStatement {
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
      // its own: it is open while others run. One that is not read to its end holds the WAL back until it is collected.
      for (const row of database.prepare(sql).iterate(bindable(parameters))) yield withBytes(row);
    },
  };
}

function withBytes(row: unknown): unknown {
  const record = row as Record<string, unknown>;
  for (const [name, value] of Object.entries(record)) if (value instanceof ArrayBuffer) record[name] = new Uint8Array(value);
  return record;
}
