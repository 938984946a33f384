import { identifierKey } from '../base/identifier-key.js';
import type { Database } from '../storage/schema.js';
import { type Person, toPerson } from './person.js';

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
