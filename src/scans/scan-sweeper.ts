import type { Store } from '../storage/store.js';
import { type Sweeper, startSweeper } from '../storage/sweeper.js';
import { deleteScansBefore } from './delete-scans.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Settings of the scan sweeper. */
export interface ScanSweeperOptions {
  readonly store: Store;
  /** days after which scans are deleted, unless their account has its own setting; 0: never */
  readonly retentionDays: number;
  /** milliseconds between two sweeps (default an hour) */
  readonly intervalMs?: number;
  /** the time to delete by, epoch milliseconds (default: the database's) */
  readonly now?: () => number | Promise<number>;
  /** called after each sweep that deleted something */
  readonly onSwept?: (deleted: number) => void;
  /** as for `startSweeper` */
  readonly onError: (error: unknown) => void;
  readonly onRecovered?: () => void;
}

/** Deletes scans past their account's retention, at once and then hourly. Does not keep the process alive. */
export function startScanSweeper(options: ScanSweeperOptions): Sweeper {
  const { store, retentionDays, intervalMs = HOUR_MS, now = () => store.now(), onSwept, onError, onRecovered } = options;
  return startSweeper({
    intervalMs,
    onError,
    onRecovered,
    async sweep(signal) {
      const deleted = await sweepScans(store, retentionDays, await now(), signal);
      if (deleted > 0) onSwept?.(deleted);
    },
  });
}

/** How many scans are past their retention, of how many. Reads every account's scans: for rare questions only. */
export async function countExpiredScans(
  { db }: Pick<Store, 'db'>,
  defaultDays: number,
  now: number,
): Promise<{ doomed: number; total: number }> {
  const count = async (query: { executeTakeFirst(): Promise<{ count: number | string | bigint } | undefined> }) =>
    Number((await query.executeTakeFirst())?.count ?? 0);
  const scans = db.selectFrom('scans').select((select) => select.fn.countAll().as('count'));
  let doomed = 0;
  for (const { id, retentionDays } of await db.selectFrom('accounts').select(['id', 'retentionDays']).execute()) {
    const days = retentionDays ?? defaultDays;
    if (days > 0) doomed += await count(scans.where('accountId', '=', id).where('createdAt', '<', now - days * DAY_MS));
  }
  return { doomed, total: await count(scans) };
}

async function sweepScans(store: Store, defaultDays: number, now: number, signal: AbortSignal): Promise<number> {
  let deleted = 0;
  for (const { id, retentionDays } of await store.db.selectFrom('accounts').select(['id', 'retentionDays']).execute()) {
    const days = retentionDays ?? defaultDays;
    if (days > 0) deleted += await deleteScansBefore(store, id, now - days * DAY_MS, signal);
  }
  return deleted;
}
