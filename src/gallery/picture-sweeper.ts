import type { AuditLog } from '../audit/audit-log.js';
import type { Database } from '../storage/schema.js';
import type { Store } from '../storage/store.js';
import { transact } from '../storage/transaction.js';
import { destroyDataKeys } from '../vault/data-keys.js';
import { deletePictures } from '../vault/pictures.js';

const HOUR_MS = 3_600_000;
/** Pictures deleted in one transaction. */
const BATCH = 50;

/** What a sweeper needs. */
export interface PictureSweeperOptions {
  readonly store: Store;
  readonly audit: AuditLog;
  /** milliseconds between two sweeps (default an hour) */
  readonly intervalMs?: number;
  /** told after each sweep that deleted something */
  readonly onSwept?: (deleted: number) => void;
  /** told of a sweep that failed; the next one comes all the same */
  readonly onError: (error: unknown) => void;
}

/** Deletes pictures past their retention, at once and then every hour. Does not keep the process alive. */
export function startPictureSweeper(options: PictureSweeperOptions): { stop(): Promise<void> } {
  const { store, audit, intervalMs = HOUR_MS, onSwept, onError } = options;
  let sweeping: Promise<void> | undefined;
  let isStopping = false;
  const sweep = async () => {
    try {
      let deleted = 0;
      for (let batch = BATCH; batch === BATCH && !isStopping; deleted += batch) batch = await expirePictures(store, audit);
      if (deleted > 0) onSwept?.(deleted);
    } catch (error) {
      onError(error);
    }
  };
  const start = () => {
    sweeping ??= sweep().finally(() => {
      sweeping = undefined;
    });
  };
  start();
  const timer = setInterval(start, intervalMs).unref();
  return {
    async stop() {
      isStopping = true;
      clearInterval(timer);
      await sweeping;
    },
  };
}

/** Deletes a batch of pictures past their retention, and what points at them. @returns how many */
export async function expirePictures(store: Pick<Store, 'db'>, audit: AuditLog, now: number = Date.now()): Promise<number> {
  return transact(store.db, async (db) => {
    const expired = await db
      .selectFrom('pictures')
      .select(['id', 'companyId'])
      .where('expiresAt', '<=', now)
      .orderBy('expiresAt')
      .limit(BATCH)
      .execute();
    const ids = expired.map(({ id }) => id);
    if (ids.length === 0) return 0;
    await forget(db, ids);
    await deletePictures(db, ids);
    for (const companyId of new Set(expired.map((picture) => picture.companyId)))
      await audit.append(db, {
        actor: 'retention',
        action: 'picture.expire',
        companyId,
        subject: null,
        detail: { pictures: expired.filter((picture) => picture.companyId === companyId).length },
      });
    return ids.length;
  });
}

/** Nothing points at the pictures any more; a scan's key opened nothing else. */
async function forget(db: Database, ids: readonly string[]): Promise<void> {
  await db.updateTable('persons').set({ pictureId: null }).where('pictureId', 'in', ids).execute();
  await db.updateTable('enrolments').set({ pictureId: null }).where('pictureId', 'in', ids).execute();
  const scans = await db.updateTable('scans').set({ pictureId: null }).where('pictureId', 'in', ids).returning('id').execute();
  await destroyDataKeys(
    db,
    scans.map(({ id }) => id),
  );
}
