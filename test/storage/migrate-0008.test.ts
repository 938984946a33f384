import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CamelCasePlugin, Kysely } from 'kysely';
import Libsql from 'libsql';
import { Pool } from 'pg';
import { type Test, test } from 'tap';
import { findCollisions } from '../../src/gallery/citizen-id-collisions.js';
import { findByCitizenId } from '../../src/gallery/persons.js';
import { fillCitizenKeys } from '../../src/storage/citizen-keys.js';
import { migrate } from '../../src/storage/migrate.js';
import { TrifacePostgresDialect } from '../../src/storage/postgres-dialect.js';
import type { Database, Schema } from '../../src/storage/schema.js';
import { fixedConnection } from '../../src/storage/sqlite-connection.js';
import { LibsqlDialect } from '../../src/storage/sqlite-dialect.js';
import { makeDatabase, withoutPostgres } from './databases.js';

const plugins = [new CamelCasePlugin()];

/** A person as a release before 0008 writes it. */
const addPerson = async (db: Database, companyId: string, citizenId: string): Promise<number> =>
  (
    await db
      .insertInto('persons')
      .values({
        ...{ id: `${companyId} ${citizenId}`, companyId, citizenId, name: 'N', searchText: 'n', isBlocked: 0, agreedTerms: 0 },
        ...{ pictureId: null, createdAt: 1, updatedAt: 1, createdBy: 'a' },
      })
      .returning('number')
      .executeTakeFirstOrThrow()
  ).number;

async function keepsEveryPerson(t: Test, db: Database) {
  await migrate(db, '0007-replicas');
  for (const id of ['one', 'two']) await db.insertInto('companies').values({ id, name: id, createdAt: 1 }).execute();
  const ids = ['1234', '12\u200b34', '１２３４', 'Ñ-1', 'N\u0303-1', 'Ü-1', 'A', 'a', '\u200b', '日本'];
  const numbers = new Map<string, number>();
  for (const id of ids) numbers.set(id, await addPerson(db, 'one', id));
  await addPerson(db, 'two', '１２３４');
  const before = await db.selectFrom('persons').select(['number', 'id', 'citizenId', 'name']).orderBy('number').execute();

  await migrate(db);
  const after = await db.selectFrom('persons').select(['number', 'id', 'citizenId', 'name']).orderBy('number').execute();
  t.same(after, before, 'no person was dropped, merged or renamed');
  const find = async (companyId: string, id: string) => (await findByCitizenId(db, companyId, id))?.number;
  for (const id of ids) t.equal(await find('one', id), numbers.get(id), `the exact spelling ${JSON.stringify(id)}`);
  t.equal(await find('one', '１2３4'), undefined, 'another spelling of an ambiguous id finds nobody');
  t.equal(await find('one', 'N\u0303-1\u200b'), undefined);
  t.equal(await find('one', 'U\u0308-1'), numbers.get('Ü-1'), 'another spelling of an unambiguous id');
  t.equal(await find('one', '\ufeff日本'), numbers.get('日本'));
  t.ok(await find('two', '1234'), 'companies do not collide');
  const groups = (...collisions: string[][]) =>
    collisions.map((group) => ({ companyId: 'one', persons: group.map((id) => numbers.get(id)!) }));
  t.same(new Set(await findCollisions(db)), new Set(groups(['1234', '12\u200b34', '１２３４'], ['Ñ-1', 'N\u0303-1'])));

  // An older release runs beside this one.
  const added = await addPerson(db, 'one', 'Ö-2');
  t.equal(await find('one', 'O\u0308-2'), added, 'a person without a key is found');
  await fillCitizenKeys(db);
  const keyOf = async (number: number) =>
    (await db.selectFrom('persons').select('citizenKey').where('number', '=', number).executeTakeFirstOrThrow()).citizenKey;
  t.equal(await keyOf(added), 'Ö-2');
  await db.updateTable('persons').set({ citizenId: 'changed' }).where('number', '=', added).execute();
  t.equal(await keyOf(added), null, 'an id that was changed without its key has none');
  t.equal(await find('one', 'Ö-2'), undefined);
  t.equal(await find('one', 'changed\u200b'), added);
  await fillCitizenKeys(db);
  t.equal(await keyOf(added), 'changed');

  await db
    .deleteFrom('persons')
    .where('number', 'in', [numbers.get('1234')!, numbers.get('１２３４')!])
    .execute();
  t.equal(await find('one', '1234'), numbers.get('12\u200b34'), 'no longer ambiguous');
  await fillCitizenKeys(db);
  t.same(await findCollisions(db), groups(['Ñ-1', 'N\u0303-1']));
  await t.rejects(
    db
      .insertInto('persons')
      .values({
        ...(await db.selectFrom('persons').selectAll().where('number', '=', added).executeTakeFirstOrThrow()),
        number: undefined as never,
        id: 'x',
        citizenId: 'changed ',
      })
      .execute(),
    'the key is unique within the company',
  );
}

test('citizen ids get their keys (SQLite)', async (t) => {
  const directory = join(t.testdir(), 'data');
  mkdirSync(directory);
  const db = new Kysely<Schema>({
    dialect: new LibsqlDialect(fixedConnection(new Libsql(join(directory, 'triface.db')))),
    plugins,
  });
  t.teardown(() => db.destroy());
  await keepsEveryPerson(t, db);
});

test('citizen ids get their keys (PostgreSQL)', { skip: withoutPostgres }, async (t) => {
  const pool = new Pool({ connectionString: await makeDatabase(t, { isEmpty: true }), max: 2 });
  const db = new Kysely<Schema>({
    dialect: new TrifacePostgresDialect(pool, { statementMs: 0, lockMs: 0, idleMs: 0 }, { isForMigrations: true }),
    plugins,
  });
  try {
    await keepsEveryPerson(t, db);
  } finally {
    await db.destroy();
  }
});
