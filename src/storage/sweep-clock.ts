import type { Store } from './store.js';

/** Milliseconds between two sweeps above which the time may have leapt. */
const LEAP_MS = 24 * 3_600_000;
/** Share of the rows above which a sweep after a leap deletes unusually much. */
const UNUSUAL_SHARE = 0.2;

/** How much would be deleted. */
export interface Doomed {
  readonly doomed: number;
  readonly total: number;
}

/** Why sweeps wait. */
export interface HeldSweep extends Doomed {
  /** epoch milliseconds: what expired later is kept */
  readonly trustedTo: number;
  /** epoch milliseconds: the clock that is not trusted */
  readonly now: number;
}

/**
 * The time that sweeps delete by. A clock that leapt ahead, such as that of a machine that boots with a wrong one, would delete
 * everything that has a retention. So a sweep long after the last one first counts what it would delete; if that is unusually
 * much, sweeps keep to the time that was trusted last, until an operator confirms that the clock is right.
 */
export class SweepClock {
  /** @param countDoomed counts the rows that expire by a time */
  constructor(
    private readonly store: Pick<Store, 'db' | 'now'>,
    private readonly countDoomed: (now: number) => Promise<Doomed>,
  ) {}

  /** The time to delete by, and why it is not the present. */
  async read(): Promise<{ readonly now: number; readonly held?: HeldSweep }> {
    const { db } = this.store;
    const now = this.store.now();
    await db
      .insertInto('sweepClock')
      .values({ id: 1, trustedTo: now })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute();
    const { trustedTo } = await db.selectFrom('sweepClock').select('trustedTo').where('id', '=', 1).executeTakeFirstOrThrow();
    if (now - trustedTo > LEAP_MS) {
      const counted = await this.countDoomed(now);
      if (counted.doomed > counted.total * UNUSUAL_SHARE) return { now: trustedTo, held: { ...counted, trustedTo, now } };
    }
    await this.#trust(now);
    return { now };
  }

  /** The operator says that the clock is right: the next sweep deletes what has expired by now. */
  async confirm(): Promise<void> {
    await this.read();
    await this.#trust(this.store.now());
  }

  async #trust(now: number): Promise<void> {
    const { db } = this.store;
    await db.updateTable('sweepClock').set({ trustedTo: now }).where('id', '=', 1).where('trustedTo', '<', now).execute();
  }
}
