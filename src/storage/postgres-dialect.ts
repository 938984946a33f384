import {
  AlterColumnNode,
  ColumnDefinitionNode,
  CompiledQuery,
  type DatabaseConnection,
  type DataTypeNode,
  type Driver,
  PostgresAdapter,
  PostgresDialect,
  PostgresDriver,
  type PostgresPool,
  type PostgresPoolClient,
  PostgresQueryCompiler,
  type TransactionSettings,
} from 'kysely';
import { DatabaseError, type Pool, type PoolClient } from 'pg';
import { runNow } from '../base/run-clock.js';
import { UnavailableError } from '../base/unavailable-error.js';
import { bindable } from './bindable.js';
import { DatabaseGate } from './database-gate.js';
import { beginSql, readySession, type SessionSettings } from './postgres-session.js';
import { describe, translated } from './unavailable.js';

/**
 * kysely's PostgreSQL dialect, adapted to behave like our SQLite dialect:
 * - text columns are compared and sorted by bytes (`collate "C"`), regardless of the database's collation;
 * - values that the SQLite dialect rejects are rejected here as well (see `bindable`);
 * - server errors are stripped of row data, since errors are logged;
 * - a connection that failed other than by a server error is not reused;
 * - errors that mean that the database cannot serve now are UnavailableErrors, and so is everything while the gate is closed.
 */
export class TrifacePostgresDialect extends PostgresDialect {
  readonly #pool: PostgresPool;
  readonly #isForMigrations: boolean;

  /**
   * @param settings of each session
   * @param isForMigrations transactions wait for each other, and values are not checked: kysely's own catalogue queries use
   *   booleans and arrays
   */
  constructor(pool: Pool, settings: SessionSettings, { gate = new DatabaseGate(), isForMigrations = false } = {}) {
    const guarded = guard({ pool, settings, gate, takesAnything: isForMigrations });
    super({ pool: guarded });
    this.#pool = guarded;
    this.#isForMigrations = isForMigrations;
  }

  override createDriver(): Driver {
    return this.#isForMigrations ? new MigrationDriver({ pool: this.#pool }) : new PostgresDriver({ pool: this.#pool });
  }

  override createAdapter(): PostgresAdapter {
    return new LocklessAdapter();
  }

  override createQueryCompiler(): PostgresQueryCompiler {
    return new BytewiseTextCompiler();
  }
}

/**
 * kysely's lock of the migrations belongs to the session. Behind a pooler it would stay behind in a connection that others use, or
 * protect nothing. Here each transaction of a store for migrations takes a lock that ends with it.
 */
class MigrationDriver extends PostgresDriver {
  override async beginTransaction(connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    await super.beginTransaction(connection, settings);
    await connection.executeQuery(CompiledQuery.raw(`select pg_advisory_xact_lock(${MIGRATION_LOCK})`));
  }
}

class LocklessAdapter extends PostgresAdapter {
  override async acquireMigrationLock(): Promise<void> {
    // See MigrationDriver.
  }

  override async releaseMigrationLock(): Promise<void> {
    // It ends with the transaction.
  }
}

/** kysely's own number, so that servers of earlier releases wait as well. */
const MIGRATION_LOCK = 3853314791062309107n;

/** Milliseconds to wait for a new connection or for a free one of the pool. */
const CONNECT_TIMEOUT_MS = 5000;
/** Milliseconds past the server's own limit after which a statement is given up here. */
const SPARE_MS = 5000;

class BytewiseTextCompiler extends PostgresQueryCompiler {
  protected override visitDataType(node: DataTypeNode): void {
    super.visitDataType(node);
    const parent = this.parentNode;
    const isColumn = parent !== undefined && (ColumnDefinitionNode.is(parent) || AlterColumnNode.is(parent));
    if (node.dataType === 'text' && isColumn) this.append(' collate "C"');
  }
}

/** What the connections of a pool have in common. */
interface Guard {
  readonly pool: Pool;
  readonly settings: SessionSettings;
  readonly gate: DatabaseGate;
  readonly takesAnything: boolean;
}

