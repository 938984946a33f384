import { type RawBuilder, sql } from 'kysely';
import type { ReadLength } from '../storage/aside-lanes.js';
import type { Store } from '../storage/store.js';
import { foldSearch, unfolded } from './fold-text.js';
import type { Person } from './person.js';
import { findCandidates } from './person-grams.js';
import { findPersons } from './persons.js';

/** Maximum search words; more hardly narrow the search, and the database rejects thousands. */
const MAX_WORDS = 32;

/** Persons of a company who are counted in a few milliseconds. */
const COUNTED = 200_000;

/** A page of persons. */
export interface PersonListing {
  readonly companyId: string;
  /** words that citizen id and name together must contain, ignoring case and accents */
  readonly search: string;
  /** 0-based position of the first person; `last`: the last page, if all pages have `limit` persons */
  readonly offset: number | 'last';
  readonly limit: number;
}

/** Result of {@link listPersons}. */
export interface PersonListingResult {
  /** on all pages */
  readonly count: number;
  readonly persons: readonly Person[];
}

/** A page of the company's persons, newest first, and the total number. @throws BusyError */
export async function listPersons(
  store: Store,
  { companyId, search, offset, limit }: PersonListing,
): Promise<PersonListingResult> {
  const words = [...new Set(foldSearch(search.replaceAll('\0', '')).split(/\s+/).filter(Boolean))].slice(0, MAX_WORDS);
  const { count, numbers } =
    words.length === 0
      ? await listAll(store, companyId, offset, limit)
      : await searchAll(store, { companyId, words, offset, limit });
  const persons = await findPersons(store.db, companyId, numbers);
  return { count, persons: persons.sort((a, b) => b.number - a.number) };
}

interface Numbers {
  readonly count: number;
  readonly numbers: readonly number[];
}

async function listAll(store: Store, companyId: string, offset: number | 'last', limit: number): Promise<Numbers> {
  const all = store.db.selectFrom('persons').select('number').where('companyId', '=', companyId);
  const countOf = async (persons: typeof all, length: ReadLength): Promise<number> => {
    const counting = store.db.selectFrom(persons.as('counted')).select((row) => row.fn.countAll<number>().as('count'));
    return (await store.readAside(counting, companyId, length))[0]!.count;
  };
  let count = await countOf(all.limit(COUNTED + 1), 'short');
  const length = count <= COUNTED ? 'short' : 'long';
  if (length === 'long') count = await countOf(all, length);
  const skip = offset === 'last' ? Math.max(0, Math.ceil(count / limit) - 1) * limit : offset;
  if (skip >= count) return { count, numbers: [] };
  const page = all.orderBy('companyId', 'desc').orderBy('number', 'desc').offset(skip).limit(limit);
  // Pages near the beginning take the same time in any company.
  const rows = await store.readAside(page, companyId, skip <= COUNTED ? 'short' : 'long');
  return { count, numbers: rows.map(({ number }) => number) };
}

interface Search extends Omit<PersonListing, 'search'> {
  readonly words: readonly string[];
}

/** Count and page in one statement, which compares each person once. */
async function searchAll(store: Store, { companyId, words, offset, limit }: Search): Promise<Numbers> {
  const { db } = store;
  const candidates = await findCandidates(store, companyId, words);
  if (candidates.number === 'none') return { count: 0, numbers: [] };
  let found = db.selectFrom('persons').select('number').where('companyId', '=', companyId);
  if (candidates.condition) found = found.where(candidates.condition);
  for (const word of words) {
    const pattern = `%${word.replace(/[\\%_]/g, (special) => `\\${special}`)}%`;
    found = found.where(sql<boolean>`${foldedText(word)} like ${pattern} escape '\\'`);
  }
  const skip =
    offset === 'last'
      ? sql`(select case when count(*) = 0 then 0 else (count(*) - 1) / ${sql.lit(limit)} end from found) * ${sql.lit(limit)}`
      : sql.lit(offset);
  const query = sql<{ kind: number; value: number }>`
    with found as materialized ${found}
    select 0 as kind, count(*) as value from found
    union all
    select 1, number from (select number from found order by number desc limit ${sql.lit(limit)} offset ${skip}) as page`.compile(
    db,
  );
  const rows = await store.readAside({ compile: () => query }, companyId, candidates.number === 'few' ? 'short' : 'long');
  return {
    count: rows.find(({ kind }) => kind === 0)?.value ?? 0,
    numbers: rows.filter(({ kind }) => kind === 1).map(({ value }) => value),
  };
}

/** The stored search text, folded in the letters that matter to a word. */
function foldedText(word: string): RawBuilder<string> {
  const letters = [...unfolded].filter(([, folded]) => [...folded].some((letter) => word.includes(letter)));
  return letters.reduce(
    (text, [letter, folded]) => sql<string>`replace(${text}, ${sql.lit(letter)}, ${sql.lit(folded)})`,
    sql<string>`search_text`,
  );
}
