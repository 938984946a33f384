import { type ColumnDefinitionBuilder, type Kysely, sql } from 'kysely';
import { isPostgres } from '../dialect.js';

// What migrations write differently for SQLite and PostgreSQL. The rest means the same in both: `bigint` for milliseconds (PostgreSQL's
// `integer` is too small), `double precision` for scores, `integer` for small whole numbers and truth, `text`.

/** The type of a column of bytes; they are read as Uint8Array. */
// biome-ignore lint/suspicious/noExplicitAny: any schema
export function bytesType(db: Kysely<any>): 'blob' | 'bytea' {
  return isPostgres(db) ? 'bytea' : 'blob';
}

/**
 * Makes an `integer` (in PostgreSQL `bigint`, too) column the primary key that counts up and is never used twice: SQLite's `AUTOINCREMENT`,
 * PostgreSQL's `generated always as identity`. In PostgreSQL numbers may be left out, and may be committed out of their order.
 */
// biome-ignore lint/suspicious/noExplicitAny: any schema
export function numberKey(column: ColumnDefinitionBuilder, db: Kysely<any>): ColumnDefinitionBuilder {
  return isPostgres(db) ? column.primaryKey().generatedAlwaysAsIdentity() : column.primaryKey().autoIncrement();
}

/** The type of a {@link numberKey} that counts past 2^31, and of what refers to it. SQLite's counts so far only as INTEGER. */
// biome-ignore lint/suspicious/noExplicitAny: any schema
export function numberType(db: Kysely<any>): 'integer' | 'bigint' {
  return isPostgres(db) ? 'bigint' : 'integer';
}

/**
 * Makes an index in ascending order with nulls first, which is SQLite's only order. An index of PostgreSQL answers just the order it was
 * made in, read either way: queries say `nulls first` with `asc` and `nulls last` with `desc`.
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
