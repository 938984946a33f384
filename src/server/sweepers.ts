import type { FastifyBaseLogger } from 'fastify';
import type { AuditLog } from '../audit/audit-log.js';
import { deleteExpiredNonces } from '../capture/nonces.js';
import { expirePictures } from '../gallery/expire-pictures.js';
import { sweepGallery } from '../gallery/sweep-gallery.js';
import { deleteExpiredEntities } from '../identity/openid/expired-entities.js';
import { startScanSweeper } from '../scans/scan-sweeper.js';
import type { Store } from '../storage/store.js';
import { type Sweeper, startSweeper } from '../storage/sweeper.js';
import type { KeyRegister } from '../vault/key-register.js';
import type { Service } from './service.js';

/** What the sweepers need. */
export interface SweeperParts {
  readonly store: Store;
  readonly audit: AuditLog;
  readonly register: KeyRegister;
  readonly log: FastifyBaseLogger;
  /** days that scans are kept, unless their account says otherwise; 0: without limit */
  readonly scanRetentionDays: number;
}

/** The services that delete what has expired: at the start, then every ten minutes (scans: every hour). */
export function sweeperServices({ store, audit, register, log, scanRetentionDays }: SweeperParts): readonly Service<Sweeper>[] {
  const reporting = (what: string) => ({
    onError: (err: unknown) => log.error({ err }, `deleting ${what} failed`),
    onRecovered: () => log.info(`deleting ${what} works again`),
  });
  const sweeping = (what: string, sweep: (signal: AbortSignal) => Promise<unknown>): Service<Sweeper> => ({
    start: () => startSweeper({ sweep, ...reporting(what) }),
    stop,
  });
  return [
    {
      start: () =>
        startScanSweeper({
          store,
          retentionDays: scanRetentionDays,
          onSwept: (deleted) => log.info({ deleted }, 'deleted expired scans'),
          ...reporting('expired scans'),
        }),
      stop,
    },
    sweeping('expired pictures', async (signal) => {
      const deleted = await expirePictures(store, audit, Date.now(), signal);
      if (deleted > 0) log.info({ deleted }, 'deleted expired pictures');
    }),
    sweeping('old changes of the gallery', () => sweepGallery(store.db, store.now())),
    sweeping('expired logins', () => deleteExpiredEntities(store.db, Date.now())),
    sweeping('expired keys', () => register.sweep(store.now())),
    sweeping('expired nonces of capture packets', () => deleteExpiredNonces(store.db, Date.now())),
  ];
}

const stop = (sweeper: Sweeper): Promise<void> => sweeper.stop();
