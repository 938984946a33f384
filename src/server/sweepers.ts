import { commandName } from '../base/command-name.js';
import { countExpiredPictures } from '../gallery/expire-pictures.js';
import { countExpiredScans } from '../scans/sweep-scans.js';
import type { Store } from '../storage/store.js';
import { type HeldSweep, SweepClock } from '../storage/sweep-clock.js';
import { type Sweeper, startSweeps } from '../storage/sweeper.js';
import type { Service } from './service.js';
import { listSweeps, type SweepParts } from './sweeps.js';

/** Milliseconds for which the time to delete by is not read again: several sweeps follow each other. */
const RECENT_MS = 60_000;

/** The running sweeps. */
export interface Sweepers {
  readonly service: Service<Sweeper>;
  /** whether the time to delete by is held (see SweepClock) */
  isHeld(): boolean;
}

/** The service that deletes what has expired: at the start, then each sweep at its interval. */
export function makeSweepers(parts: SweepParts): Sweepers {
  const { store, log, scanRetentionDays } = parts;
  const clock = makeSweepClock(store, scanRetentionDays);
  let held: HeldSweep | undefined;
  let recent: { readonly readAt: number; readonly now: number } | undefined;
  const readTime = async (): Promise<number> => {
    if (recent && performance.now() - recent.readAt < RECENT_MS) return recent.now;
    const { now, ...time } = await clock.read();
    if (time.held && !held) log.error(describeHeld(time.held), 'what has expired is not deleted: the time leapt ahead');
    if (held && !time.held) log.info('what has expired is deleted again');
    held = time.held;
    recent = { readAt: performance.now(), now };
    return now;
  };
  const sweeps = listSweeps(parts).map((sweep) => ({
    intervalMs: sweep.intervalMs,
    run: async (signal: AbortSignal) => sweep.run(await readTime(), signal),
    onError: (err: unknown) => log.error({ err }, `${sweep.name} failed`),
    onRecovered: () => log.info(`${sweep.name} works again`),
  }));
  return {
    service: { start: () => startSweeps(sweeps), stop: (sweeper) => sweeper.stop() },
    isHeld: () => held !== undefined,
  };
}

/** The time to delete by. @param scanRetentionDays as for {@link SweepParts} */
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
