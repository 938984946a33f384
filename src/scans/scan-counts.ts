import { isPostgres } from '../storage/dialect.js';
import type { Database } from '../storage/schema.js';

/** What summaries are counted by. */
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
 * Changes counts, in the transaction that adds, changes or deletes the summaries, as its last statements: others wait for them. Always in
 * the same order, so that two transactions do not wait for each other.
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

/** The company's number as an owner; `undefined`: it has no summaries. */
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
 * The company's number as an owner, and its turn to add scans: until the transaction ends no other one adds any for it. So the company's
 * scans are committed in the order of their numbers, and what a reader sees up to some number stays all there is up to it. (On SQLite
 * every transaction has its turn.)
 */
export async function takeOwnersTurn(db: Database, companyId: string): Promise<number> {
  const owner = await findOrAddOwner(db, companyId);
  if (isPostgres(db)) await db.selectFrom('scanOwners').select('number').where('number', '=', owner).forNoKeyUpdate().execute();
  return owner;
}
