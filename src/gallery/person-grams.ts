import { type RawBuilder, sql } from 'kysely';
import { isPostgres } from '../storage/dialect.js';
import type { Store } from '../storage/store.js';

/** Persons that are compared in a few milliseconds, one by one. */
const FEW = 10_000;
/** Grams of a search that are looked up; more hardly narrow it. */
const MAX_GRAMS = 12;
/** Letters of a gram. */
const LETTERS = 3;

/** Which persons have to be compared with a search. */
export interface Candidates {
  /** `few`: those that meet the condition. `many`: all of the company. */
  readonly number: 'none' | 'few' | 'many';
  /** of `persons`; among those who meet it are all that match the search */
  readonly condition?: RawBuilder<boolean> | undefined;
}

/**
 * The parts of three letters of searched words, as the index has them (storage/migrations/0013-person-search.ts). Shorter words have none.
 * @param words folded (fold-text.ts)
 * @internal exported for a test of the index
 */
export function gramsOf(companyId: string, words: readonly string[]): string[] {
  const grams = new Set<string>();
  for (const word of words) {
    // by code points, as both databases count
    const letters = [...word];
    for (let at = 0; at + LETTERS <= letters.length; at++)
      grams.add(companyId.slice(0, 4) + letters.slice(at, at + LETTERS).join(''));
  }
  return [...grams];
}

/** Finds those whom a search can match, by the index. Reads a bounded part of it. @throws BusyError */
export async function findCandidates(store: Store, companyId: string, words: readonly string[]): Promise<Candidates> {
  const grams = gramsOf(companyId, words).slice(0, MAX_GRAMS);
  if (grams.length === 0) return { number: 'many' };
  const { db } = store;
  const conditions = isPostgres(db)
    ? [sql<boolean>`person_grams(company_id, search_text) @> array[${sql.join(grams)}]::text[]`]
    : grams.map((gram) => sql<boolean>`number in (select person from person_grams where gram = ${gram})`);
  const counting = isPostgres(db)
    ? conditions.map((condition) => sql`select 1 from persons where ${condition} limit ${FEW + 1}`)
    : grams.map((gram) => sql`select 1 from person_grams where gram = ${gram} limit ${FEW + 1}`);
  const counts = counting.map((found, at) => sql`select ${sql.lit(at)} as at, count(*) as count from (${found}) as found`);
  const query = sql<{ at: number; count: number }>`${sql.join(counts, sql` union all `)}`.compile(db);
  const rows = await store.readAside({ compile: () => query }, companyId, 'short');
  const rarest = rows.reduce((least, row) => (row.count < least.count ? row : least));
  if (rarest.count === 0) return { number: 'none' };
  return rarest.count <= FEW ? { number: 'few', condition: conditions[rarest.at] } : { number: 'many' };
}
