import { randomUUID } from 'node:crypto';
import { CompiledQuery, type Kysely, sql } from 'kysely';
import { test } from 'tap';
import { foldSearch, toSearchText } from '../../src/gallery/fold-text.js';
import { listPersons } from '../../src/gallery/list-persons.js';
import { findCandidates, gramsOf } from '../../src/gallery/person-grams.js';
import { isPostgres } from '../../src/storage/dialect.js';
import { up as fillIndex } from '../../src/storage/migrations/0013-person-search.js';
import type { Database } from '../../src/storage/schema.js';
import type { Store } from '../../src/storage/store.js';
import { openAccounts } from '../identity/open-accounts.js';
import { repetitions } from '../repetitions.js';
import { testEach, testPostgres } from '../storage/databases.js';
import { execute } from '../storage/execute.js';
import { findTrace, readDataFiles } from './test-gallery.js';

const password = 'a password for tests';

/** Adds persons past the gallery, as a release does that does not know the index. @returns their numbers */
async function addPersons(db: Database, companyId: string, names: readonly string[]): Promise<number[]> {
  const numbers: number[] = [];
  for (const [at, name] of names.entries()) {
    const citizenId = `id-${at}`;
    const row = { id: randomUUID(), companyId, citizenId, name, searchText: toSearchText(citizenId, name) };
    const rest = { isBlocked: 0, agreedTerms: 0, pictureId: null, createdAt: 1, updatedAt: 1, createdBy: 'a' };
    const added = await db
      .insertInto('persons')
      .values({ ...row, ...rest })
      .returning('number')
      .executeTakeFirstOrThrow();
    numbers.push(added.number);
  }
  return numbers;
}

