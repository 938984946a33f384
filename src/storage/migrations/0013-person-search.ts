import { type Kysely, sql } from 'kysely';
import { isPostgres } from '../dialect.js';

// An index of the three-letter parts ("grams") of persons' search texts, each after the first characters of its company's id, so that
// companies do not share their entries. What it holds is defined here and in gallery/person-grams.ts.
//
// The databases keep it themselves, so that releases that do not know it may write persons.

/** Persons whose entries are sorted at a time. */
const BATCH = 50_000;

/** The letters that a search folds and the search text does not (gallery/fold-text.ts), with their folded form. */
const unfolded = { ß: 'ss', ı: 'i', ς: 'σ', ᲀ: 'в', ᲁ: 'д', ᲂ: 'о', ᲃ: 'с', ᲄ: 'т', ᲅ: 'т', ᲆ: 'ъ', ᲇ: 'ѣ', ᲈ: 'ꙋ' };

/** A search text, folded. */
const folded = (text: string): string =>
  Object.entries(unfolded).reduce((inner, [letter, by]) => `replace(${inner}, '${letter}', '${by}')`, text);

export async function up(db: Kysely<never>): Promise<void> {
  if (isPostgres(db)) await indexArrays(db);
  else await keepTable(db);
}

/** PostgreSQL indexes the parts of an array. (pg_trgm would be an extension, which not every role may create.) */
async function indexArrays(db: Kysely<never>): Promise<void> {
  await sql
    .raw(`
    create function person_grams(company text, words text) returns text[] language sql immutable parallel safe as $$
      select array(
        select distinct left(company, 4) || substr(text, at, 3)
        from (select ${folded('words')} as text) as folded, generate_series(1, length(text) - 2) as at)
    $$`)
    .execute(db);
  await sql`create index persons_by_grams on persons using gin (person_grams(company_id, search_text))`.execute(db);
}

/** SQLite has a table, which triggers fill. Its rows are overwritten when they are deleted, as all others are (secure_delete). */
async function keepTable(db: Kysely<never>): Promise<void> {
  await sql`
    create table person_grams (
      gram text not null,
      person integer not null,
      primary key (gram, person)
    ) without rowid`.execute(db);
  const insert = 'insert or ignore into person_grams (gram, person)';
  const { rows } = await sql<{ last: number | null }>`select max(number) as last from persons`.execute(db);
  // Sorted, which is several times faster, and in parts, since SQLite sorts in memory.
  for (let after = 0; after < (rows[0]?.last ?? 0); after += BATCH) {
    const part = gramsOf('persons', `where number > ${after} and number <= ${after + BATCH}`);
    await sql.raw(`${insert} ${part} order by gram, person`).execute(db);
  }
  const add = `${insert} ${gramsOf('new')};`;
  const remove = `delete from person_grams where person = old.number and gram in (select gram from (${gramsOf('old')}));`;
  await sql.raw(`create trigger persons_add_grams after insert on persons begin ${add} end`).execute(db);
  await sql.raw(`create trigger persons_remove_grams after delete on persons begin ${remove} end`).execute(db);
  await sql
    .raw(`
    create trigger persons_change_grams after update of search_text on persons when new.search_text is not old.search_text
    begin ${remove} ${add} end`)
    .execute(db);
}

/** The grams of a trigger's row, or of the persons that meet a condition. */
function gramsOf(rows: 'persons' | 'new' | 'old', where = ''): string {
  const column = (name: string) => (rows === 'persons' ? name : `${rows}.${name}`);
  const start = `select ${column('number')}, substr(${column('company_id')}, 1, 4), ${folded(column('search_text'))}, 1`;
  return `
    select company || substr(text, at, 3) as gram, person from (
      with recursive part (person, company, text, at) as (
        ${start} ${rows === 'persons' ? `from persons ${where}` : ''}
        union all select person, company, text, at + 1 from part where at + 3 <= length(text)
      ) select * from part where length(text) >= 3
    )`;
}
