import { CancelledError, DeadlineError, QueueFullError, WorkerFailedError } from './pool-errors.js';
import { type WorkerAnswer, WorkerThread } from './worker-thread.js';

export interface PoolOptions {
  /** the worker's entry, which calls serveJobs */
  readonly script: URL;
  readonly workerData: unknown;
  /** threads; each loads its own models */
  readonly size: number;
  /** jobs that may wait */
  readonly queueLimit: number;
  /** milliseconds a job may wait and run together */
  readonly deadlineMs: number;
  /** milliseconds past the deadline after which a worker that is still at its job is given up (default: the deadline and five seconds) */
  readonly patienceMs?: number;
  /** told of each worker that died or was replaced; for the log */
  readonly onWorkerLost?: (reason: string) => void;
}

interface Ticket<Job, Result> {
  readonly job: Job;
  readonly transfer: readonly ArrayBuffer[];
  readonly resolve: (result: Result) => void;
  readonly reject: (error: Error) => void;
  /** clears the timer and the abort listener */
  readonly settle: () => void;
}

interface Member<Job, Result> {
  readonly thread: WorkerThread<Job, Result>;
  ready: boolean;
  current: Ticket<Job, Result> | undefined;
  startedAt: number;
  /** runs while it is at a job past its deadline, for which nobody waits any more */
  overdue: NodeJS.Timeout | undefined;
}

/** Counters for health and metrics. */
export interface PoolState {
  readonly workers: number;
  readonly ready: number;
  readonly running: number;
  readonly waiting: number;
  readonly replaced: number;
}

const isFree = (member: { readonly ready: boolean; readonly current: unknown }): boolean => member.ready && !member.current;

/** A pause between attempts to start a worker that dies at once, so that a broken model does not make a spinning fork loop. */
const restartDelayMs = 1000;
/** How long threads may take to end when the pool closes, models still loading included. */
const stopMs = 15_000;

/**
 * Worker threads behind a bounded queue with deadlines: first come, first served, one job a worker.
 * A job past its deadline is dropped while it waits. While it runs, its caller is told and its worker let finish; one that does not
 * is given up and replaced. A worker that dies is replaced, and its job fails (it is not run again: it may be what killed the worker).
 */
export class WorkerPool<Job, Result> {
  private readonly members = new Set<Member<Job, Result>>();
  /** given up, but not ended: they hold their memory until their job ends, if ever */
  private readonly lost = new Set<Member<Job, Result>>();
  private readonly queue: Ticket<Job, Result>[] = [];
  private closed = false;
  private replaced = 0;
  /** moving average of a run, for Retry-After */
  private meanRunMs = 50;

  private constructor(private readonly options: PoolOptions) {}

  /** Starts every worker and waits until all are warm. @throws the first worker's error; then nothing is left running */
  static async start<Job, Result>(options: PoolOptions): Promise<WorkerPool<Job, Result>> {
    const pool = new WorkerPool<Job, Result>(options);
    try {
      await Promise.all(Array.from({ length: options.size }, async () => pool.hire()));
    } catch (error) {
      await pool.close();
      throw error;
    }
    return pool;
  }

  get state(): PoolState {
    const members = [...this.members];
    return {
      workers: members.length,
      ready: members.filter((member) => member.ready).length,
      running: members.filter((member) => member.current).length,
      waiting: this.queue.length,
      replaced: this.replaced,
    };
  }

