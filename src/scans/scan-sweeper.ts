import type { Store } from '../storage/store.js';
import { type Sweeper, startSweeper } from '../storage/sweeper.js';
import { deleteScansBefore } from './delete-scans.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What a sweeper needs. */
export interface ScanSweeperOptions {
  readonly store: Store;
  /** scans older than this are deleted, unless their account says otherwise; 0: none */
  readonly retentionDays: number;
  /** milliseconds between two sweeps (default an hour) */
  readonly intervalMs?: number;
  /** epoch milliseconds */
  readonly now?: () => number;
  /** told after each sweep that deleted something */
  readonly onSwept?: (deleted: number) => void;
  /** told of a sweep that failed; the next one comes all the same */
  readonly onError: (error: unknown) => void;
}

/** Deletes scans past their account's retention, at once and then every hour. Does not keep the process alive. */
export function startScanSweeper(options: ScanSweeperOptions): Sweeper {
  const { store, retentionDays, intervalMs = HOUR_MS, now = Date.now, onSwept, onError } = options;
  return startSweeper({
    ...{ intervalMs, onError },
    async sweep(signal) {
      const deleted = await sweepScans(store, retentionDays, now(), signal);
      if (deleted > 0) onSwept?.(deleted);
    },
  });
}

async function sweepScans(store: Store, defaultDays: number, now: number, signal: AbortSignal): Promise<number> {
  let deleted = 0;
  for (const { id, retentionDays } of await store.db.selectFrom('accounts').select(['id', 'retentionDays']).execute()) {
    const days = retentionDays ?? defaultDays;
    if (days > 0) deleted += await deleteScansBefore(store, id, now - days * DAY_MS, signal);
  }
  return deleted;
}
