import { identifierKey } from '../base/identifier-key.js';
import { Pauses } from '../storage/batches.js';
import type { Database } from '../storage/schema.js';

/** Persons read at once. */
const PAGE = 500;

/** Persons of a company whose citizen ids differ only in their Unicode form. */
export interface CitizenIdCollision {
  readonly companyId: string;
  /** increasing */
  readonly persons: readonly number[];
}

interface Group {
  readonly companyId: string;
  readonly citizenKey: string;
  readonly persons: number[];
}

/**
 * The persons whose citizen ids are the same in the form that is compared; earlier releases allowed it. Yields to the event loop.
 * @throws the signal's reason when it is aborted: a part of the collisions would say that the others are gone
 */
export async function findCollisions(db: Database, signal?: AbortSignal): Promise<CitizenIdCollision[]> {
  const pauses = new Pauses();
  const groups = await groupKeyless(db, pauses, signal);
  const collisions: CitizenIdCollision[] = [];
  for (const { companyId, citizenKey, persons } of groups) {
    signal?.throwIfAborted();
    const holder = await db
      .selectFrom('persons')
      .select('number')
      .where('companyId', '=', companyId)
      .where('citizenKey', '=', citizenKey)
      .executeTakeFirst();
    if (holder) persons.push(holder.number);
    if (persons.length > 1) collisions.push({ companyId, persons: persons.sort((a, b) => a - b) });
    await pauses.take();
  }
  return collisions;
}

async function groupKeyless(db: Database, pauses: Pauses, signal?: AbortSignal): Promise<Iterable<Group>> {
  const groups = new Map<string, Group>();
  const keyless = db.selectFrom('persons').select(['number', 'companyId', 'citizenId']).where('citizenKey', 'is', null);
  for (let last = 0; ; ) {
    signal?.throwIfAborted();
    const page = await keyless.where('number', '>', last).orderBy('number').limit(PAGE).execute();
    for (const { number, companyId, citizenId } of page) {
      const citizenKey = identifierKey(citizenId);
      const id = JSON.stringify([companyId, citizenKey]);
      const group = groups.get(id) ?? { companyId, citizenKey, persons: [] };
      group.persons.push(number);
      groups.set(id, group);
    }
    if (page.length < PAGE) return groups.values();
    last = page.at(-1)!.number;
    await pauses.take();
  }
}
