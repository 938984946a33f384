import { sql } from 'kysely';
import type { AuditLog } from '../audit/audit-log.js';
import { runBatches } from '../storage/batches.js';
import type { Database } from '../storage/schema.js';
import type { Store } from '../storage/store.js';
import type { Doomed } from '../storage/sweep-clock.js';
import { destroyDataKeys } from '../vault/data-keys.js';
import { deletePictures } from '../vault/pictures.js';

/** The fewest pictures deleted per transaction: each may have megabytes, which SQLite overwrites. */
const SMALLEST = 5;

/**
 * Deletes every picture past its retention and all references to it, in batches, each in its own transaction.
 * @param now epoch milliseconds
 * @param signal stops between two batches
 * @returns the number deleted
 */
export const expirePictures = ({ db }: Pick<Store, 'db'>, audit: AuditLog, now: number, signal?: AbortSignal): Promise<number> =>
  runBatches(db, (db, size) => expireBatch(db, audit, now, size), { signal, smallest: SMALLEST });

/** How many pictures are past their retention, of how many. Reads the whole index, aside. */
export async function countExpiredPictures({ db, readAside }: Pick<Store, 'db' | 'readAside'>, now: number): Promise<Doomed> {
  const expired = sql<number>`count(case when expires_at <= ${now} then 1 end)`;
  const [counted] = await readAside<Doomed>(
    db.selectFrom('pictures').select([expired.as('doomed'), sql<number>`count(*)`.as('total')]),
    'sweeps',
  );
  return counted!;
}

interface Expired {
  readonly id: string;
  /** uuid of the person or scan */
  readonly subject: string;
}

async function expireBatch(db: Database, audit: AuditLog, now: number, size: number): Promise<number> {
  const expired = await db
    .selectFrom('pictures')
    .select(['id', 'companyId', 'subject'])
    .where('expiresAt', '<=', now)
    .orderBy('expiresAt')
    .limit(size)
    .execute();
  if (expired.length === 0) return 0;
  await forget(db, expired);
  await deletePictures(
    db,
    expired.map(({ id }) => id),
  );
  for (const companyId of new Set(expired.map((picture) => picture.companyId)))
    await audit.append(db, {
      actor: 'retention',
      action: 'picture.expire',
      companyId,
      subject: null,
      detail: { pictures: expired.filter((picture) => picture.companyId === companyId).length },
    });
  return expired.length;
}

/**
 * Removes all references to the pictures, which only their subjects have: no other column finds them without reading all rows. A scan's
 * key seals nothing but its picture, so it is destroyed too.
 */
async function forget(db: Database, expired: readonly Expired[]): Promise<void> {
  const ids = expired.map(({ id }) => id);
  const subjects = expired.map(({ subject }) => subject);
  const persons = db.selectFrom('persons').select('number').where('id', 'in', subjects);
  const none = { pictureId: null };
  await db.updateTable('persons').set(none).where('id', 'in', subjects).where('pictureId', 'in', ids).execute();
  await db.updateTable('enrolments').set(none).where('person', 'in', persons).where('pictureId', 'in', ids).execute();
  const scans = db.updateTable('scans').set(none).where('id', 'in', subjects).where('pictureId', 'in', ids).returning('id');
  await destroyDataKeys(
    db,
    (await scans.execute()).map(({ id }) => id),
  );
}
