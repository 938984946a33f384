import type { AuditLog } from '../audit/audit-log.js';
import type { Database } from '../storage/schema.js';
import type { Store } from '../storage/store.js';
import { transact } from '../storage/transaction.js';
import { destroyDataKeys } from '../vault/data-keys.js';
import { deletePictures } from '../vault/pictures.js';

/** Pictures deleted per transaction. */
const BATCH = 50;

/**
 * Deletes every picture past its retention and all references to it, in batches, each in its own transaction.
 * @param signal stops between two batches
 * @returns the number deleted
 */
export async function expirePictures(
  store: Pick<Store, 'db'>,
  audit: AuditLog,
  now: number,
  signal?: AbortSignal,
): Promise<number> {
  for (let total = 0; ; ) {
    const deleted = await expireBatch(store.db, audit, now);
    total += deleted;
    if (deleted < BATCH || signal?.aborted) return total;
  }
}

/** How many pictures are past their retention, of how many. */
export async function countExpiredPictures({ db }: Pick<Store, 'db'>, now: number): Promise<{ doomed: number; total: number }> {
  const pictures = db.selectFrom('pictures').select((select) => select.fn.countAll().as('count'));
  const all = await pictures.executeTakeFirst();
  const expired = await pictures.where('expiresAt', '<=', now).executeTakeFirst();
  return { doomed: Number(expired?.count ?? 0), total: Number(all?.count ?? 0) };
}

async function expireBatch(db: Database, audit: AuditLog, now: number): Promise<number> {
  return transact(db, async (db) => {
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

/** Removes all references to the pictures. A scan's key seals nothing but its picture, so it is destroyed too. */
async function forget(db: Database, ids: readonly string[]): Promise<void> {
  await db.updateTable('persons').set({ pictureId: null }).where('pictureId', 'in', ids).execute();
  await db.updateTable('enrolments').set({ pictureId: null }).where('pictureId', 'in', ids).execute();
  const scans = await db.updateTable('scans').set({ pictureId: null }).where('pictureId', 'in', ids).returning('id').execute();
  await destroyDataKeys(
    db,
    scans.map(({ id }) => id),
  );
}
