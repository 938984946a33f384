import { identifierKey } from '../base/identifier-key.js';
import type { Database } from '../storage/schema.js';

/** Persons of a company whose citizen ids differ only in their Unicode form. */
export interface CitizenIdCollision {
  readonly companyId: string;
  /** increasing */
  readonly persons: readonly number[];
}

/** The persons whose citizen ids are the same in the form that is compared; earlier releases allowed it. */
export async function findCollisions(db: Database): Promise<CitizenIdCollision[]> {
  const groups = new Map<string, { companyId: string; citizenKey: string; persons: number[] }>();
  const keyless = db.selectFrom('persons').select(['number', 'companyId', 'citizenId']).where('citizenKey', 'is', null);
  for (const { number, companyId, citizenId } of await keyless.orderBy('number').execute()) {
    const citizenKey = identifierKey(citizenId);
    const id = JSON.stringify([companyId, citizenKey]);
    const group = groups.get(id) ?? { companyId, citizenKey, persons: [] };
    group.persons.push(number);
    groups.set(id, group);
  }
  const collisions: CitizenIdCollision[] = [];
  for (const { companyId, citizenKey, persons } of groups.values()) {
    const holder = await db
      .selectFrom('persons')
      .select('number')
      .where('companyId', '=', companyId)
      .where('citizenKey', '=', citizenKey)
      .executeTakeFirst();
    if (holder) persons.push(holder.number);
    if (persons.length > 1) collisions.push({ companyId, persons: persons.sort((a, b) => a - b) });
  }
  return collisions;
}
