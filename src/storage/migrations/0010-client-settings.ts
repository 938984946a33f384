import type { Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  // Clients of earlier releases had to use PKCE. They still have to.
  await db.schema
    .alterTable('openid_clients')
    .addColumn('requires_pkce', 'integer', (column) => column.notNull().defaultTo(1))
    .execute();
  await db.schema
    .alterTable('openid_clients')
    .addColumn('web_origins', 'text', (column) => column.notNull().defaultTo('[]'))
    .execute();
}
