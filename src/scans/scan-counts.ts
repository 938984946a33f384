import { isPostgres } from '../storage/dialect.js';
import type { Database } from '../storage/schema.js';

/** The fields that summaries are counted by. */
export interface CountedBy {
  readonly owner: number;
  readonly result: string;
  readonly channel: string | null;
}

/** A change of a count. */
export interface CountChange extends CountedBy {
  /** may be negative */
  readonly by: number;
}

/**
 * Changes counts. Call it last in the transaction that adds, changes or deletes the summaries, since others wait for the rows.
 * Counts are changed in a fixed order, so that two transactions cannot deadlock.
 */
export async function changeCounts(db: Database, changes: readonly CountChange[]): Promise<void> {
  const sums = new Map<string, CountChange>();
  for (const { owner, result, channel, by } of changes) {
    const key = JSON.stringify([owner, result, channel ?? '']);
    sums.set(key, { owner, result, channel, by: by + (sums.get(key)?.by ?? 0) });
  }
  for (const key of [...sums.keys()].sort()) await changeCount(db, sums.get(key)!);
}

async function changeCount(db: Database, { owner, result, channel, by }: CountChange): Promise<void> {
  if (by === 0) return;
  const key = { owner, result, channel: channel ?? '' };
  const { numUpdatedRows } = await db
    .updateTable('scanCounts')
    .set((set) => ({ count: set('count', '+', by) }))
    .where((is) => is.and(key))
    .executeTakeFirst();
  if (numUpdatedRows === 0n)
    await db
      .insertInto('scanCounts')
      .values({ ...key, count: by })
      .onConflict((conflict) =>
        conflict.columns(['owner', 'result', 'channel']).doUpdateSet((set) => ({ count: set('scanCounts.count', '+', by) })),
      )
      .execute();
  else if (by < 0)
    await db
      .deleteFrom('scanCounts')
      .where((is) => is.and({ ...key, count: 0 }))
      .execute();
}

/** The company's number as an owner; `undefined` if it has no summaries. */
export async function findOwner(db: Database, companyId: string): Promise<number | undefined> {
  const owners = db.selectFrom('scanOwners').select('number').where('companyId', '=', companyId);
  return (await owners.executeTakeFirst())?.number;
}

async function findOrAddOwner(db: Database, companyId: string): Promise<number> {
  const found = await findOwner(db, companyId);
  if (found !== undefined) return found;
  await db
    .insertInto('scanOwners')
    .values({ companyId })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return (await findOwner(db, companyId))!;
}

/**
 * Returns the company's number as an owner and takes its turn: no other transaction adds scans of the company until this one
 * ends. The company's scans are therefore committed in the order of their numbers, and a reader that has seen a number has seen
 * all smaller ones. (On SQLite every transaction has its turn.)
 */
export async function takeOwnersTurn(db: Database, companyId: string): Promise<number> {
  const owner = await findOrAddOwner(db, companyId);
  if (isPostgres(db)) await db.selectFrom('scanOwners').select('number').where('number', '=', owner).forNoKeyUpdate().execute();
  return owner;
}
