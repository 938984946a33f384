import { BusyError, type BusyReason } from '../base/busy-error.js';
import { type RunTimer, runNow, runTimeout } from '../base/run-clock.js';
import { RunningMean } from '../base/running-mean.js';
import { type Lane, Lanes, type LaneTask } from './lanes.js';

export interface WorkQueueOptions<Slot> {
  /** largest number of waiting tasks */
  readonly limit: number;
  /** milliseconds, by `runNow`, that a task may wait and run in total; without it there is no limit */
  readonly deadlineMs?: number;
  /** slots that are open from the start */
  readonly slots?: Iterable<Slot>;
}

/** Who a task is for, and what it will take. */
export interface TaskOptions {
  /** drops the task if it is still waiting */
  readonly signal?: AbortSignal;
  /** whose share of the slots it uses (default '': the share of all who are not named) */
  readonly owner?: string;
  /** default `interactive` */
  readonly lane?: Lane;
  /** estimated run time in milliseconds (default: the mean of the latest tasks) */
  readonly cost?: number;
  /** heavy tasks never occupy all slots: where there are two or more, one stays free for others (default false) */
  readonly isHeavy?: boolean;
}

/** A task that waits for a slot. */
interface Ticket<Slot> extends LaneTask {
  start(slot: Slot): void;
  refuse(reason: BusyReason): void;
}

/**
 * A bounded queue in front of a number of slots, for example threads or connections. Each slot runs one task at a time. Owners
 * share the slots by run time ({@link Lanes}); the tasks of one owner start in the order of arrival. When as many wait as may, a
 * task of the owner with the longest queue gives up its place to one of an owner that has fewer.
 *
 * A waiting task is dropped when its deadline passes or its caller gives up. A running task is never interrupted: at the deadline
 * its caller gets an error, and the slot becomes free when the task has settled.
 */
export class WorkQueue<Slot> {
  readonly #limit: number;
  readonly #deadlineMs: number;
  readonly #free: Set<Slot>;
  /** the running tasks */
  readonly #busy = new Map<Slot, LaneTask>();
  readonly #waiting = new Lanes<Ticket<Slot>>();
  readonly #runMs = new RunningMean();
  #isClosed = false;
  /** called when the last running task has settled */
  #onIdle: (() => void)[] = [];

  constructor({ limit, deadlineMs = Number.POSITIVE_INFINITY, slots = [] }: WorkQueueOptions<Slot>) {
    this.#limit = limit;
    this.#deadlineMs = deadlineMs;
    this.#free = new Set(slots);
  }

