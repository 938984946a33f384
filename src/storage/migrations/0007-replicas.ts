import { type Kysely, sql } from 'kysely';
import { isPostgres } from '../dialect.js';
import type { Schema } from '../schema.js';

/** Makes a mark in the database itself, so that an older release, which knows no marks, makes them as well. */
// biome-ignore lint/suspicious/noExplicitAny: any schema
const randomMark = (db: Kysely<any>) => (isPostgres(db) ? sql`(gen_random_uuid()::text)` : sql`(lower(hex(randomblob(16))))`);

export async function up(db: Kysely<never>): Promise<void> {
  await addMarks(db as unknown as Kysely<Schema>);
  await beginHistory(db as unknown as Kysely<Schema>);

  await db.schema
    .createTable('servers')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('host', 'text', (column) => column.notNull())
    .addColumn('started_at', 'bigint', (column) => column.notNull())
    .addColumn('seen_at', 'bigint', (column) => column.notNull())
    .addColumn('held_keys', 'text', (column) => column.notNull())
    .execute();

  await db.schema
    .createTable('key_fingerprints')
    .addColumn('ring', 'text', (column) => column.notNull())
    .addColumn('fingerprint', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'bigint')
    .addPrimaryKeyConstraint('key_fingerprints_key', ['ring', 'fingerprint'])
    .execute();

  await db.schema
    .createTable('sweep_clock')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('trusted_to', 'bigint', (column) => column.notNull())
    .execute();
}

/** Gives each change a mark. The rows stay: servers of the release before may still have to read them. */
async function addMarks(db: Kysely<Schema>): Promise<void> {
  if (isPostgres(db)) {
    await db.schema
      .alterTable('gallery_changes')
      .addColumn('mark', 'text', (column) => column.notNull().defaultTo(randomMark(db)))
      .execute();
    return;
  }
  // SQLite cannot add a column whose default is computed.
  await sql`alter table gallery_changes rename to former_changes`.execute(db);
  await db.schema
    .createTable('gallery_changes')
    .addColumn('sequence', 'bigint', (column) => column.primaryKey())
    .addColumn('mark', 'text', (column) => column.notNull().defaultTo(randomMark(db)))
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('company_id', 'text', (column) => column.notNull())
    .addColumn('person', 'integer', (column) => column.notNull())
    .addColumn('enrolment', 'integer')
    .addColumn('changed_at', 'bigint', (column) => column.notNull())
    .execute();
  await sql`insert into gallery_changes (sequence, kind, company_id, person, enrolment, changed_at)
    select sequence, kind, company_id, person, enrolment, changed_at from former_changes`.execute(db);
  await sql`drop table former_changes`.execute(db);
  await db.schema.createIndex('gallery_changes_by_time').on('gallery_changes').column('changed_at').execute();
}

/** A first change, which changes nothing: from here on the newest change always exists, and its mark names the history. */
async function beginHistory(db: Kysely<Schema>): Promise<void> {
  const { value } = await db
    .updateTable('galleryClock')
    .set((sql) => ({ value: sql('value', '+', 1) }))
    .where('id', '=', 1)
    .returning('value')
    .executeTakeFirstOrThrow();
  await db
    .insertInto('galleryChanges')
    .values({ sequence: value, kind: 'remove', companyId: '', person: 0, enrolment: null, changedAt: 0 })
    .execute();
}
