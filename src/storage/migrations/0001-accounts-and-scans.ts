import type { Kysely } from 'kysely';
import { numberKey, numberType } from './column-types.js';

// Types with the same meaning in SQLite and PostgreSQL: `bigint` for milliseconds (PostgreSQL's `integer` is too small), `double
// precision` for scores (its `real` has 24 bits), `integer` for small integers and booleans, `text` for the rest.

export async function up(db: Kysely<never>): Promise<void> {
  await db.schema
    .createTable('companies')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull().unique())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute();

  await db.schema
    .createTable('accounts')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('company_id', 'text', (column) => column.notNull().references('companies.id'))
    .addColumn('username', 'text', (column) => column.notNull())
    .addColumn('username_folded', 'text', (column) => column.notNull().unique())
    .addColumn('password_hash', 'text', (column) => column.notNull())
    .addColumn('is_disabled', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('rights', 'text', (column) => column.notNull())
    .addColumn('credential_version', 'integer', (column) => column.notNull().defaultTo(1))
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .execute();

  await db.schema
    .createTable('scans')
    // SQLite: INTEGER PRIMARY KEY AUTOINCREMENT, so that the number of a deleted scan is not reused
    .addColumn('number', numberType(db), (column) => numberKey(column, db))
    .addColumn('id', 'text', (column) => column.notNull().unique())
    .addColumn('company_id', 'text', (column) => column.notNull().references('companies.id'))
    .addColumn('account_id', 'text', (column) => column.notNull().references('accounts.id'))
    .addColumn('contract', 'text', (column) => column.notNull())
    .addColumn('reference', 'text')
    .addColumn('channel', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addColumn('created_by', 'text', (column) => column.notNull())
    .addColumn('updated_by', 'text', (column) => column.notNull())
    .addColumn('elapsed_ms', 'double precision', (column) => column.notNull())
    .addColumn('outcome', 'text', (column) => column.notNull())
    .addColumn('liveness_score', 'double precision')
    .addColumn('finding', 'text')
    .addColumn('policy_version', 'text', (column) => column.notNull())
    .addColumn('detail', 'text', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('scans_by_company_and_time').on('scans').columns(['company_id', 'created_at']).execute();
  await db.schema.createIndex('scans_by_company_and_reference').on('scans').columns(['company_id', 'reference']).execute();
  await db.schema.createIndex('scans_by_time').on('scans').column('created_at').execute();
}
