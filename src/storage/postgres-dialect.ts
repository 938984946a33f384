import {
  AlterColumnNode,
  ColumnDefinitionNode,
  type DataTypeNode,
  PostgresDialect,
  type PostgresPool,
  type PostgresPoolClient,
  PostgresQueryCompiler,
} from 'kysely';
import { DatabaseError, type Pool, type PoolClient } from 'pg';
import { bindable } from './bindable.js';

/**
 * kysely's PostgreSQL dialect, adapted to behave like our SQLite dialect:
 * - text columns are compared and sorted by bytes (`collate "C"`), regardless of the database's collation;
 * - values that the SQLite dialect rejects are rejected here as well (see `bindable`);
 * - server errors are stripped of row data, since errors are logged;
 * - a connection that failed other than by a server error is not reused.
 */
export class TrifacePostgresDialect extends PostgresDialect {
  /** @param takesAnything do not check values; for kysely's own catalogue queries, which use booleans and arrays */
  constructor(pool: Pool, { takesAnything = false } = {}) {
    super({ pool: guard(pool, takesAnything) });
  }

  override createQueryCompiler(): PostgresQueryCompiler {
    return new BytewiseTextCompiler();
  }
}

class BytewiseTextCompiler extends PostgresQueryCompiler {
  protected override visitDataType(node: DataTypeNode): void {
    super.visitDataType(node);
    const parent = this.parentNode;
    const isColumn = parent !== undefined && (ColumnDefinitionNode.is(parent) || AlterColumnNode.is(parent));
    if (node.dataType === 'text' && isColumn) this.append(' collate "C"');
  }
}

function guard(pool: Pool, takesAnything: boolean): PostgresPool {
  return {
    connect: async () => new GuardedClient(await pool.connect(), takesAnything) as unknown as PostgresPoolClient,
    end: () => pool.end(),
  };
}

/** A connection, from acquisition to release. */
class GuardedClient {
  readonly #client: PoolClient;
  readonly #takesAnything: boolean;
  /** why the connection is unusable; the server rolls back its transaction, if there is one */
  #failure: Error | undefined;

  constructor(client: PoolClient, takesAnything: boolean) {
    this.#client = client;
    this.#takesAnything = takesAnything;
  }

  async query(sql: string, parameters: readonly unknown[]): Promise<unknown> {
    const values = this.#takesAnything ? [...parameters] : bindable(parameters);
    if (this.#failure) throw this.#failure;
    try {
      return await this.#client.query(sql, values);
    } catch (error) {
      if (error instanceof DatabaseError) withoutData(error);
      // for example our own time-out: the late answer would be taken for the next statement's
      else this.#failure = error instanceof Error ? error : new Error(String(error));
      throw error;
    }
  }

  release(): void {
    this.#client.release(this.#failure !== undefined);
  }
}

/** Removes the details that repeat row data, such as a rejected account's password hash. */
function withoutData(error: DatabaseError): void {
  error.detail = undefined;
  error.where = undefined;
  error.internalQuery = undefined;
}
