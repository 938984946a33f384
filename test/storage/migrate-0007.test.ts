import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CamelCasePlugin, Kysely } from 'kysely';
import Libsql from 'libsql';
import { Pool } from 'pg';
import { type Test, test } from 'tap';
import { migrate } from '../../src/storage/migrate.js';
import { TrifacePostgresDialect } from '../../src/storage/postgres-dialect.js';
import type { Schema } from '../../src/storage/schema.js';
import { fixedConnection } from '../../src/storage/sqlite-connection.js';
import { LibsqlDialect } from '../../src/storage/sqlite-dialect.js';
import { makeDatabase, withoutPostgres } from './databases.js';

const plugins = [new CamelCasePlugin()];
const change = { kind: 'add', companyId: 'c', person: 1, enrolment: 1, changedAt: 1 } as const;

/** Changes from before stay for servers of the release before, get marks, and are followed by one that names the history. */
async function keepsChanges(t: Test, db: Kysely<Schema>): Promise<void> {
  await migrate(db, '0006-capture-nonces');
  await db.updateTable('galleryClock').set({ value: 2 }).execute();
  await db
    .insertInto('galleryChanges')
    .values([1, 2].map((sequence) => ({ ...change, sequence })))
    .execute();
  await migrate(db);
  t.same(await db.selectFrom('galleryClock').select('value').execute(), [{ value: 3 }]);
  // as that release writes
  await db
    .insertInto('galleryChanges')
    .values({ ...change, sequence: 4 })
    .execute();
  const rows = await db.selectFrom('galleryChanges').selectAll().orderBy('sequence').execute();
  t.same(
    rows.map(({ sequence, kind }) => [sequence, kind]),
    [
      [1, 'add'],
      [2, 'add'],
      [3, 'remove'],
      [4, 'add'],
    ],
  );
  t.equal(new Set(rows.map(({ mark }) => mark)).size, 4, 'each has a mark of its own');
  t.ok(rows.every(({ mark }) => mark.length >= 32));
}

test('changes of the gallery get marks (SQLite)', async (t) => {
  const directory = join(t.testdir(), 'data');
  mkdirSync(directory);
  const database = fixedConnection(new Libsql(join(directory, 'triface.db')));
  const db = new Kysely<Schema>({ dialect: new LibsqlDialect(database), plugins });
  t.teardown(() => db.destroy());
  await keepsChanges(t, db);
});

test('changes of the gallery get marks (PostgreSQL)', { skip: withoutPostgres }, async (t) => {
  const pool = new Pool({ connectionString: await makeDatabase(t, { isEmpty: true }), max: 2 });
  const settings = { statementMs: 0, lockMs: 0, idleMs: 0 };
  const parsing = new Kysely<Schema>({ dialect: new TrifacePostgresDialect(pool, settings, { isForMigrations: true }), plugins });
  try {
    await keepsChanges(t, parsing);
  } finally {
    await parsing.destroy();
    if (!pool.ended) await pool.end();
  }
});
