import type { Database } from './schema.js';
import type { Store } from './store.js';
import { transact } from './transaction.js';

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

/** The time to delete by. */
export interface SweepTime {
  /** epoch milliseconds */
  readonly now: number;
  /** absent: it is the present */
  readonly held?: HeldSweep;
}

/** Records that a time is trusted, as ISO 8601. */
export type RecordTrust = (
  db: Database,
  values: Readonly<Record<'old' | 'new', { readonly trustedTo: string }>>,
) => Promise<void>;

const toText = (epochMs: number): string => new Date(epochMs).toISOString();

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

  /** The time to delete by, and why it is not the present. From then on the present is trusted if it is not held. */
  async read(): Promise<SweepTime> {
    await this.store.db
      .insertInto('sweepClock')
      .values({ id: 1, trustedTo: this.store.now() })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute();
    const time = await this.inspect();
    if (!time.held) await this.#trust(time.now);
    return time;
  }

  /** As `read`, without changing anything. */
  async inspect(): Promise<SweepTime> {
    const now = this.store.now();
    const row = await this.store.db.selectFrom('sweepClock').select('trustedTo').where('id', '=', 1).executeTakeFirst();
    if (!row || now - row.trustedTo <= LEAP_MS) return { now };
    const { trustedTo } = row;
    const counted = await this.countDoomed(now);
    return counted.doomed > counted.total * UNUSUAL_SHARE ? { now: trustedTo, held: { ...counted, trustedTo, now } } : { now };
  }

  /**
   * The operator says that the clock is right: the next sweep deletes what has expired by now.
   * @param record called in the transaction
   */
  async confirm(record: RecordTrust = async () => {}): Promise<void> {
    await this.read();
    await transact(this.store.db, async (db) => {
      const { trustedTo } = await db.selectFrom('sweepClock').select('trustedTo').where('id', '=', 1).executeTakeFirstOrThrow();
      const now = this.store.now();
      await this.#trust(now, db);
      await record(db, { old: { trustedTo: toText(trustedTo) }, new: { trustedTo: toText(now) } });
    });
  }

  async #trust(now: number, db = this.store.db): Promise<void> {
    await db.updateTable('sweepClock').set({ trustedTo: now }).where('id', '=', 1).where('trustedTo', '<', now).execute();
  }
}
