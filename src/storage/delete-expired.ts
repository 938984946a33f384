import { sql } from 'kysely';
import { runBatches } from './batches.js';
import type { Database, Schema } from './schema.js';

/** Which rows of a table have expired. */
export interface Expiring<Table extends keyof Schema> {
  readonly table: Table;
  /** the columns of its primary key */
  readonly key: readonly (keyof Schema[Table] & string)[];
  /** the column with the time, epoch milliseconds; null: never */
  readonly time: keyof Schema[Table] & string;
  /** rows with an earlier time are deleted */
  readonly before: number;
}

/**
 * Deletes expired rows in batches, each in its own transaction (see {@link runBatches}).
 * @param signal stops between two batches
 * @returns the number deleted
 */
export function deleteExpired<Table extends keyof Schema>(
  db: Database,
  { table, key, time, before }: Expiring<Table>,
  signal?: AbortSignal,
): Promise<number> {
  const [from, columns, at] = [sql.table(table), sql.join(key.map((column) => sql.ref(column))), sql.ref(time)];
  // Not every SQLite has `delete … limit`. The condition is repeated, since on PostgreSQL a row may have been changed after it was
  // selected; with a plus, so that this condition uses no index: the key's is the one that finds few rows.
  const statement = (size: number) => sql`
    delete from ${from} where (${columns}) in (select ${columns} from ${from} where ${at} < ${before} limit ${size})
    and +${at} < ${before}`;
  return runBatches(db, async (db, size) => Number((await statement(size).execute(db)).numAffectedRows ?? 0), { signal });
}