  /**
   * @param job sent to a worker by structured clone; buffers in `transfer` are moved, not copied, and are gone here
   * @param signal drops the job if it still waits
   * @throws QueueFullError, DeadlineError, CancelledError, WorkerFailedError
   */
  run(job: Job, transfer: readonly ArrayBuffer[] = [], signal?: AbortSignal): Promise<Result> {
    if (this.closed || signal?.aborted)
      return Promise.reject(new CancelledError(this.closed ? 'the pool is closed' : 'the caller gave up'));
    const free = [...this.members].some(isFree);
    if (!free && this.queue.length >= this.options.queueLimit)
      return Promise.reject(new QueueFullError(this.estimateWaitSeconds()));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.expire(ticket), this.options.deadlineMs);
      const onAbort = (): void => {
        // A running job is let finish: its result is thrown away, its worker is worth more than the rest of the run.
        if (this.unqueue(ticket)) this.fail(ticket, new CancelledError('the caller gave up'));
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      const settle = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
      };
      const ticket: Ticket<Job, Result> = { job, transfer, resolve, reject, settle };
      this.queue.push(ticket);
      this.dispatch();
    });
  }

  /** Lets running jobs finish, refuses waiting ones, lets the threads end. Those that were given up are left behind. */
  async close(): Promise<void> {
    this.closed = true;
    for (const ticket of this.queue.splice(0)) this.fail(ticket, new CancelledError('the server is stopping'));
    await Promise.all(
      [...this.members].map(async (member) => {
        while (member.current && this.members.has(member)) await new Promise((resolve) => setTimeout(resolve, 10));
        if (this.members.has(member)) await member.thread.stop(stopMs);
      }),
    );
  }

  private get patienceMs(): number {
    return this.options.patienceMs ?? this.options.deadlineMs + 5000;
  }

  private estimateWaitSeconds(): number {
    return Math.max(1, Math.ceil(((this.queue.length + 1) * this.meanRunMs) / Math.max(1, this.members.size) / 1000));
  }

  private fail(ticket: Ticket<Job, Result>, error: Error): void {
    ticket.settle();
    ticket.reject(error);
  }

  private unqueue(ticket: Ticket<Job, Result>): boolean {
    const at = this.queue.indexOf(ticket);
    if (at >= 0) this.queue.splice(at, 1);
    return at >= 0;
  }

  /** At a job's deadline. */
  private expire(ticket: Ticket<Job, Result>): void {
    const { deadlineMs } = this.options;
    this.unqueue(ticket);
    const member = [...this.members].find((one) => one.current === ticket);
    const ranMs = member ? performance.now() - member.startedAt : 0;
    this.fail(ticket, new DeadlineError(ranMs > deadlineMs / 2, deadlineMs));
    if (member) member.overdue = setTimeout(() => this.giveUp(member), this.patienceMs);
  }

  /** Replaces a worker that hangs, unless as many as there should be hang already: the memory for more may not be there. */
  private giveUp(member: Member<Job, Result>): void {
    const reason = `it is still at a job that should have been done ${Math.round(this.patienceMs)} ms ago`;
    member.thread.abandon();
    this.members.delete(member);
    this.lost.add(member);
    this.options.onWorkerLost?.(reason);
    if (this.lost.size <= this.options.size) this.rehire();
  }

  private dispatch(): void {
    for (const member of this.members) {
      if (this.queue.length === 0) return;
      if (!isFree(member)) continue;
      const ticket = this.queue.shift()!;
      member.current = ticket;
      member.startedAt = performance.now();
      this.send(member, ticket);
    }
  }

  private send(member: Member<Job, Result>, ticket: Ticket<Job, Result>): void {
    try {
      member.thread.send(ticket.job, ticket.transfer);
    } catch (error) {
      member.current = undefined;
      this.fail(
        ticket,
        new WorkerFailedError(`the job cannot be sent: ${error instanceof Error ? error.message : String(error)}`),
      );
    }
  }

  /** Starts one worker; resolves when it is ready. @throws at once, when there is no thread to be had */
  private hire(): Promise<void> {
    const thread = new WorkerThread<Job, Result>(this.options.script, this.options.workerData, {
      onReady: () => {
        member.ready = true;
        this.dispatch();
      },
      onAnswer: (answer) => {
        this.finish(member, answer);
        this.dispatch();
      },
      onEnd: (reason) => this.lose(member, reason),
    });
    const member: Member<Job, Result> = { thread, ready: false, current: undefined, startedAt: 0, overdue: undefined };
    this.members.add(member);
    return thread.started;
  }

  private finish(member: Member<Job, Result>, answer: WorkerAnswer<Result>): void {
    const ticket = member.current;
    member.current = undefined;
    clearTimeout(member.overdue);
    if (!ticket) return;
    this.meanRunMs += (performance.now() - member.startedAt - this.meanRunMs) / 16;
    ticket.settle();
    if (answer.type === 'done') ticket.resolve(answer.result);
    else ticket.reject(new WorkerFailedError(answer.message));
  }

  private lose(member: Member<Job, Result>, reason: string): void {
    clearTimeout(member.overdue);
    if (member.current) this.fail(member.current, new WorkerFailedError(`the worker died: ${reason}`));
    member.current = undefined;
    if (this.lost.delete(member)) {
      // One that had been given up has come to its end after all: now there is room for the one that could not be replaced.
      if (this.members.size < this.options.size) this.rehire();
      return;
    }
    this.members.delete(member);
    if (this.closed) return;
    this.options.onWorkerLost?.(reason);
    if (member.ready) this.rehire();
    else setTimeout(() => this.rehire(), restartDelayMs).unref();
  }

  private rehire(): void {
    if (this.closed) return;
    this.replaced++;
    try {
      // One that fails to start ends, and so there is another attempt.
      this.hire().catch(() => undefined);
    } catch {
      // The system has no thread to give.
      setTimeout(() => this.rehire(), restartDelayMs).unref();
    }
  }
}
