import { type Kysely, sql } from 'kysely';
import { fillCitizenKeys } from '../citizen-keys.js';
import { isPostgres } from '../dialect.js';
import type { Schema } from '../schema.js';

/**
 * Citizen ids are compared by a key. Persons whose ids have the same key are not merged: one of them stays without a key.
 *
 * The unique constraint on the id itself stays. It forbids nothing that the key allows, and an older release that runs beside
 * this one writes no keys.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await db.schema.alterTable('persons').addColumn('citizen_key', 'text').execute();
  // Almost all ids are plain ASCII, which is its own key. One statement, since there may be millions.
  const isPlain = isPostgres(db)
    ? sql`citizen_id collate "C" ~ '^[!-~]([ -~]*[!-~])?$'`
    : sql`citizen_id not glob '*[^ -~]*' and trim(citizen_id) = citizen_id and citizen_id <> ''`;
  await sql`update persons set citizen_key = citizen_id where ${isPlain}`.execute(db);
  await db.schema.createIndex('persons_citizen_key').on('persons').columns(['company_id', 'citizen_key']).unique().execute();
  await fillCitizenKeys(db as unknown as Kysely<Schema>);
  await forgetStaleKeys(db);
}

/** An older release changes an id without its key. The key is then removed, and filled in later. */
async function forgetStaleKeys(db: Kysely<never>): Promise<void> {
  if (!isPostgres(db)) {
    await sql`
      create trigger persons_forget_key after update of citizen_id on persons
      when new.citizen_id is not old.citizen_id and new.citizen_key is old.citizen_key
      begin
        update persons set citizen_key = null where number = new.number;
      end`.execute(db);
    return;
  }
  await sql`
    create function persons_forget_key() returns trigger language plpgsql as $$
    begin
      new.citizen_key := null;
      return new;
    end $$`.execute(db);
  await sql`
    create trigger persons_forget_key before update of citizen_id on persons
    for each row when (new.citizen_id is distinct from old.citizen_id and new.citizen_key is not distinct from old.citizen_key)
    execute function persons_forget_key()`.execute(db);
}
