import { CompiledQuery, sql } from 'kysely';
import type { Test } from 'tap';
import { openStore } from '../../src/storage/store.js';
import { isUniqueViolation } from '../../src/storage/store-error.js';
import { runTogether } from './children.js';
import { makeDatabase, testPostgres } from './databases.js';
import { execute } from './execute.js';

async function open(t: Test, databaseUrl: string) {
  const store = await openStore({ databaseUrl, dataDir: '' });
  t.teardown(() => store.close());
  return store;
}

const company = { id: 'c', name: 'n', createdAt: 1_700_000_000_123 };

testPostgres('constraints hold, and the same values are refused as on SQLite', async (t, databaseUrl) => {
  const { db } = await open(t, databaseUrl);
  const add = (row: typeof company) =>
    db
      .insertInto('companies')
      .values(row)
      .execute()
      .then(() => undefined)
      .catch((error: Error) => error);
  t.equal(await add(company), undefined);
  t.ok(isUniqueViolation(await add({ ...company, id: 'd' })));
  t.ok(isUniqueViolation(await add({ ...company, name: 'm' })));
  t.ok((await add({ ...company, id: 'e', name: 'cut\0short' })) instanceof TypeError);
  const isTrue = db.selectFrom('companies').where('name', '=', true as never);
  await t.rejects(isTrue.selectAll().execute(), TypeError);
  await t.rejects(isTrue.where('id', 'in', { a: 1 } as never).execute(), TypeError);
  const orphan = { id: 'a', companyId: 'nobody', username: 'u', usernameFolded: 'u', passwordHash: 'secret', rights: '[]' };
  const numbers = { isDisabled: 0, credentialVersion: 1, createdAt: 1, updatedAt: 1 };
  await t.rejects(
    db
      .insertInto('accounts')
      .values({ ...orphan, ...numbers })
      .execute(),
    { code: '23503' },
  );
  const refused = await db
    .insertInto('accounts')
    .values({ ...orphan, ...numbers, rights: null as never })
    .execute()
    .catch((error: Error) => error);
  t.match(refused, { code: '23502' });
  t.notMatch(JSON.stringify(refused, Object.getOwnPropertyNames(refused)), /secret/, 'errors, which are logged, repeat no row');
  t.same(await db.selectFrom('companies').selectAll().execute(), [company], 'int8 is a number');
});

testPostgres('numbers, bytes and text are read back unchanged', async (t, databaseUrl) => {
  const { db } = await open(t, databaseUrl);
  const bytes = new Uint8Array([0, 1, 2, 255]);
  const { rows } = await sql<{
    bytes: Uint8Array;
    float: number;
    big: number;
    count: number;
    text: string;
  }>`select ${bytes}::bytea as bytes, ${0.1 + 0.2}::float8 as float, ${Number.MAX_SAFE_INTEGER}::int8 as big,
     count(*) as count, ${'é\u{1F600}\n'}::text as text`.execute(db);
  t.ok(rows[0]?.bytes instanceof Uint8Array);
  t.same([...rows[0]!.bytes], [...bytes]);
  t.match(rows[0], { float: 0.1 + 0.2, big: Number.MAX_SAFE_INTEGER, count: 1, text: 'é\u{1F600}\n' });
});

testPostgres('every column of text is compared by its bytes, in a database that sorts as people do', async (t, databaseUrl) => {
  const { db } = await open(t, databaseUrl);
  const { rows: columns } = await sql`
    select table_name, column_name from information_schema.columns
    where table_schema = 'public' and data_type = 'text' and collation_name is distinct from 'C'`.execute(db);
  t.same(columns, []);
  const { rows } = await sql<{ isLess: boolean }>`select 'a' < 'B' as is_less`.execute(db);
  if (!rows[0]!.isLess) t.comment('this server sorts by bytes in any case');
  for (const name of ['b', 'B', 'é', 'a', '\u{1F600}', '\uFFFD', 'A'])
    await db.insertInto('companies').values({ id: name, name, createdAt: 1 }).execute();
  const names = (await db.selectFrom('companies').select('name').orderBy('name').execute()).map((row) => row.name);
  t.same(names, ['A', 'B', 'a', 'b', 'é', '\uFFFD', '\u{1F600}']);
});