/** Texts that look random and are the same in every run, of letters that are easily compared wrongly. */
function makeNames(count: number, seed = 5): string[] {
  const letters = [..."aabbssiiσςßıİΣÅñ%_\\ '-李小龙𐐷😀ᲀв"];
  let state = seed;
  const next = (limit: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  return Array.from({ length: count }, () => Array.from({ length: 1 + next(14) }, () => letters[next(letters.length)]).join(''));
}

testEach('a search finds the same persons with the index as without, on every page', async (t, databaseUrl) => {
  const { store, accounts } = await openAccounts(t, { databaseUrl });
  const one = await accounts.create({ username: 'one', password, company: 'One' });
  const two = await accounts.create({ username: 'two', password, company: 'Two' });
  const names = makeNames(150);
  const numbers = await addPersons(store.db, one.companyId, names);
  await addPersons(store.db, two.companyId, names);
  const texts = names.map((name, at) => ({ number: numbers[at]!, text: foldSearch(toSearchText(`id-${at}`, name)) }));
  const searches = [
    ...names.slice(0, repetitions(40, 150)).map((name, at) => [...name].slice(at % 3, (at % 3) + 2 + (at % 5)).join('')),
    ...['id-1', 'id-14', 'ID-77 s', 'ss', 'sss', 'nobody', '   ', '%%%', '__\\', 'id- ss i'],
  ];
  for (const search of searches) {
    const words = foldSearch(search).split(/\s+/).filter(Boolean);
    const expected = texts
      .filter(({ text }) => words.every((word) => text.includes(word)))
      .map(({ number }) => number)
      .reverse();
    for (const offset of [0, 4, 'last'] as const) {
      const { count, persons } = await listPersons(store, { companyId: one.companyId, search, offset, limit: 4 });
      const start = offset === 'last' ? Math.max(0, Math.ceil(expected.length / 4) - 1) * 4 : offset;
      const found = persons.map(({ number }) => number);
      t.strictSame([count, ...found], [expected.length, ...expected.slice(start, start + 4)], `${search} ${offset}`);
    }
  }
});

/** The index of a company as it should be. */
const expectedGrams = (persons: readonly { number: number; companyId: string; searchText: string }[]) =>
  persons
    .flatMap(({ number, companyId, searchText }) =>
      gramsOf(companyId, [foldSearch(searchText)]).map((gram) => `${gram} ${number}`),
    )
    .sort();

const readGrams = async (db: Database): Promise<string[]> => {
  const { rows } = await sql<{ gram: string; person: number }>`select gram, person from person_grams`.execute(db);
  return rows.map(({ gram, person }) => `${gram} ${person}`).sort();
};

test('SQLite keeps the index: added, renamed and erased persons, in a database that had persons before', async (t) => {
  const { store, accounts } = await openAccounts(t);
  const { companyId } = await accounts.create({ username: 'one', password });
  const { db } = store;
  const check = async (name: string) => {
    const persons = await db.selectFrom('persons').select(['number', 'companyId', 'searchText']).execute();
    t.strictSame(await readGrams(db), expectedGrams(persons), name);
  };
  const names = makeNames(120, 9);
  const numbers = await addPersons(db, companyId, [...names, '', 'ab', 'aaaaaa']);
  await check('added');
  for (const [at, number] of numbers.slice(0, 60).entries())
    await db
      .updateTable('persons')
      .set({ searchText: toSearchText(names[(at + 7) % 120]!) })
      .where('number', '=', number)
      .execute();
  await check('renamed');
  await db.updateTable('persons').set({ isBlocked: 1 }).execute();
  await check('changed otherwise');
  await db.deleteFrom('persons').where('number', 'in', numbers.slice(30, 90)).execute();
  await check('deleted');
  // as before the migration
  for (const trigger of ['add', 'remove', 'change']) await sql.raw(`drop trigger persons_${trigger}_grams`).execute(db);
  await sql`drop table person_grams`.execute(db);
  await fillIndex(db as unknown as Kysely<never>);
  await check('filled by the migration');
});

test('of an erased or renamed person, SQLite’s files keep no part of the name in the index', async (t) => {
  const { store, accounts, dataDir } = await openAccounts(t);
  const { companyId } = await accounts.create({ username: 'one', password });
  // ideographs, each once: no person shares a gram with another one
  let letter = 0x4e00;
  const makeName = () => String.fromCodePoint(...Array.from({ length: 12 }, () => letter++));
  const names = Array.from({ length: 400 }, makeName);
  const numbers = await addPersons(store.db, companyId, names);
  const traces = (gone: readonly string[]) => {
    const files = readDataFiles(dataDir);
    const grams = gramsOf(companyId, gone);
    return { grams: grams.length, found: grams.filter((gram) => findTrace(files, Buffer.from(gram)) !== undefined).length };
  };
  const gone = names.filter((_, at) => at % 3 === 0);
  t.same(traces(gone), { grams: 10 * gone.length, found: 10 * gone.length }, 'all are there before');
  for (const [at, number] of numbers.entries()) {
    if (at % 6 === 0) await store.db.deleteFrom('persons').where('number', '=', number).execute();
    else if (at % 3 === 0) {
      const name = makeName();
      await store.db.updateTable('persons').set({ name, searchText: name }).where('number', '=', number).execute();
    }
  }
  await store.scrub();
  t.same(traces(gone), { grams: 10 * gone.length, found: 0 });
  const left = names.filter((_, at) => at % 3 !== 0);
  t.same(traces(left), { grams: 10 * left.length, found: 10 * left.length });
});

/** How the database looks for a searched word. */
async function explain(store: Store, companyId: string, word: string): Promise<string> {
  const { db } = store;
  const { number, condition } = await findCandidates(store, companyId, [word]);
  if (!condition) return number;
  const query = db.selectFrom('persons').select('number').where('companyId', '=', companyId).where(condition).compile();
  const explained = `${isPostgres(db) ? 'explain' : 'explain query plan'} ${query.sql}`;
  const { rows } = await db.executeQuery<object>(CompiledQuery.raw(explained, [...query.parameters]));
  return `${number}: ${rows.map((row) => ('detail' in row ? row.detail : Object.values(row)[0])).join('; ')}`;
}

test('SQLite compares only the persons of the rarest gram', async (t) => {
  const { store, accounts } = await openAccounts(t);
  const { companyId } = await accounts.create({ username: 'one', password });
  await addPersons(store.db, companyId, makeNames(50));
  t.match(
    await explain(store, companyId, 'id-17'),
    /^few: SEARCH persons USING [^;]*(rowid|number)=\?[^;]*; LIST SUBQUERY 1; SEARCH person_grams USING PRIMARY KEY/,
  );
  t.equal(await explain(store, companyId, 'nobody'), 'none');
  t.equal(await explain(store, companyId, 'id'), 'many', 'too short for the index');
});

testPostgres('the index is used where statistics exist', async (t, databaseUrl) => {
  const { store, accounts } = await openAccounts(t, { databaseUrl });
  const { companyId } = await accounts.create({ username: 'one', password });
  await execute(
    databaseUrl,
    `insert into persons (id, company_id, citizen_id, name, search_text, is_blocked, agreed_terms, created_at, updated_at, created_by)
     select n, '${companyId}', n, 'n', md5(n::text), 0, 0, 1, 1, 'a' from generate_series(1, 12000) as n`,
    'vacuum analyze persons',
  );
  t.match(await explain(store, companyId, 'c4ca4238'), /^few: Bitmap Heap Scan.*persons_by_grams/, 'the MD5 of 1');
  t.equal(await explain(store, companyId, 'zzz'), 'none');
  t.match(await listPersons(store, { companyId, search: 'c4ca4238', offset: 0, limit: 5 }), { count: 1, persons: { length: 1 } });
});

testEach('lists and searches of persons do not wait for long reads', async (t, databaseUrl) => {
  const { store, accounts } = await openAccounts(t, { databaseUrl });
  const { companyId } = await accounts.create({ username: 'one', password });
  await addPersons(store.db, companyId, makeNames(20));
  const query =
    'with recursive n(i) as (select 1 union all select i + 1 from n where i < 300000) select count(*) as count from n';
  let ended = 0;
  const long = Array.from({ length: 6 }, () =>
    store.readAside({ compile: () => CompiledQuery.raw(query) }, companyId).finally(() => {
      ended++;
    }),
  );
  for (const search of ['', 'id-1']) t.ok((await listPersons(store, { companyId, search, offset: 'last', limit: 3 })).count > 0);
  t.ok(ended < long.length, `${ended} of ${long.length} long reads ended meanwhile`);
  await Promise.all(long);
});
