import type { Kysely } from 'kysely';
import { indexNullsFirst } from './column-types.js';

export async function up(db: Kysely<never>): Promise<void> {
  // The scans of a time, also by result and channel, are counted without reading the table.
  const index = (name: string, columns: readonly string[]) =>
    indexNullsFirst(db, { name: `scan_summaries_by_${name}`, table: 'scan_summaries', columns });
  await index('date_and_kind', ['owner', 'created_at', 'number', 'result', 'channel']);
  await index('result_and_date', ['owner', 'result', 'created_at', 'number']);
}
