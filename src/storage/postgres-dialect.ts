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
 * kysely's PostgreSQL dialect with what makes it behave as SQLite does here:
 * - columns of text are compared and sorted by their bytes (`collate "C"`), whatever the database's own collation;
 * - what SQLite's side refuses to store is refused here (see `bindable`);
 * - errors of the server lose what they repeat of the data, since errors are logged;
 * - a connection that failed otherwise than by the server's answer is not used again.
 */
export class TrifacePostgresDialect extends PostgresDialect {
  /** @param takesAnything for kysely's own queries of the catalogue, which have booleans and arrays: whether values are not checked */
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

/** A connection from its acquisition to its release. */
class GuardedClient {
  readonly #client: PoolClient;
  readonly #takesAnything: boolean;
  /** what made it useless; its transaction, if there was one, is rolled back by the server */
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
      // for example a time-out of ours: the answer to this statement would be read as the next one's
      else this.#failure = error instanceof Error ? error : new Error(String(error));
      throw error;
    }
  }

  release(): void {
    this.#client.release(this.#failure !== undefined);
  }
}

/** Takes from it what repeats rows and values: a refused account's password hash, for one. */
function withoutData(error: DatabaseError): void {
  error.detail = undefined;
  error.where = undefined;
  error.internalQuery = undefined;
}
