import { WorkQueue } from '../threads/work-queue.js';

/**
 * What is known of a read before it runs. `short`: it looks at a bounded number of rows, a few milliseconds at most, however much is stored.
 * `long`: its time grows with what is stored.
 */
export type ReadLength = 'short' | 'long';

/**
 * Reads of one length at once, those that wait included.
 * @internal exported for a test of the bound
 */
export const MAX_ASIDE = 32;

/** Whose read it is, and how long. */
export interface LaneOptions {
  /** each owner gets the same share of the time */
  readonly owner: string;
  readonly length: ReadLength;
}

/**
 * Reads aside in two lanes: one slot (a thread, a connection) only takes short reads, all others only long ones, so that a short read never
 * waits for a long one. Each lane has its own bound and its own share per owner. With a single slot, all reads share it.
 */
export class AsideLanes<Slot> {
  readonly #lanes: Readonly<Record<ReadLength, WorkQueue<Slot>>>;

  /** @param slots one or more; the first one is for short reads, if there are others */
  constructor([first, ...others]: readonly [Slot, ...Slot[]]) {
    const open = (slots: readonly Slot[]) => new WorkQueue({ slots, limit: Math.max(0, MAX_ASIDE - slots.length) });
    const short = open([first]);
    this.#lanes = { short, long: others.length > 0 ? open(others) : short };
  }

  /** Runs a read as soon as a slot of its lane is free. @throws BusyError, or the read's own error */
  run<Result>(read: (slot: Slot) => Promise<Result>, { owner, length }: LaneOptions): Promise<Result> {
    return this.#lanes[length].run(read, { owner });
  }

  /** Refuses waiting and new reads. Resolves when all running reads have ended. */
  async close(): Promise<void> {
    await Promise.all([this.#lanes.short.close(), this.#lanes.long.close()]);
  }
}
