import type { FastifyBaseLogger } from 'fastify';
import type { AuditLog } from '../audit/audit-log.js';
import type { ReceiptSigner } from '../audit/erasure-receipt.js';
import { commandName } from '../base/command-name.js';
import { deleteExpiredNonces } from '../capture/nonces.js';
import { findCollisions } from '../gallery/citizen-id-collisions.js';
import { countExpiredPictures, expirePictures } from '../gallery/expire-pictures.js';
import { finishErasures } from '../gallery/finish-erasure.js';
import { sweepGallery } from '../gallery/sweep-gallery.js';
import { deleteExpiredAttempts } from '../identity/attempt-limits.js';
import { deleteExpiredEntities } from '../identity/openid/expired-entities.js';
import { countExpiredScans, startScanSweeper } from '../scans/scan-sweeper.js';
import { fillCitizenKeys } from '../storage/citizen-keys.js';
import type { Store } from '../storage/store.js';
import { type HeldSweep, SweepClock } from '../storage/sweep-clock.js';
import { type Sweeper, startSweeper } from '../storage/sweeper.js';
import type { KeyRegister } from '../vault/key-register.js';
import type { Service } from './service.js';

/** Milliseconds between two looks for interrupted erasures. */
const ERASURES_MS = 60_000;

/** What the sweepers need. */
export interface SweeperParts {
  readonly store: Store;
  readonly audit: AuditLog;
  readonly receipts: ReceiptSigner;
  readonly register: KeyRegister;
  readonly log: FastifyBaseLogger;
  /** throws UnavailableError while this server has other keys than the others */
  readonly checkKeys: () => void;
  /** days that scans are kept, unless their account says otherwise; 0: without limit */
  readonly scanRetentionDays: number;
}

/** The running sweepers. */
export interface Sweepers {
  readonly services: readonly Service<Sweeper>[];
  /** whether the time to delete by is held (see SweepClock) */
  isHeld(): boolean;
}

/** The services that delete what has expired: at the start, then every ten minutes (scans: every hour). */
export function makeSweepers(parts: SweeperParts): Sweepers {
  const { store, audit, register, log, checkKeys, scanRetentionDays } = parts;
  const clock = makeSweepClock(store, scanRetentionDays);
  let held: HeldSweep | undefined;
  const readTime = async (): Promise<number> => {
    const { now, ...time } = await clock.read();
    if (time.held && !held) log.error(describeHeld(time.held), 'what has expired is not deleted: the time leapt ahead');
    if (held && !time.held) log.info('what has expired is deleted again');
    held = time.held;
    return now;
  };
  const reporting = (what: string) => ({
    onError: (err: unknown) => log.error({ err }, `deleting ${what} failed`),
    onRecovered: () => log.info(`deleting ${what} works again`),
  });
  const sweeping = (what: string, sweep: (now: number, signal: AbortSignal) => Promise<unknown>): Service<Sweeper> => ({
    start: () => startSweeper({ sweep: async (signal) => sweep(await readTime(), signal), ...reporting(what) }),
    stop,
  });
  const services = [
    {
      start: () =>
        startScanSweeper({
          store,
          retentionDays: scanRetentionDays,
          now: readTime,
          onSwept: (deleted) => log.info({ deleted }, 'deleted expired scans'),
          ...reporting('expired scans'),
        }),
      stop,
    },
    sweeping('expired pictures', async (now, signal) => {
      // Each deletion is recorded: with another key than the other servers', the chain would not verify.
      checkKeys();
      const deleted = await expirePictures(store, audit, now, signal);
      if (deleted > 0) log.info({ deleted }, 'deleted expired pictures');
    }),
    {
      start: () =>
        startSweeper({
          async sweep(signal) {
            // The receipt is signed, and the other servers must accept it.
            checkKeys();
            const finished = await finishErasures(parts, signal);
            if (finished > 0) log.info({ finished }, 'finished interrupted erasures');
          },
          ...reporting('what was left of erased persons'),
          intervalMs: ERASURES_MS,
        }),
      stop,
    },
    sweeping('old changes of the gallery', (now) => sweepGallery(store.db, now)),
    {
      start: () =>
        startSweeper({
          sweep: keepCitizenKeys(store, log),
          onError: (err) => log.error({ err }, 'filling in the keys of citizen ids failed'),
        }),
      stop,
    },
    sweeping('expired logins', (now) => deleteExpiredEntities(store.db, now)),
    sweeping('expired counts of failed logins', (now) => deleteExpiredAttempts(store.db, now)),
    sweeping('expired keys', (now) => register.sweep(now)),
    sweeping('expired nonces of capture packets', (now) => deleteExpiredNonces(store.db, now)),
  ];
  return { services, isHeld: () => held !== undefined };
}

/** The time to delete by. @param scanRetentionDays as for {@link makeSweepers} */
export const makeSweepClock = (store: Store, scanRetentionDays: number): SweepClock =>
  new SweepClock(store, async (now) => {
    const scans = await countExpiredScans(store, scanRetentionDays, now);
    const pictures = await countExpiredPictures(store, now);
    return { doomed: scans.doomed + pictures.doomed, total: scans.total + pictures.total };
  });

/** What the operator is told. */
export const describeHeld = ({ doomed, total, trustedTo, now }: HeldSweep) => ({
  lastSweep: new Date(trustedTo).toISOString(),
  clock: new Date(now).toISOString(),
  wouldDelete: doomed,
  of: total,
  remedy: `if the clock is right, run \`${commandName} retention confirm\`; if not, set it`,
});

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
      log.warn(
        { persons },
        `citizen ids of several persons differ only in their Unicode form; see \`${commandName} persons collisions\``,
      );
    reported = found;
  };
}

const stop = (sweeper: Sweeper): Promise<void> => sweeper.stop();
