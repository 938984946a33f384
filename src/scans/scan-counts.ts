import type { Database } from '../storage/schema.js';

/** What summaries are counted by. */
export interface CountedBy {
  readonly owner: number;
  readonly result: string;
  readonly channel: string | null;
}

/** Adds `by` (may be negative) to the count. In the transaction that adds, changes or deletes the summaries. */
export async function changeCount(db: Database, { owner, result, channel }: CountedBy, by: number): Promise<void> {
  const { numUpdatedRows } = await db
    .updateTable('scanCounts')
    .set((set) => ({ count: set('count', '+', by) }))
    .where('owner', '=', owner)
    .where('result', '=', result)
    .where('channel', '=', channel ?? '')
    .executeTakeFirst();
  if (numUpdatedRows > 0n) return;
  await db
    .insertInto('scanCounts')
    .values({ owner, result, channel: channel ?? '', count: by })
    .onConflict((conflict) =>
      conflict.columns(['owner', 'result', 'channel']).doUpdateSet((set) => ({ count: set('scanCounts.count', '+', by) })),
    )
    .execute();
}

/** The company's number as an owner; `undefined`: it has no summaries. */
export async function findOwner(db: Database, companyId: string): Promise<number | undefined> {
  const owners = db.selectFrom('scanOwners').select('number').where('companyId', '=', companyId);
  return (await owners.executeTakeFirst())?.number;
}

/** The company's number as an owner, given to it if it has none. */
export async function findOrAddOwner(db: Database, companyId: string): Promise<number> {
  const found = await findOwner(db, companyId);
  if (found !== undefined) return found;
  await db
    .insertInto('scanOwners')
    .values({ companyId })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return (await findOwner(db, companyId))!;
}

/** Runs `task` in a transaction: the one that `db` is, or a new one. */
export const within = <T>(db: Database, task: (db: Database) => Promise<T>): Promise<T> =>
  db.isTransaction ? task(db) : db.transaction().execute(task);
