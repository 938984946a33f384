import { Worker } from 'node:worker_threads';
import { CancelledError, DeadlineError, QueueFullError, WorkerFailedError } from './pool-errors.js';

/** What a worker thread posts. The first message is `ready` (models loaded and warm) or an uncaught error. */
export type WorkerMessage<Result> =
  | { readonly type: 'ready' }
  | { readonly type: 'done'; readonly result: Result }
  | { readonly type: 'failed'; readonly message: string };

export interface PoolOptions {
  /** the worker's entry: it posts WorkerMessages and answers each message it gets, one at a time */
  readonly script: URL;
  readonly workerData: unknown;
  /** threads; each loads its own models */
  readonly size: number;
  /** jobs that may wait */
  readonly queueLimit: number;
  /** milliseconds a job may wait and run together */
  readonly deadlineMs: number;
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
  readonly worker: Worker;
  ready: boolean;
  /** being killed: gets no more jobs */
  retired: boolean;
  current: Ticket<Job, Result> | undefined;
  startedAt: number;
}

/** Counters for health and metrics. */
export interface PoolState {
  readonly workers: number;
  readonly ready: number;
  readonly running: number;
  readonly waiting: number;
  readonly replaced: number;
}

const isFree = (member: { readonly ready: boolean; readonly retired: boolean; readonly current: unknown }): boolean =>
  member.ready && !member.retired && !member.current;

/** A pause between attempts to start a worker that dies at once, so that a broken model does not make a spinning fork loop. */
const restartDelayMs = 1000;

/**
 * Worker threads behind a bounded queue with deadlines: first come, first served, one job a worker.
 * A job past its deadline is dropped while it waits; while it runs, its worker is killed and replaced. A worker that dies is replaced,
 * and its job fails (it is not run again: it may be what killed the worker).
 */
export class WorkerPool<Job, Result> {
  private readonly members = new Set<Member<Job, Result>>();
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
      await Promise.all(Array.from({ length: options.size }, () => pool.hire()));
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
      const drop = (error: Error): void => this.drop(ticket, error);
      const timer = setTimeout(
        () => drop(new DeadlineError(!this.queue.includes(ticket), this.options.deadlineMs)),
        this.options.deadlineMs,
      );
      const onAbort = (): void => {
        // A running job is let finish: its result is thrown away, its worker is worth more than the rest of the run.
        if (this.queue.includes(ticket)) drop(new CancelledError('the caller gave up'));
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

  /** Lets running jobs finish, refuses waiting ones, ends the threads. */
  async close(): Promise<void> {
    this.closed = true;
    for (const ticket of this.queue.splice(0)) this.fail(ticket, new CancelledError('the server is stopping'));
    await Promise.all(
      [...this.members].map(async (member) => {
        while (member.current) await new Promise((resolve) => setTimeout(resolve, 10));
        await member.worker.terminate();
      }),
    );
    this.members.clear();
  }

  private estimateWaitSeconds(): number {
    return Math.max(1, Math.ceil(((this.queue.length + 1) * this.meanRunMs) / Math.max(1, this.members.size) / 1000));
  }

  private fail(ticket: Ticket<Job, Result>, error: Error): void {
    ticket.settle();
    ticket.reject(error);
  }

  private drop(ticket: Ticket<Job, Result>, error: Error): void {
    const at = this.queue.indexOf(ticket);
    if (at >= 0) this.queue.splice(at, 1);
    const member = [...this.members].find((one) => one.current === ticket);
    this.fail(ticket, error);
    // `exit` does the rest: the member is taken off and replaced.
    if (!member) return;
    member.retired = true;
    void member.worker.terminate();
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
      try {
        member.worker.postMessage(ticket.job, ticket.transfer as ArrayBuffer[]);
      } catch {
        // Memory that belongs to a native library cannot be moved (Node 24 refuses it): then it is copied.
        member.worker.postMessage(ticket.job);
      }
    } catch (error) {
      member.current = undefined;
      this.fail(
        ticket,
        new WorkerFailedError(`the job cannot be sent: ${error instanceof Error ? error.message : String(error)}`),
      );
    }
  }

  /** Starts one worker; resolves when it is ready. */
  private hire(): Promise<void> {
    const worker = new Worker(this.options.script, { workerData: this.options.workerData });
    const member: Member<Job, Result> = { worker, ready: false, retired: false, current: undefined, startedAt: 0 };
    this.members.add(member);
    return new Promise((resolve, reject) => {
      let reason = 'it ended';
      worker.on('message', (message: WorkerMessage<Result>) => {
        if (message.type === 'ready') {
          member.ready = true;
          resolve();
        } else {
          this.finish(member, message);
        }
        this.dispatch();
      });
      worker.on('error', (error) => {
        reason = error instanceof Error ? error.message : String(error);
        reject(error);
      });
      worker.on('exit', () => {
        reject(new WorkerFailedError(reason));
        this.lose(member, reason);
      });
    });
  }

  private finish(member: Member<Job, Result>, message: Exclude<WorkerMessage<Result>, { type: 'ready' }>): void {
    const ticket = member.current;
    member.current = undefined;
    if (!ticket) return;
    this.meanRunMs += (performance.now() - member.startedAt - this.meanRunMs) / 16;
    ticket.settle();
    if (message.type === 'done') ticket.resolve(message.result);
    else ticket.reject(new WorkerFailedError(message.message));
  }

  private lose(member: Member<Job, Result>, reason: string): void {
    this.members.delete(member);
    if (member.current) this.fail(member.current, new WorkerFailedError(`the worker died: ${reason}`));
    member.current = undefined;
    if (this.closed) return;
    this.options.onWorkerLost?.(reason);
    const rehire = (): void => {
      if (this.closed) return;
      this.replaced++;
      // A failure to start ends in `exit` again, and so in another attempt.
      this.hire().catch(() => undefined);
    };
    if (member.ready) rehire();
    else setTimeout(rehire, restartDelayMs).unref();
  }
}
