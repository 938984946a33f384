import { BusyError, type BusyReason } from '../base/busy-error.js';
import { type RunTimer, runNow, runTimeout } from '../base/run-clock.js';
import { RunningMean } from '../base/running-mean.js';

export interface WorkQueueOptions<Slot> {
  /** largest number of waiting tasks */
  readonly limit: number;
  /** milliseconds, by `runNow`, that a task may wait and run in total; without it there is no limit */
  readonly deadlineMs?: number;
  /** slots that are open from the start */
  readonly slots?: Iterable<Slot>;
}

/** A task that waits for a slot. */
interface Ticket<Slot> {
  start(slot: Slot): void;
  refuse(reason: BusyReason): void;
}

/**
 * A bounded queue in front of a number of slots, for example threads or connections. Each slot runs one task at a time, in the
 * order of arrival. A waiting task is dropped when its deadline passes or its caller gives up. A running task is never
 * interrupted: at the deadline its caller gets an error, and the slot becomes free when the task has settled.
 */
export class WorkQueue<Slot> {
  readonly #limit: number;
  readonly #deadlineMs: number;
  readonly #free: Set<Slot>;
  readonly #busy = new Set<Slot>();
  readonly #waiting: Ticket<Slot>[] = [];
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
    return { slots: this.#free.size + this.#busy.size, running: this.#busy.size, waiting: this.#waiting.length };
  }

  /**
   * Estimated seconds, at least 1, until a task that arrived now would start: tasks before it times mean run time, divided by the
   * slots.
   */
  get retryAfterSeconds(): number {
    const { slots, waiting } = this.state;
    return Math.max(1, Math.ceil(((waiting + 1) * this.#runMs.value) / Math.max(1, slots) / 1000));
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
   * Runs a task as soon as a slot is free.
   * @param task called with the slot and the milliseconds left until the deadline
   * @param signal drops the task if it is still waiting
   * @throws BusyError, or the task's own error
   */
  run<Result>(task: (slot: Slot, remainingMs: number) => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    if (this.#isClosed) return Promise.reject(this.#busyError('closed'));
    if (signal?.aborted) return Promise.reject(this.#busyError('cancelled'));
    if (this.#free.size === 0 && this.#waiting.length >= this.#limit) return Promise.reject(this.#busyError('full'));
    return new Promise((resolve, reject) => {
      const askedAt = runNow();
      let startedAt: number | undefined;
      let timer: RunTimer | undefined;
      const settle = (): void => {
        timer?.clear();
        signal?.removeEventListener('abort', onAbort);
        const at = this.#waiting.indexOf(ticket);
        if (at >= 0) this.#waiting.splice(at, 1);
      };
      const ticket: Ticket<Slot> = {
        start: (slot) => {
          signal?.removeEventListener('abort', onAbort);
          startedAt = runNow();
          const remainingMs = this.#deadlineMs - (startedAt - askedAt);
          this.#work(slot, () => task(slot, remainingMs))
            .finally(settle)
            .then(resolve, reject);
        },
        refuse: (reason) => {
          settle();
          reject(this.#busyError(reason));
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
    for (const ticket of [...this.#waiting]) ticket.refuse('closed');
    if (this.#busy.size > 0) await new Promise<void>((resolve) => this.#onIdle.push(resolve));
  }

  #next(): void {
    for (const slot of this.#free) {
      const ticket = this.#waiting.shift();
      if (!ticket) return;
      this.#free.delete(slot);
      this.#busy.add(slot);
      ticket.start(slot);
    }
  }

  async #work<Result>(slot: Slot, task: () => Promise<Result>): Promise<Result> {
    const began = performance.now();
    try {
      return await task();
    } finally {
      if (this.#busy.delete(slot)) {
        this.#runMs.add(performance.now() - began);
        this.#free.add(slot);
        this.#next();
        this.#noticeIdle();
      }
    }
  }

  #noticeIdle(): void {
    if (this.#busy.size === 0) for (const resolve of this.#onIdle.splice(0)) resolve();
  }

  #busyError(reason: BusyReason): BusyError {
    const message = reason === 'slow' ? `not completed within ${this.#deadlineMs} ms` : undefined;
    return new BusyError(reason, this.retryAfterSeconds, message);
  }
}
