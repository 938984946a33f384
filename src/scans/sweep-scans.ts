import { sql } from 'kysely';
import { Pauses } from '../storage/batches.js';
import type { Database } from '../storage/schema.js';
import type { Store } from '../storage/store.js';
import type { Doomed } from '../storage/sweep-clock.js';
import { deleteScansBefore } from './delete-scans.js';

const DAY_MS = 24 * 3_600_000;
/** Accounts looked at by one statement. */
const PAGE = 200;

/**
 * Deletes scans past their account's retention. Accounts without such scans cost one look into an index.
 * @param defaultDays days for accounts without their own setting; 0: never
 * @param now epoch milliseconds
 * @param signal stops between two batches
 * @returns the number deleted
 */
export async function sweepScans(
  { db }: Pick<Store, 'db'>,
  defaultDays: number,
  now: number,
  signal?: AbortSignal,
): Promise<number> {
  let deleted = 0;
  const pauses = new Pauses();
  for (let last = ''; ; ) {
    const page = await readAccounts(db, defaultDays, now, last);
    for (const { id, before, isConcerned } of page) {
      if (signal?.aborted) return deleted;
      if (!isConcerned) continue;
      deleted += await deleteScansBefore({ db }, id, before, signal);
      await pauses.take();
    }
    if (page.length < PAGE || signal?.aborted) return deleted;
    last = page.at(-1)!.id;
    await pauses.take();
  }
}

/** How many scans are past their retention, of how many. Reads whole indexes, aside. */
export async function countExpiredScans(
  { db, readAside }: Pick<Store, 'db' | 'readAside'>,
  defaultDays: number,
  now: number,
): Promise<Doomed> {
  const doomed = db
    .selectFrom('scans')
    .innerJoin('accounts', 'accounts.id', 'scans.accountId')
    .where(isPast(defaultDays, now))
    .select(sql<number>`count(*)`.as('count'));
  const total = db.selectFrom('scans').select(sql<number>`count(*)`.as('count'));
  const count = async (query: typeof total): Promise<number> => (await readAside(query, 'sweeps'))[0]!.count;
  return { doomed: await count(doomed), total: await count(total) };
}

/**
 * A page of the accounts, in the order of their ids. `before`: scans made earlier, epoch milliseconds, are past their retention;
 * `isConcerned`: there are such scans.
 */
async function readAccounts(db: Database, defaultDays: number, now: number, after: string) {
  // The oldest scan, which is the first in an index. PostgreSQL would look for any old scan by reading them all.
  const accounts = await db
    .selectFrom('accounts')
    .select(['id', 'retentionDays'])
    .select(({ selectFrom }) =>
      selectFrom('scans')
        .whereRef('scans.accountId', '=', 'accounts.id')
        .select(({ fn }) => fn.min<number | null>('scans.createdAt').as('createdAt'))
        .as('oldest'),
    )
    .where('id', '>', after)
    .orderBy('id')
    .limit(PAGE)
    .execute();
  return accounts.map(({ id, retentionDays, oldest }) => {
    const days = retentionDays ?? defaultDays;
    const before = now - days * DAY_MS;
    return { id, before, isConcerned: days > 0 && oldest !== null && oldest < before };
  });
}

/** Of a scan joined with its account: whether the account's retention has passed. */
function isPast(defaultDays: number, now: number) {
  const days = sql`cast(coalesce(accounts.retention_days, ${defaultDays}) as bigint)`;
  return sql<boolean>`${days} > 0 and scans.created_at < cast(${now} as bigint) - ${days} * ${sql.lit(DAY_MS)}`;
}
