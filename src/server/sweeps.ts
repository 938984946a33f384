import type { FastifyBaseLogger } from 'fastify';
import type { AuditLog } from '../audit/audit-log.js';
import type { ReceiptSigner } from '../audit/erasure-receipt.js';
import { commandName } from '../base/command-name.js';
import { deleteExpiredNonces } from '../capture/nonces.js';
import { findCollisions } from '../gallery/citizen-id-collisions.js';
import { expirePictures } from '../gallery/expire-pictures.js';
import { finishErasures } from '../gallery/finish-erasure.js';
import { sweepGallery } from '../gallery/sweep-gallery.js';
import { deleteExpiredAttempts } from '../identity/attempt-limits.js';
import { deleteExpiredEntities } from '../identity/openid/expired-entities.js';
import { sweepScans } from '../scans/sweep-scans.js';
import { fillCitizenKeys } from '../storage/citizen-keys.js';
import type { Store } from '../storage/store.js';
import type { KeyRegister } from '../vault/key-register.js';

const MINUTE_MS = 60_000;
const TEN_MINUTES_MS = 600_000;
const HOUR_MS = 3_600_000;

/** Collisions of citizen ids that one line of the log names. */
const NAMED_COLLISIONS = 20;

/** What the sweeps need. */
export interface SweepParts {
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

/** Work that a server repeats on the rows of its database. */
export interface ListedSweep {
  /** what it does, for the log: `${name} failed`. A test has rows for each name */
  readonly name: string;
  /** milliseconds between two runs */
  readonly intervalMs: number;
  /**
   * Works in batches that hold the event loop for some milliseconds each, however many rows there are: see storage/batches.ts.
   * @param now epoch milliseconds to delete by
   * @param signal stops between two batches
   */
  run(now: number, signal: AbortSignal): Promise<unknown>;
}

/**
 * Every sweep of a server, in the order of the first run. Whatever a server does by itself now and then, with a cost that grows with
 * the rows, belongs here: test/server/sweeps.test.ts checks for each that a hundred thousand rows do not hold the event loop.
 */
export function listSweeps(parts: SweepParts): readonly ListedSweep[] {
  const { store, audit, register, log, checkKeys, scanRetentionDays } = parts;
  const { db } = store;
  const tellNumber = (deleted: number, what: string) => {
    if (deleted > 0) log.info({ deleted }, `deleted ${what}`);
  };
  return [
    {
      name: 'finishing interrupted erasures',
      intervalMs: MINUTE_MS,
      async run(_now, signal) {
        // Receipts are signed, and the other servers must accept them.
        checkKeys();
        const finished = await finishErasures(parts, signal);
        if (finished > 0) log.info({ finished }, 'finished interrupted erasures');
      },
    },
    {
      name: 'deleting expired pictures',
      intervalMs: TEN_MINUTES_MS,
      async run(now, signal) {
        // Each deletion is recorded: with another key than the other servers', the chain would not verify.
        checkKeys();
        tellNumber(await expirePictures(store, audit, now, signal), 'expired pictures');
      },
    },
    {
      name: 'deleting old changes of the gallery',
      intervalMs: TEN_MINUTES_MS,
      run: (now, signal) => sweepGallery(db, now, signal),
    },
    { name: 'filling in the keys of citizen ids', intervalMs: TEN_MINUTES_MS, run: keepCitizenKeys(store, log) },
    {
      name: 'deleting expired logins',
      intervalMs: TEN_MINUTES_MS,
      run: (now, signal) => deleteExpiredEntities(db, now, signal),
    },
    {
      name: 'deleting expired counts of failed logins',
      intervalMs: TEN_MINUTES_MS,
      run: (now, signal) => deleteExpiredAttempts(db, now, signal),
    },
    { name: 'deleting expired keys', intervalMs: TEN_MINUTES_MS, run: (now, signal) => register.sweep(now, signal) },
    {
      name: 'deleting expired nonces of capture packets',
      intervalMs: TEN_MINUTES_MS,
      run: (now, signal) => deleteExpiredNonces(db, now, signal),
    },
    // The longest, so last: one sweep runs at a time.
    {
      name: 'deleting expired scans',
      intervalMs: HOUR_MS,
      run: async (now, signal) => tellNumber(await sweepScans(store, scanRetentionDays, now, signal), 'expired scans'),
    },
  ];
}

/**
 * Fills in the keys of persons that an older release wrote, and reports persons whose citizen ids collide: at the start, and when
 * there are others than before.
 */
function keepCitizenKeys({ db }: Store, log: FastifyBaseLogger): ListedSweep['run'] {
  let reported = '';
  return async (_now, signal) => {
    await fillCitizenKeys(db, signal);
    const collisions = await findCollisions(db, signal);
    const persons = collisions.slice(0, NAMED_COLLISIONS).map((collision) => collision.persons);
    const found = JSON.stringify([collisions.length, persons]);
    if (found !== reported && collisions.length > 0)
      log.warn(
        { collisions: collisions.length, persons },
        `citizen ids of several persons differ only in their Unicode form; see \`${commandName} persons collisions\``,
      );
    reported = found;
  };
}
