import { type RawBuilder, sql } from 'kysely';
import { identifierKey } from '../base/identifier-key.js';
import type { Database } from '../storage/schema.js';
import type { Store } from '../storage/store.js';
import { foldSearch, unfolded } from './fold-text.js';
import { type Person, toPerson } from './person.js';

/** Maximum search words; more hardly narrow the search, and the database rejects thousands. */
const MAX_WORDS = 32;

/** A page of persons. */
export interface PersonListing {
  readonly companyId: string;
  /** words that citizen id and name together must contain, ignoring case and accents */
  readonly search: string;
  /** 0-based position of the first person */
  readonly offset: number;
  readonly limit: number;
}

/** The company's person with this number; persons of other companies are not found. */
export async function findPerson(db: Database, companyId: string, number: number): Promise<Person | undefined> {
  const row = await db
    .selectFrom('persons')
    .selectAll()
    .where('number', '=', number)
    .where('companyId', '=', companyId)
    .executeTakeFirst();
  return row && toPerson(row);
}

/**
 * The company's person with this citizen id: the one with exactly this spelling, or else the only one whose id is the same in
 * normalised form. If several are, none is found: the wrong person must not be confirmed.
 */
export async function findByCitizenId(db: Database, companyId: string, citizenId: string): Promise<Person | undefined> {
  const same = await findSameCitizenId(db, companyId, citizenId);
  return same.find((person) => person.citizenId === citizenId) ?? (same.length === 1 ? same[0] : undefined);
}

/** The company's persons whose citizen id is the same in normalised form: one at most, unless an older release registered more. */
export async function findSameCitizenId(db: Database, companyId: string, citizenId: string): Promise<Person[]> {
  if (citizenId.includes('\0')) return [];
  const citizenKey = identifierKey(citizenId);
  const rows = await db
    .selectFrom('persons')
    .selectAll()
    .where('companyId', '=', companyId)
    .where(({ or, eb }) => or([eb('citizenKey', '=', citizenKey), eb('citizenKey', 'is', null)]))
    .execute();
  return rows.filter((row) => identifierKey(row.citizenId) === citizenKey).map(toPerson);
}

/** The company's persons with these numbers, in no particular order. */
export async function findPersons(db: Database, companyId: string, numbers: readonly number[]): Promise<Person[]> {
  if (numbers.length === 0) return [];
  const rows = await db
    .selectFrom('persons')
    .selectAll()
    .where('number', 'in', numbers)
    .where('companyId', '=', companyId)
    .execute();
  return rows.map(toPerson);
}

/** A page of the company's persons, newest first, and the total number. @throws BusyError */
export async function listPersons(
  store: Store,
  { companyId, search, offset, limit }: PersonListing,
): Promise<{ readonly count: number; readonly persons: Person[] }> {
  let found = store.db.selectFrom('persons').where('companyId', '=', companyId);
  const words = new Set(foldSearch(search.replaceAll('\0', '')).split(/\s+/).filter(Boolean));
  for (const word of [...words].slice(0, MAX_WORDS)) {
    const pattern = `%${word.replace(/[\\%_]/g, (special) => `\\${special}`)}%`;
    found = found.where(sql<boolean>`${foldedText(word)} like ${pattern} escape '\\'`);
  }
  const [counted] = await store.readAside<{ count: number }>(found.select(sql<number>`count(*)`.as('count')), companyId);
  const numbers = await store.readAside<{ number: number }>(
    found.select('number').orderBy('number', 'desc').offset(offset).limit(limit),
    companyId,
  );
  const persons = await findPersons(
    store.db,
    companyId,
    numbers.map(({ number }) => number),
  );
  return { count: counted?.count ?? 0, persons: persons.sort((a, b) => b.number - a.number) };
}

/** The stored search text, folded in the letters that matter to a word. */
function foldedText(word: string): RawBuilder<string> {
  const letters = [...unfolded].filter(([, folded]) => [...folded].some((letter) => word.includes(letter)));
  return letters.reduce(
    (text, [letter, folded]) => sql<string>`replace(${text}, ${sql.lit(letter)}, ${sql.lit(folded)})`,
    sql<string>`search_text`,
  );
}
