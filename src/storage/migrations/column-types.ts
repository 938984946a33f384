import { type ColumnDefinitionBuilder, type Kysely, PostgresAdapter } from 'kysely';

// What migrations write differently for SQLite and PostgreSQL. The rest means the same in both: `bigint` for milliseconds (PostgreSQL's
// `integer` is too small), `double precision` for scores, `integer` for small whole numbers and truth, `text`.

/** Whether `db` (or the transaction) is on PostgreSQL; otherwise it is on SQLite. */
// biome-ignore lint/suspicious/noExplicitAny: any schema
export function isPostgres(db: Kysely<any>): boolean {
  return db.getExecutor().adapter instanceof PostgresAdapter;
}

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
