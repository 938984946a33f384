import type { Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await db.schema
    .createTable('capture_nonces')
    .addColumn('nonce_hash', 'text', (column) => column.primaryKey())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('capture_nonces_by_expiry').on('capture_nonces').column('expires_at').execute();
}
