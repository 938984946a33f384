import type { FastifyBaseLogger } from 'fastify';
import type { AuditLog } from '../audit/audit-log.js';
import { deleteExpiredNonces } from '../capture/nonces.js';
import { findCollisions } from '../gallery/citizen-id-collisions.js';
import { expirePictures } from '../gallery/expire-pictures.js';
import { sweepGallery } from '../gallery/sweep-gallery.js';
import { deleteExpiredAttempts } from '../identity/attempt-limits.js';
import { deleteExpiredEntities } from '../identity/openid/expired-entities.js';
import { startScanSweeper } from '../scans/scan-sweeper.js';
import { fillCitizenKeys } from '../storage/citizen-keys.js';
import type { Store } from '../storage/store.js';
import { type Sweeper, startSweeper } from '../storage/sweeper.js';
import type { Service } from './service.js';

/** What the sweepers need. */
export interface SweeperParts {
  readonly store: Store;
  readonly audit: AuditLog;
  readonly log: FastifyBaseLogger;
  /** days that scans are kept, unless their account says otherwise; 0: without limit */
  readonly scanRetentionDays: number;
}

/** The services that delete what has expired: at the start, then every ten minutes (scans: every hour). */
export function sweeperServices({ store, audit, log, scanRetentionDays }: SweeperParts): readonly Service<Sweeper>[] {
  const failed = (what: string) => (err: unknown) => log.error({ err }, `deleting ${what} failed`);
  const sweeping = (what: string, sweep: (signal: AbortSignal) => Promise<unknown>): Service<Sweeper> => ({
    start: () => startSweeper({ sweep, onError: failed(what) }),
    stop,
  });
  return [
    {
      start: () =>
        startScanSweeper({
          store,
          retentionDays: scanRetentionDays,
          onSwept: (deleted) => log.info({ deleted }, 'deleted expired scans'),
          onError: failed('expired scans'),
        }),
      stop,
    },
    sweeping('expired pictures', async (signal) => {
      const deleted = await expirePictures(store, audit, Date.now(), signal);
      if (deleted > 0) log.info({ deleted }, 'deleted expired pictures');
    }),
    sweeping('old changes of the gallery', () => sweepGallery(store.db)),
    {
      start: () =>
        startSweeper({
          sweep: keepCitizenKeys(store, log),
          onError: (err) => log.error({ err }, 'filling in the keys of citizen ids failed'),
        }),
      stop,
    },
    sweeping('expired logins', () => deleteExpiredEntities(store.db, Date.now())),
    sweeping('expired counts of failed logins', () => deleteExpiredAttempts(store.db, store.now())),
    sweeping('expired nonces of capture packets', () => deleteExpiredNonces(store.db, Date.now())),
  ];
}

/**
 * Fills in the keys of persons that an older release wrote, and reports persons whose citizen ids collide: at the start, and when
 * there are others than before.
 */
function keepCitizenKeys({ db }: Store, log: FastifyBaseLogger): (signal: AbortSignal) => Promise<void> {
  let reported = '[]';
  return async (signal) => {
    await fillCitizenKeys(db, signal);
    const persons = (await findCollisions(db)).map((collision) => collision.persons);
    const found = JSON.stringify(persons);
    if (found !== reported && persons.length > 0)
      log.warn({ persons }, 'citizen ids of several persons differ only in their Unicode form; see `triface persons collisions`');
    reported = found;
  };
}

const stop = (sweeper: Sweeper): Promise<void> => sweeper.stop();
