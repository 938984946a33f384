import type { Kysely } from 'kysely';
import type { Schema } from '../schema.js';
import { bytesType, numberKey } from './column-types.js';

/** All rights of the previous release. */
const formerRights = ['liveness', 'scans:read', 'scans:write'];
const newRights = ['recognition', 'persons:read', 'persons:write'];

export async function up(db: Kysely<never>): Promise<void> {
  const bytes = bytesType(db);
  await db.schema.alterTable('accounts').addColumn('recognition', 'text').execute();
  await db.schema.alterTable('accounts').addColumn('enrolment_picture_days', 'integer').execute();
  await db.schema.alterTable('accounts').addColumn('scan_picture_days', 'integer').execute();
  await grantToWhoHadAll(db as unknown as Kysely<Schema>);

  await db.schema
    .createTable('persons')
    .addColumn('number', 'integer', (column) => numberKey(column, db))
    .addColumn('id', 'text', (column) => column.notNull().unique())
    .addColumn('company_id', 'text', (column) => column.notNull().references('companies.id'))
    .addColumn('citizen_id', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('search_text', 'text', (column) => column.notNull())
    .addColumn('is_blocked', 'integer', (column) => column.notNull())
    .addColumn('agreed_terms', 'integer', (column) => column.notNull())
    .addColumn('picture_id', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addColumn('created_by', 'text', (column) => column.notNull())
    .addUniqueConstraint('persons_citizen_id', ['company_id', 'citizen_id'])
    .execute();
  await db.schema.createIndex('persons_by_company').on('persons').columns(['company_id', 'number']).execute();

  await db.schema
    .createTable('data_keys')
    .addColumn('subject', 'text', (column) => column.primaryKey())
    .addColumn('wrapped', bytes, (column) => column.notNull())
    .addColumn('master_key', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('data_keys_by_master').on('data_keys').columns(['master_key', 'subject']).execute();

  await db.schema
    .createTable('pictures')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('company_id', 'text', (column) => column.notNull())
    .addColumn('subject', 'text', (column) => column.notNull())
    .addColumn('media_type', 'text', (column) => column.notNull())
    .addColumn('sealed', bytes, (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint')
    .execute();
  await db.schema.createIndex('pictures_by_subject').on('pictures').column('subject').execute();
  await db.schema.createIndex('pictures_by_expiry').on('pictures').column('expires_at').execute();

  await db.schema
    .createTable('enrolments')
    .addColumn('number', 'integer', (column) => numberKey(column, db))
    .addColumn('id', 'text', (column) => column.notNull().unique())
    .addColumn('person', 'integer', (column) => column.notNull().references('persons.number'))
    .addColumn('company_id', 'text', (column) => column.notNull())
    .addColumn('model', 'text', (column) => column.notNull())
    .addColumn('template', bytes, (column) => column.notNull())
    .addColumn('quality', 'double precision', (column) => column.notNull())
    .addColumn('picture_id', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('created_by', 'text', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('enrolments_by_person').on('enrolments').column('person').execute();

  await db.schema
    .createTable('gallery_clock')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('value', 'bigint', (column) => column.notNull())
    .execute();
  await (db as unknown as Kysely<Schema>).insertInto('galleryClock').values({ id: 1, value: 0 }).execute();
  await db.schema
    .createTable('gallery_changes')
    .addColumn('sequence', 'bigint', (column) => column.primaryKey())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('company_id', 'text', (column) => column.notNull())
    .addColumn('person', 'integer', (column) => column.notNull())
    .addColumn('enrolment', 'integer')
    .addColumn('changed_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('gallery_changes_by_time').on('gallery_changes').column('changed_at').execute();
  await db.schema
    .createTable('gallery_replicas')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('applied', 'bigint', (column) => column.notNull())
    .addColumn('seen_at', 'bigint', (column) => column.notNull())
    .execute();

  await db.schema.alterTable('scans').addColumn('person_id', 'text').execute();
  await db.schema.alterTable('scans').addColumn('picture_id', 'text').execute();
  await db.schema.createIndex('scans_by_person').on('scans').column('person_id').execute();

  await db.schema
    .createTable('audit_head')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('sequence', 'bigint', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .execute();
  await (db as unknown as Kysely<Schema>).insertInto('auditHead').values({ id: 1, sequence: 0, hash: '' }).execute();
  await db.schema
    .createTable('audit_events')
    .addColumn('sequence', 'bigint', (column) => column.primaryKey())
    .addColumn('happened_at', 'bigint', (column) => column.notNull())
    .addColumn('company_id', 'text')
    .addColumn('actor', 'text', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('subject', 'text')
    .addColumn('detail', 'text', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .execute();

  await db.schema
    .createTable('erasure_receipts')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('company_id', 'text', (column) => column.notNull())
    .addColumn('receipt', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute();
}

/** Accounts that had every right get the new rights as well. */
async function grantToWhoHadAll(db: Kysely<Schema>): Promise<void> {
  for (const { id, rights } of await db.selectFrom('accounts').select(['id', 'rights']).execute()) {
    const held = JSON.parse(rights) as string[];
    if (!formerRights.every((right) => held.includes(right))) continue;
    await db
      .updateTable('accounts')
      .set({ rights: JSON.stringify([...held, ...newRights]) })
      .where('id', '=', id)
      .execute();
  }
}
