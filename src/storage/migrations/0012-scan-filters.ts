import type { Kysely } from 'kysely';
import { indexNullsFirst } from './column-types.js';

export async function up(db: Kysely<never>): Promise<void> {
  // Counts the scans of a time, also by result and channel, without reading the table.
  await indexNullsFirst(db, {
    name: 'scan_summaries_by_date_and_kind',
    table: 'scan_summaries',
    columns: ['owner', 'created_at', 'number', 'result', 'channel'],
  });
}
