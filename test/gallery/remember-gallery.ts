import { sql } from 'kysely';
import { isPostgres } from '../../src/storage/dialect.js';
import type { Database } from '../../src/storage/schema.js';

/** In the order in which their rows refer to each other. */
const tables = ['persons', 'data_keys', 'enrolments', 'gallery_clock', 'gallery_changes'];
/** Whose rows the database numbers by itself. */
const numbered = ['persons', 'enrolments'];

/**
 * Copies the gallery's rows. The function returned puts them back in one transaction, with the counters of the numbers, as a
 * restored backup or a standby that lacked the last changes does.
 */
export async function rememberGallery(db: Database): Promise<() => Promise<void>> {
  for (const table of tables) await sql.raw(`create table copy_of_${table} as select * from ${table}`).execute(db);
  return () =>
    db.transaction().execute(async (db) => {
      for (const table of [...tables].reverse()) await sql.raw(`delete from ${table}`).execute(db);
      const overriding = isPostgres(db) ? 'overriding system value' : '';
      for (const table of tables)
        await sql
          .raw(`insert into ${table} ${numbered.includes(table) ? overriding : ''} select * from copy_of_${table}`)
          .execute(db);
      for (const table of numbered) await resetCounter(db, table);
    });
}

async function resetCounter(db: Database, table: string): Promise<void> {
  const { rows } = await sql.raw<{ next: number }>(`select coalesce(max(number), 0) + 1 as next from ${table}`).execute(db);
  const next = rows[0]!.next;
  await sql
    .raw(
      isPostgres(db)
        ? `alter table ${table} alter column number restart with ${next}`
        : `update sqlite_sequence set seq = ${next - 1} where name = '${table}'`,
    )
    .execute(db);
}
