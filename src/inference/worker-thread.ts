import { Worker } from 'node:worker_threads';
import { WorkerFailedError } from './pool-errors.js';

/** What a worker thread is sent: a job, or to end once it is done with the one that it has. */
export type WorkerOrder<Job> = { readonly job: Job } | 'stop';

/** What a worker thread posts. The first message is `ready` (models loaded and warm) or an uncaught error. */
export type WorkerMessage<Result> = { readonly type: 'ready' } | WorkerAnswer<Result>;

/** How a job came out. */
export type WorkerAnswer<Result> =
  | { readonly type: 'done'; readonly result: Result }
  | { readonly type: 'failed'; readonly message: string };

/** Who wants to know of a thread. */
export interface ThreadListener<Result> {
  onReady(): void;
  onAnswer(answer: WorkerAnswer<Result>): void;
  /** it has ended, of itself or by a fault */
  onEnd(reason: string): void;
}

/**
 * A thread that serves jobs (see serveJobs). It is never ended from outside while it may be inside a native library: onnxruntime's binding
 * answers that with an exception that nobody can catch, and the whole process aborts.
 */
export class WorkerThread<Job, Result> {
  /** settles when it is ready; WorkerFailedError when it ended before */
  readonly started: Promise<void>;
  private readonly worker: Worker;
  private readonly ended: Promise<void>;

  constructor(script: URL, workerData: unknown, listener: ThreadListener<Result>) {
    this.worker = new Worker(script, { workerData });
    let reason = 'it ended';
    this.worker.on('error', (error) => {
      reason = error instanceof Error ? error.message : String(error);
    });
    this.started = new Promise((resolve, reject) => {
      this.worker.on('message', (message: WorkerMessage<Result>) => {
        if (message.type !== 'ready') return listener.onAnswer(message);
        listener.onReady();
        resolve();
      });
      this.worker.once('exit', () => reject(new WorkerFailedError(reason)));
    });
    this.ended = new Promise((resolve) => {
      this.worker.once('exit', () => {
        resolve();
        listener.onEnd(reason);
      });
    });
  }

  /** @param transfer buffers that are moved @throws when the job is nothing that can be cloned */
  send(job: Job, transfer: readonly ArrayBuffer[]): void {
    try {
      this.worker.postMessage({ job } satisfies WorkerOrder<Job>, transfer as ArrayBuffer[]);
    } catch {
      // Memory that belongs to a native library cannot be moved (Node 24 refuses it): then it is copied.
      this.worker.postMessage({ job } satisfies WorkerOrder<Job>);
    }
  }

  /** Tells it to end once it is done. It does not keep the process alive any more. */
  abandon(): void {
    this.worker.postMessage('stop' satisfies WorkerOrder<Job>);
    this.worker.unref();
  }

  /** Lets it end, for so many milliseconds; by force when that was not enough. To be called while it has no job. */
  async stop(patienceMs: number): Promise<void> {
    this.worker.postMessage('stop' satisfies WorkerOrder<Job>);
    const timer = setTimeout(() => void this.worker.terminate(), patienceMs);
    await this.ended;
    clearTimeout(timer);
  }
}
