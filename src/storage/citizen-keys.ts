import { identifierKey } from '../base/identifier-key.js';
import { runBatches } from './batches.js';
import type { Database } from './schema.js';
import { isUniqueViolation } from './store-error.js';

/**
 * Gives every person without a key of the citizen id its key, unless another person of the company has it: then the person stays
 * without, and the two must be told apart by the exact spelling. Works in batches (see {@link runBatches}).
 * @param signal stops between two batches
 */
export async function fillCitizenKeys(db: Database, signal?: AbortSignal): Promise<void> {
  let last = 0;
  let next = 0;
  const fillBatch = async (db: Database, size: number): Promise<number> => {
    const rows = await db
      .selectFrom('persons')
      .select(['number', 'companyId', 'citizenId'])
      .where('citizenKey', 'is', null)
      .where('number', '>', last)
      .orderBy('number')
      .limit(size)
      .execute();
    for (const row of rows) await fillKey(db, row);
    next = rows.at(-1)?.number ?? last;
    return rows.length;
  };
  const onCommit = () => {
    last = next;
  };
  try {
    await runBatches(db, fillBatch, { signal, onCommit });
  } catch (error) {
    // Another server gave a key to another person meanwhile, which undid this batch: the next run fills in what is left.
    if (!isUniqueViolation(error)) throw error;
  }
}

async function fillKey(
  db: Database,
  { number, companyId, citizenId }: { number: number; companyId: string; citizenId: string },
): Promise<void> {
  const citizenKey = identifierKey(citizenId);
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
}
