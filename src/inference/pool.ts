// Comes before any worker: each inherits the variable that this sets.
import '../base/no-telemetry.js';
import type { MessagePort } from 'node:worker_threads';
import { runTimeout } from '../base/run-clock.js';
import { type TaskOptions, WorkQueue } from '../threads/work-queue.js';
import { WorkerThread } from '../threads/worker-thread.js';

export interface PoolOptions {
  /** the worker's entry, which calls serveThread */
  readonly script: URL;
  readonly workerData: object;
  /** called for each worker: what it gets besides, and which ports of it move to the worker */
  readonly equip?: () => { readonly data: object; readonly ports: readonly MessagePort[] };
  /** threads; each loads its own models */
  readonly size: number;
  /** jobs that may wait */
  readonly queueLimit: number;
  /** milliseconds a job may wait and run together */
  readonly deadlineMs: number;
  /** milliseconds past the deadline after which a worker that still runs its job is given up (default: the deadline plus 5 s) */
  readonly patienceMs?: number;
  /** called for each worker that died or was given up; for the log */
  readonly onWorkerLost?: (reason: string) => void;
  /** called when the first worker cannot start. @returns whether to try another one; then the pool starts after all */
  readonly mayTryAgain?: (error: unknown) => boolean;
}

/** Counters for health and metrics. */
export interface PoolState {
  readonly workers: number;
  readonly ready: number;
  readonly running: number;
  readonly waiting: number;
  readonly replaced: number;
}

/** A picture leaves some megabytes of garbage; measured: docs/performance.md. */
const youngMb = 6;
/** Milliseconds until a worker that died at once is restarted, so that a broken model does not keep the server busy. */
const restartDelayMs = 1000;
/** Milliseconds that threads may take to end when the pool closes, models still loading included. */
const stopMs = 15_000;

/**
 * Worker threads behind a bounded queue with deadlines, one job per worker. Owners share the workers (see WorkQueue).
 * A job past its deadline is dropped while it waits. While it runs, its caller gets an error and its worker may finish it; a
 * worker that does not is given up and replaced. A worker that dies is replaced, and its job fails (it is not run again: it may
 * be what killed the worker).
 */
export class WorkerPool<Job, Result> {
  readonly #options: PoolOptions;
  readonly #queue: WorkQueue<WorkerThread<Job, Result>>;
  readonly #threads = new Set<WorkerThread<Job, Result>>();
  /** given up or replaced, but not ended: they hold their memory until their job ends, if ever */
  readonly #lost = new Set<WorkerThread<Job, Result>>();
  #hasStarted = false;
  #isClosed = false;
  #replaced = 0;

  /** resolves when the first worker is ready; rejects with its error, and then nothing is left running */
  readonly started: Promise<void>;

  /**
   * Starts the first worker and, once it is ready, the others: jobs can run from then on, and a start does not wait for several
   * threads that load the same models at the same time. Jobs that come before wait in the queue.
   */
  constructor(options: PoolOptions) {
    this.#options = options;
    this.#queue = new WorkQueue({ limit: options.queueLimit, deadlineMs: options.deadlineMs });
    this.started = this.#start();
    // Callers that do not await `started` learn of a failure from their jobs.
    this.started.catch(() => {});
  }

  get state(): PoolState {
    const { slots, running, waiting } = this.#queue.state;
    return { workers: this.#threads.size, ready: slots, running, waiting, replaced: this.#replaced };
  }

  /** Seconds, at least 1, until a job of this owner that came now would begin; see WorkQueue. */
  retryAfterSeconds(owner: string, backlog?: number): number {
    return this.#queue.retryAfterSeconds(owner, backlog);
  }

  /**
   * @param job sent to a worker by structured clone; buffers in `transfer` are transferred instead of copied; the caller can no
   *   longer use them
   * @throws BusyError, WorkerFailedError
   */
  run(job: Job, transfer: readonly ArrayBuffer[] = [], options: TaskOptions = {}): Promise<Result> {
    return this.#queue.run(async (thread, remainingMs) => {
      const overdue = runTimeout(() => this.#giveUp(thread), remainingMs + this.#patienceMs);
      try {
        return await thread.ask(job, transfer);
      } finally {
        overdue.clear();
      }
    }, options);
  }

  /**
   * Replaces all workers: what they were started with has changed. Jobs that run fail once their
   * workers have ended; those that wait are for the new ones.
   */
  replaceWorkers(): void {
    for (const thread of [...this.#threads]) {
      this.#dismiss(thread);
      this.#replace();
    }
  }

  /** Lets running jobs finish, refuses waiting ones, lets the threads end. Those that were given up are left behind. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#queue.close();
    await Promise.all([...this.#threads].map((thread) => thread.stop(stopMs)));
  }

  async #start(): Promise<void> {
    try {
      await this.#hire();
    } catch (error) {
      if (!this.#isClosed && this.#options.mayTryAgain?.(error)) return this.#start();
      await this.close();
      throw error;
    }
    this.#hasStarted = true;
    for (let i = 1; i < this.#options.size; i++) this.#add();
  }

  get #patienceMs(): number {
    return this.#options.patienceMs ?? this.#options.deadlineMs + 5000;
  }

  /** Replaces a worker that hangs, unless as many workers hang as the pool has: there may be no memory for more. */
  #giveUp(thread: WorkerThread<Job, Result>): void {
    this.#dismiss(thread);
    this.#options.onWorkerLost?.(`its job is ${Math.round(this.#patienceMs)} ms past its deadline and still running`);
    if (this.#lost.size <= this.#options.size) this.#replace();
  }

  #dismiss(thread: WorkerThread<Job, Result>): void {
    thread.abandon();
    this.#queue.withdraw(thread);
    this.#threads.delete(thread);
    this.#lost.add(thread);
  }

  /** Starts one worker; resolves when it is ready. @throws synchronously if the OS cannot create a thread */
  #hire(): Promise<void> {
    const { script, workerData, equip } = this.#options;
    const { data, ports } = equip?.() ?? { data: {}, ports: [] };
    const thread: WorkerThread<Job, Result> = new WorkerThread<Job, Result>({
      name: 'analysis',
      script,
      workerData: { ...workerData, ...data },
      ports,
      youngMb,
      onEnd: (reason) => this.#lose(thread, reason),
    });
    this.#threads.add(thread);
    return thread.started.then(() => this.#queue.open(thread));
  }

  #lose(thread: WorkerThread<Job, Result>, reason: string): void {
    this.#queue.withdraw(thread);
    if (this.#lost.delete(thread)) {
      // One that had been given up has ended after all: now there is room for the one that could not be replaced.
      if (this.#threads.size < this.#options.size) this.#replace();
      return;
    }
    this.#threads.delete(thread);
    if (this.#isClosed) return;
    this.#options.onWorkerLost?.(reason);
    // `#start` decides whether to try again.
    if (!this.#hasStarted) return;
    if (thread.hasStarted) this.#replace();
    else setTimeout(() => this.#replace(), restartDelayMs).unref();
  }

  #replace(): void {
    if (this.#isFull) return;
    this.#replaced++;
    this.#add();
  }

  /** Whether no worker is missing: while one waited to be restarted, others may have taken its place. */
  get #isFull(): boolean {
    return this.#isClosed || this.#threads.size >= this.#options.size;
  }

  /** Starts one more worker. One that fails to start ends, and `#lose` makes another attempt. */
  #add(): void {
    if (this.#isFull) return;
    try {
      this.#hire().catch(() => {});
    } catch {
      setTimeout(() => this.#add(), restartDelayMs).unref();
    }
  }
}
