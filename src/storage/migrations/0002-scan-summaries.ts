import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema.js';
import { summarizeAs0002 } from './0002-summarize.js';
import { indexNullsFirst, numberKey, numberType } from './column-types.js';

/** Rows processed at a time while the scans of 0001 get their summaries. */
const BATCH = 500;

// Columns to filter and sort by. Each index starts with the company (as a small number: uuids would make up most of the size of
// twenty indexes) and ends with the scan's number, so that one index yields a page in any order and equal values keep their
// order.
const sortedBy = [
  'id',
  'created_at',
  'updated_at',
  'created_by',
  'updated_by',
  'elapsed_time',
  'channel',
  'reference',
  'result',
  'liveness_score',
  'eye_closed',
  'mouth_opened',
  'boundary_face',
  'not_front',
  'occluded',
  'small',
  'quality',
  'luminance',
] as const;

export async function up(db: Kysely<never>): Promise<void> {
  await db.schema.alterTable('accounts').addColumn('retention_days', 'integer').execute();

  await db.schema
    .createTable('scan_owners')
    .addColumn('number', 'integer', (column) => numberKey(column, db))
    .addColumn('company_id', 'text', (column) => column.notNull().unique().references('companies.id'))
    .execute();

  await db.schema
    .createTable('scan_summaries')
    .addColumn('number', numberType(db), (column) => column.primaryKey().references('scans.number'))
    .addColumn('owner', 'integer', (column) => column.notNull().references('scan_owners.number'))
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addColumn('created_by', 'text', (column) => column.notNull())
    .addColumn('updated_by', 'text', (column) => column.notNull())
    .addColumn('revision', 'integer', (column) => column.notNull().defaultTo(1))
    .addColumn('elapsed_time', 'double precision', (column) => column.notNull())
    .addColumn('channel', 'text')
    .addColumn('reference', 'text')
    .addColumn('result', 'text', (column) => column.notNull())
    .addColumn('liveness_score', 'double precision')
    .addColumn('eye_closed', 'integer')
    .addColumn('mouth_opened', 'integer')
    .addColumn('boundary_face', 'integer')
    .addColumn('not_front', 'integer')
    .addColumn('occluded', 'integer')
    .addColumn('small', 'integer')
    .addColumn('quality', 'text')
    .addColumn('luminance', 'text')
    .execute();

  await db.schema
    .createTable('scan_counts')
    .addColumn('owner', 'integer', (column) => column.notNull().references('scan_owners.number'))
    .addColumn('result', 'text', (column) => column.notNull())
    // empty: no channel
    .addColumn('channel', 'text', (column) => column.notNull())
    .addColumn('count', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('scan_counts_key', ['owner', 'result', 'channel'])
    .execute();

  await summarize(db as unknown as Kysely<Schema>);

  const index = (name: string, columns: string[]) =>
    indexNullsFirst(db, { name: `scan_summaries_by_${name}`, table: 'scan_summaries', columns });
  await index('number', ['owner', 'number']);
  for (const column of sortedBy) await index(column, ['owner', column, 'number']);
  // Retention now depends on the account.
  await db.schema.dropIndex('scans_by_time').execute();
  await db.schema.createIndex('scans_by_account_and_time').on('scans').columns(['account_id', 'created_at']).execute();
}

/** In 0001, contract C's scans stored only what was observed. This derives the contract's fields and stores them in columns. */
async function summarize(db: Kysely<Schema>): Promise<void> {
  for (let after = 0; ; ) {
    const rows = await db
      .selectFrom('scans')
      .selectAll()
      .where('contract', '=', 'dms')
      .where('number', '>', after)
      .orderBy('number')
      .limit(BATCH)
      .execute();
    const last = rows.at(-1);
    if (!last) break;
    after = last.number;
    const owners = new Map<string, number>();
    for (const companyId of new Set(rows.map((row) => row.companyId))) {
      await db
        .insertInto('scanOwners')
        .values({ companyId })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      const { number } = await db
        .selectFrom('scanOwners')
        .select('number')
        .where('companyId', '=', companyId)
        .executeTakeFirstOrThrow();
      owners.set(companyId, number);
    }
    for (const row of rows) {
      const { number, id, createdAt, updatedAt, createdBy, updatedBy } = row;
      await db
        .insertInto('scanSummaries')
        .values({
          ...{ number, owner: owners.get(row.companyId)!, id, createdAt, updatedAt, createdBy, updatedBy, revision: 1 },
          ...summarizeAs0002(row),
        })
        .execute();
    }
  }
  await db
    .insertInto('scanCounts')
    .columns(['owner', 'result', 'channel', 'count'])
    .expression((sub) =>
      sub
        .selectFrom('scanSummaries')
        .select((select) => [
          'owner',
          'result',
          sql<string>`coalesce(channel, '')`.as('channel'),
          select.fn.countAll<number>().as('count'),
        ])
        .groupBy(['owner', 'result', sql`coalesce(channel, '')`]),
    )
    .execute();
}
