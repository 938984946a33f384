import { identifierKey } from '../base/identifier-key.js';
import { Pauses } from './batches.js';
import type { Database } from './schema.js';
import { isUniqueViolation } from './store-error.js';

/** Persons read at once. */
const BATCH = 1000;

/**
 * Gives every person without a key of the citizen id its key, unless another person of the company has it: then the person stays
 * without, and the two must be told apart by the exact spelling. Yields to the event loop.
 * @param signal stops between two persons
 */
export async function fillCitizenKeys(db: Database, signal?: AbortSignal): Promise<void> {
  const pauses = new Pauses();
  for (let last = 0; ; ) {
    const rows = await db
      .selectFrom('persons')
      .select(['number', 'companyId', 'citizenId'])
      .where('citizenKey', 'is', null)
      .where('number', '>', last)
      .orderBy('number')
      .limit(BATCH)
      .execute();
    if (rows.length === 0) return;
    for (const row of rows) {
      if (signal?.aborted) return;
      await fillKey(db, row);
      await pauses.take();
    }
    last = rows.at(-1)!.number;
  }
}

async function fillKey(
  db: Database,
  { number, companyId, citizenId }: { number: number; companyId: string; citizenId: string },
): Promise<void> {
  const citizenKey = identifierKey(citizenId);
  try {
    await db
      .updateTable('persons')
      .set({ citizenKey })
      .where('number', '=', number)
      // unchanged since it was read
      .where('citizenId', '=', citizenId)
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('persons as other')
              .select('other.number')
              .where('other.companyId', '=', companyId)
              .where('other.citizenKey', '=', citizenKey),
          ),
        ),
      )
      .execute();
  } catch (error) {
    // Another server was faster.
    if (!isUniqueViolation(error)) throw error;
  }
}
