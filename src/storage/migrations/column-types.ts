import { type ColumnDefinitionBuilder, type Kysely, sql } from 'kysely';
import { isPostgres } from '../dialect.js';

// What differs between SQLite and PostgreSQL in migrations. The other types mean the same in both: `bigint` for milliseconds
// (PostgreSQL's `integer` is too small), `double precision` for scores, `integer` for small integers and booleans, `text`.

/** The type of a bytes column; values are read as Uint8Array. */
// biome-ignore lint/suspicious/noExplicitAny: any schema
export function bytesType(db: Kysely<any>): 'blob' | 'bytea' {
  return isPostgres(db) ? 'bytea' : 'blob';
}

/**
 * Makes an `integer` column (in PostgreSQL also `bigint`) a primary key that increases and is never reused: SQLite's
 * `AUTOINCREMENT`, PostgreSQL's `generated always as identity`. In PostgreSQL there may be gaps, and numbers may be committed out
 * of order.
 */
// biome-ignore lint/suspicious/noExplicitAny: any schema
export function numberKey(column: ColumnDefinitionBuilder, db: Kysely<any>): ColumnDefinitionBuilder {
  return isPostgres(db) ? column.primaryKey().generatedAlwaysAsIdentity() : column.primaryKey().autoIncrement();
}

/** The type of a {@link numberKey} that exceeds 2^31, and of references to it. In SQLite only INTEGER can count that far. */
// biome-ignore lint/suspicious/noExplicitAny: any schema
export function numberType(db: Kysely<any>): 'integer' | 'bigint' {
  return isPostgres(db) ? 'bigint' : 'integer';
}

/**
 * Creates an ascending index with nulls first, which is the only order of SQLite. A PostgreSQL index serves only its own order
 * and the reverse of it, so queries use `nulls first` with `asc` and `nulls last` with `desc`.
 */
export async function indexNullsFirst(
  // biome-ignore lint/suspicious/noExplicitAny: any schema
  db: Kysely<any>,
  { name, table, columns }: { name: string; table: string; columns: readonly string[] },
): Promise<void> {
  const index = db.schema.createIndex(name).on(table);
  const ordered = sql.join(columns.map((column) => sql`${sql.ref(column)} asc nulls first`));
  await (isPostgres(db) ? index.expression(sql`${ordered}`) : index.columns([...columns])).execute();
}
