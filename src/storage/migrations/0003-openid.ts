import type { Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await db.schema
    .createTable('openid_entities')
    .addColumn('model', 'text', (column) => column.notNull())
    .addColumn('id_hash', 'text', (column) => column.notNull())
    .addColumn('payload', 'text', (column) => column.notNull())
    .addColumn('grant_id', 'text')
    .addColumn('uid', 'text')
    .addColumn('consumed_at', 'bigint')
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('openid_entities_key', ['model', 'id_hash'])
    .execute();
  await db.schema.createIndex('openid_entities_by_grant').on('openid_entities').column('grant_id').execute();
  await db.schema.createIndex('openid_entities_by_uid').on('openid_entities').column('uid').execute();
  await db.schema.createIndex('openid_entities_by_expiry').on('openid_entities').column('expires_at').execute();

  await db.schema
    .createTable('openid_clients')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('secret_hash', 'text')
    .addColumn('grants', 'text', (column) => column.notNull())
    .addColumn('redirect_uris', 'text', (column) => column.notNull())
    .addColumn('account_id', 'text', (column) => column.references('accounts.id'))
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute();

  await db.schema
    .createTable('outside_identities')
    .addColumn('issuer', 'text', (column) => column.notNull())
    .addColumn('subject', 'text', (column) => column.notNull())
    .addColumn('account_id', 'text', (column) => column.notNull().references('accounts.id'))
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('outside_identities_key', ['issuer', 'subject'])
    .execute();
}