  /** Number of open slots, of slots that run a task, and of waiting tasks. */
  get state(): { readonly slots: number; readonly running: number; readonly waiting: number } {
    return { slots: this.#free.size + this.#busy.size, running: this.#busy.size, waiting: this.#waiting.size };
  }

  /**
   * Estimated seconds, at least 1, until an interactive task of this owner that arrived now would start: the tasks before it times
   * the mean run time, divided by the slots. Of other owners, only as many tasks count as the owner has itself.
   * @param backlog number of the owner's own tasks before it (default: those that wait)
   */
  retryAfterSeconds(owner = '', backlog?: number): number {
    const slots = Math.max(1, this.state.slots);
    return Math.max(1, Math.ceil(((this.#waiting.ahead(owner, backlog) + 1) * this.#runMs.value) / slots / 1000));
  }

  /** Adds a slot that is free. */
  open(slot: Slot): void {
    if (this.#busy.has(slot)) return;
    this.#free.add(slot);
    this.#next();
  }

  /** Removes a slot. A task that it runs is no longer counted, and `close` does not wait for it. */
  withdraw(slot: Slot): void {
    this.#free.delete(slot);
    this.#busy.delete(slot);
    this.#noticeIdle();
  }

  /**
   * Runs a task as soon as a slot is free and it is the owner's turn.
   * @param task called with the slot and the milliseconds left until the deadline
   * @throws BusyError, or the task's own error
   */
  run<Result>(task: (slot: Slot, remainingMs: number) => Promise<Result>, options: TaskOptions = {}): Promise<Result> {
    const { signal, owner = '', lane = 'interactive', cost = this.#runMs.value, isHeavy = false } = options;
    if (this.#isClosed) return Promise.reject(this.#busyError('closed', owner));
    if (signal?.aborted) return Promise.reject(this.#busyError('cancelled', owner));
    const demand: LaneTask = { owner, lane, cost, isHeavy };
    if (!this.#makeRoom(demand)) return Promise.reject(this.#busyError('full', owner));
    return new Promise((resolve, reject) => {
      const askedAt = runNow();
      let startedAt: number | undefined;
      let timer: RunTimer | undefined;
      const settle = (): void => {
        timer?.clear();
        signal?.removeEventListener('abort', onAbort);
        this.#waiting.remove(ticket);
      };
      const ticket: Ticket<Slot> = {
        ...demand,
        start: (slot) => {
          signal?.removeEventListener('abort', onAbort);
          startedAt = runNow();
          const remainingMs = this.#deadlineMs - (startedAt - askedAt);
          this.#work(slot, ticket, () => task(slot, remainingMs))
            .finally(settle)
            .then(resolve, reject);
        },
        refuse: (reason) => {
          settle();
          reject(this.#busyError(reason, owner));
        },
      };
      const onAbort = (): void => ticket.refuse('cancelled');
      signal?.addEventListener('abort', onAbort, { once: true });
      if (this.#deadlineMs < Number.POSITIVE_INFINITY)
        timer = runTimeout(() => {
          const ranMs = startedAt === undefined ? 0 : runNow() - startedAt;
          ticket.refuse(ranMs > this.#deadlineMs / 2 ? 'slow' : 'late');
        }, this.#deadlineMs);
      this.#waiting.push(ticket);
      this.#next();
    });
  }

  /** Refuses waiting and new tasks. Resolves when all running tasks have settled. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const ticket of this.#waiting.clear()) ticket.refuse('closed');
    if (this.#busy.size > 0) await new Promise<void>((resolve) => this.#onIdle.push(resolve));
  }

  /** @returns false if as many tasks wait as may, and none of them must give up its place */
  #makeRoom(demand: LaneTask): boolean {
    if (this.#waiting.size < this.#limit || this.#mayStart(demand)) return true;
    const victim = this.#waiting.victimFor(demand);
    victim?.refuse('full');
    return victim !== undefined;
  }

  #mayStart({ isHeavy }: LaneTask): boolean {
    return this.#free.size > 0 && (!isHeavy || this.#mayStartHeavy);
  }

  get #mayStartHeavy(): boolean {
    let heavy = 0;
    for (const { isHeavy } of this.#busy.values()) if (isHeavy) heavy++;
    return heavy < Math.max(1, this.state.slots - 1);
  }

  #next(): void {
    // The slot that became free last comes first: what it needs is still in the processor's caches.
    for (const slot of [...this.#free].reverse()) {
      const ticket = this.#waiting.take(this.#mayStartHeavy);
      if (!ticket) return;
      this.#free.delete(slot);
      this.#busy.set(slot, ticket);
      ticket.start(slot);
    }
  }

  async #work<Result>(slot: Slot, ticket: LaneTask, task: () => Promise<Result>): Promise<Result> {
    const began = performance.now();
    try {
      return await task();
    } finally {
      const ranMs = performance.now() - began;
      this.#waiting.settle(ticket, ranMs);
      if (this.#busy.delete(slot)) {
        this.#runMs.add(ranMs);
        this.#free.add(slot);
        this.#next();
        this.#noticeIdle();
      }
    }
  }

  #noticeIdle(): void {
    if (this.#busy.size === 0) for (const resolve of this.#onIdle.splice(0)) resolve();
  }

  #busyError(reason: BusyReason, owner: string): BusyError {
    const message = reason === 'slow' ? `not completed within ${this.#deadlineMs} ms` : undefined;
    return new BusyError(reason, this.retryAfterSeconds(owner), message);
  }
}