testPostgres('the database assigns the numbers of scans', async (t, databaseUrl) => {
  const { db } = await open(t, databaseUrl);
  await t.rejects(sql`insert into scan_owners (number, company_id) values (7, 'c')`.execute(db), { code: '428C9' });
});

testPostgres('migrates once: opening again changes nothing', async (t, databaseUrl) => {
  const store = await open(t, databaseUrl);
  await store.db.insertInto('companies').values(company).execute();
  const migrations = CompiledQuery.raw('select * from kysely_migration order by name');
  const before = await store.db.executeQuery(migrations);
  const again = await open(t, databaseUrl);
  t.same((await again.db.executeQuery(migrations)).rows, before.rows);
  t.same(await again.db.selectFrom('companies').selectAll().execute(), [company]);
});

testPostgres('migrates once when processes start at the same time', async (t) => {
  for (let round = 0; round < 3; round++) {
    const databaseUrl = await makeDatabase(t, { isEmpty: true });
    t.same(await runTogether(4, 'open', { dataDir: '', databaseUrl }), ['opened', 'opened', 'opened', 'opened']);
  }
});

testPostgres('refuses the database of a newer release', async (t, databaseUrl) => {
  await execute(databaseUrl, "insert into kysely_migration values ('9999-from-the-future', '2999-01-01T00:00:00.000Z')");
  await t.rejects(openStore({ databaseUrl, dataDir: '' }), { name: 'StoreError', message: /newer release/ });
});

testPostgres('a failed migration leaves nothing behind', async (t) => {
  const databaseUrl = await makeDatabase(t, { isEmpty: true });
  // conflicts with the last table of the second migration
  await execute(databaseUrl, 'create table scan_counts (in_the_way integer)');
  await t.rejects(openStore({ databaseUrl, dataDir: '' }), { name: 'StoreError', message: /scan_counts.*exists/ });
  await t.rejects(execute(databaseUrl, 'select * from accounts'), { code: '42P01' });
  await execute(databaseUrl, 'drop table scan_counts');
  await (await openStore({ databaseUrl, dataDir: '' })).close();
});

testPostgres('reports what is wrong with a database, without the password', async (t, databaseUrl) => {
  const ascii = `ascii_${databaseUrl.match(/triface_test_(\w{8})/)![1]}`;
  await execute(databaseUrl, `create database ${ascii} template template0 encoding 'SQL_ASCII' locale 'C' locale_provider libc`);
  const named = (name: string) => Object.assign(new URL(databaseUrl), { pathname: `/${name}` }).href;
  const cases: [string, RegExp][] = [
    ['postgres://triface:hunter2hunter2@127.0.0.1:1/scans', /127\.0\.0\.1:1\/scans.*ECONNREFUSED/],
    ['postgres://triface:hunter2hunter2@localhost:1/scans', /localhost:1\/scans.*ECONNREFUSED/],
    ['postgres://triface:hunter2hunter2@nowhere.invalid/scans', /nowhere\.invalid:5432\/scans/],
    [`${named('nothing_here')}&password=hunter2hunter2`, /nothing_here.*does not exist/],
    [named(ascii), /encoding is SQL_ASCII, not UTF8/],
    ['postgres://triface:hunter2hunter2@host', /^DATABASE_URL/],
    ['postgres://triface:hunter2hunter2@host/scans?sslmode=prefer', /^DATABASE_URL: sslmode/],
    ['postgresql://triface:hunter2hunter2@host:x/scans', /^DATABASE_URL/],
    ['postgres://triface:hunter2hunter2@host/scans?sslmode=verify-ca', /^DATABASE_URL: sslmode=verify-ca/],
    ['postgres://triface:hunter2hunter2@host/scans?sslmode=verify-full&sslrootcert=/nowhere.pem', /nowhere\.pem/],
  ];
  for (const [wrong, message] of cases) {
    const error = await openStore({ databaseUrl: wrong, dataDir: '' }).catch((reason: Error) => reason);
    t.match(error, { name: 'StoreError', message }, String(message));
    t.notMatch(String((error as Error).stack) + JSON.stringify(error), /hunter2/);
  }
  await execute(databaseUrl, `drop database ${ascii}`);
});
