import { type Kysely, PostgresAdapter } from 'kysely';

/** Whether `db` (or the transaction) is on PostgreSQL; otherwise it is on SQLite. */
// biome-ignore lint/suspicious/noExplicitAny: any schema
export function isPostgres(db: Kysely<any>): boolean {
  return db.getExecutor().adapter instanceof PostgresAdapter;
}