function guard(parts: Guard): PostgresPool {
  const { pool, gate } = parts;
  return {
    connect: () =>
      gate.pass(
        () => connect(parts),
        CONNECT_TIMEOUT_MS,
        // It comes too late for its caller, but another one can use it.
        (connecting) => void connecting.then((client) => client.release()).catch(() => {}),
      ) as Promise<unknown> as Promise<PostgresPoolClient>,
    end: () => pool.end(),
  };
}

async function connect(parts: Guard): Promise<GuardedClient> {
  const { pool, settings } = parts;
  const began = runNow();
  for (;;) {
    try {
      const client = await pool.connect();
      let isPooled = pooled.get(client);
      if (isPooled === undefined) {
        try {
          isPooled = await readySession(client, settings);
        } catch (error) {
          client.release(true);
          throw error;
        }
        pooled.set(client, isPooled);
      }
      return new GuardedClient(client, isPooled, parts);
    } catch (error) {
      // The driver's own timer is late after a pause of this process: then the attempt has not had its time.
      if (!/timeout/.test(describe(error)) || runNow() - began >= CONNECT_TIMEOUT_MS) throw translated(error);
    }
  }
}

/** Connections that have been prepared, and whether they lead to a pooler. */
const pooled = new WeakMap<PoolClient, boolean>();

/** A connection, from acquisition to release. */
class GuardedClient {
  readonly #client: PoolClient;
  readonly #isPooled: boolean;
  readonly #guard: Guard;
  /** why the connection is unusable; the server rolls back its transaction, if there is one */
  #failure: Error | undefined;
  #isInTransaction = false;

  constructor(client: PoolClient, isPooled: boolean, guard: Guard) {
    this.#client = client;
    this.#isPooled = isPooled;
    this.#guard = guard;
  }

  async query(sql: string, parameters: readonly unknown[]): Promise<unknown> {
    const { gate, settings, takesAnything } = this.#guard;
    const values = takesAnything ? [...parameters] : bindable(parameters);
    if (this.#failure) throw this.#failure;
    // The server cancels it before, unless it does not answer at all.
    const limitMs = settings.statementMs === 0 ? Number.POSITIVE_INFINITY : settings.statementMs + SPARE_MS;
    try {
      return await gate.pass(() => this.#run(sql, values), limitMs);
    } catch (error) {
      if (error instanceof DatabaseError) withoutData(error);
      // for example our own time-out: the late answer would be taken for the next statement's
      if (!isAnswer(error)) this.#failure = error instanceof Error ? error : new Error(String(error));
      throw error;
    }
  }

  async #run(sql: string, values: unknown[]): Promise<unknown> {
    try {
      if (this.#isInTransaction || !this.#isPooled) return await this.#send(sql, values);
      if (BEGIN.test(sql)) return await this.#send(beginSql(this.#guard.settings), []);
      return await this.#sendInTransaction(sql, values);
    } catch (error) {
      if (error instanceof DatabaseError) withoutData(error);
      throw translated(error);
    } finally {
      if (BEGIN.test(sql)) this.#isInTransaction = true;
      if (END.test(sql)) this.#isInTransaction = false;
    }
  }

  async #sendInTransaction(sql: string, values: unknown[]): Promise<unknown> {
    await this.#send(beginSql(this.#guard.settings), []);
    try {
      const result = await this.#send(sql, values);
      await this.#send('commit', []);
      return result;
    } catch (error) {
      await this.#send('rollback', []).catch((failure: Error) => {
        this.#failure = failure;
      });
      throw error;
    }
  }

  async #send(sql: string, values: unknown[]): Promise<unknown> {
    return values.length === 0 ? this.#client.query(sql) : this.#client.query(sql, values);
  }

  release(): void {
    this.#client.release(this.#failure !== undefined);
  }
}

/** Whether an error is the server's answer to a statement, after which the connection can go on. */
function isAnswer(error: unknown): boolean {
  const answer = error instanceof UnavailableError ? error.cause : error;
  return answer instanceof DatabaseError && answer.severity !== 'FATAL' && answer.severity !== 'PANIC';
}

const BEGIN = /^(begin|start transaction)\b/;
const END = /^(commit|rollback)$/;

/** Removes the details that repeat row data, such as a rejected account's password hash. */
function withoutData(error: DatabaseError): void {
  error.detail = undefined;
  error.where = undefined;
  error.internalQuery = undefined;
}
