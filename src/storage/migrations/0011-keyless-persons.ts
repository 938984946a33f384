import { type Kysely, sql } from 'kysely';

/**
 * Servers look for persons without a key of the citizen id every few minutes. There are hardly any, and without this index the search
 * reads all persons. Almost no row is in the index, so it costs other writes nothing.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`create index persons_without_key on persons (number) where citizen_key is null`.execute(db);
}
