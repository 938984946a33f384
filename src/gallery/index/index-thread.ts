import { Worker } from 'node:worker_threads';
import {
  IndexCancelledError,
  IndexDeadlineError,
  IndexFailedError,
  IndexFullError,
  IndexLostError,
  IndexNotReadyError,
  InvalidTemplateError,
} from './index-errors.js';
import type { IndexAnswer, IndexRequest, IndexShard, NumberedRequest } from './index-messages.js';

export interface IndexThreadOptions {
  readonly script: URL;
  readonly workerData: IndexShard;
  /** told when the thread has died; before the next one starts */
  readonly onLost: (reason: string) => void;
  /** runs when a replacement is up; searches wait for its promise. A rejection ends that thread, and another one is tried */
  readonly onReplaced: () => Promise<void> | void;
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** A pause before a thread that died in starting is tried again. */
const restartDelayMs = 1000;

/** One index thread and its replacements. Requests are sent at once and answered in order; how many, the caller bounds. */
export class IndexThread {
  private worker: Worker | undefined;
  private readonly waiting = new Map<number, Waiting>();
  private nextId = 1;
  private closed = false;
  private restart: NodeJS.Timeout | undefined;
  /** whether everything that should be in the index is there */
  complete = false;

  private constructor(private readonly options: IndexThreadOptions) {}

  /** Resolves when the worker has said that it is ready. @throws the worker's error; then nothing is left running */
  static async start(options: IndexThreadOptions): Promise<IndexThread> {
    const thread = new IndexThread(options);
    await thread.hire(false);
    return thread;
  }

  /**
   * @param transfer buffers that are moved to the thread
   * @throws IndexNotReadyError between two workers; IndexLostError, IndexDeadlineError, IndexCancelledError, and what the index throws
   */
  ask<T>(request: IndexRequest, deadlineMs: number, transfer: readonly ArrayBuffer[] = []): Promise<T> {
    const { worker } = this;
    if (this.closed) return Promise.reject(new IndexCancelledError('the index is closed'));
    if (!worker) return Promise.reject(new IndexNotReadyError('the index is starting again'));
    return new Promise((resolve, reject) => {
      const id = this.nextId++;
      const timer = setTimeout(() => {
        this.waiting.delete(id);
        reject(new IndexDeadlineError(`the index did not answer within ${deadlineMs} ms`));
      }, deadlineMs);
      this.waiting.set(id, { resolve: resolve as (result: unknown) => void, reject, timer });
      worker.postMessage({ id, request } satisfies NumberedRequest, transfer as ArrayBuffer[]);
    });
  }

  /** Ends the thread; what it has not answered is refused. */
  async close(): Promise<void> {
    this.closed = true;
    this.complete = false;
    clearTimeout(this.restart);
    this.rejectAll(new IndexCancelledError('the index is closed'));
    await this.worker?.terminate();
  }

  /** Ends this worker without notice, as a fault would: another one takes its place. For tests, and for a worker that has stopped answering. */
  async kill(): Promise<void> {
    await this.worker?.terminate();
  }

  /** Starts a worker; resolves when it is ready and, if it is a replacement, filled again. */
  private hire(isReplacement: boolean): Promise<void> {
    const worker = new Worker(this.options.script, { workerData: this.options.workerData });
    this.worker = worker;
    return new Promise((resolve, reject) => {
      let ready = false;
      let reason = 'it ended';
      worker.on('message', (answer: IndexAnswer) => {
        if (answer.type !== 'ready') {
          this.finish(answer);
          return;
        }
        ready = true;
        void this.complement(worker, isReplacement).then(resolve);
      });
      worker.on('error', (error) => {
        reason = error instanceof Error ? error.message : String(error);
      });
      worker.on('exit', () => {
        reject(new IndexLostError(`the index thread did not start: ${reason}`));
        if (this.worker === worker) this.lose(reason, ready, isReplacement);
      });
    });
  }

  private async complement(worker: Worker, isReplacement: boolean): Promise<void> {
    try {
      if (isReplacement) await this.options.onReplaced();
      if (this.worker === worker && !this.closed) this.complete = true;
    } catch {
      // Half an index would say "nobody" of people who are enrolled. `exit` does the rest.
      await worker.terminate();
    }
  }

  private finish(answer: Exclude<IndexAnswer, { type: 'ready' }>): void {
    const waiting = this.waiting.get(answer.id);
    if (!waiting) return;
    this.waiting.delete(answer.id);
    clearTimeout(waiting.timer);
    if (answer.type === 'done') waiting.resolve(answer.result);
    else waiting.reject(revive(answer.name, answer.message));
  }

  private lose(reason: string, wasReady: boolean, isReplacement: boolean): void {
    const wasComplete = this.complete;
    this.worker = undefined;
    this.complete = false;
    this.rejectAll(new IndexLostError(`the index thread died: ${reason}`));
    // The first worker's failure to start is start()'s to tell.
    if (this.closed || (!wasReady && !isReplacement)) return;
    this.options.onLost(reason);
    const again = (): void => void this.hire(true).catch(() => undefined);
    if (this.closed) return;
    this.restart = setTimeout(again, wasComplete ? 0 : restartDelayMs);
    this.restart.unref();
  }

  private rejectAll(error: Error): void {
    for (const { reject, timer } of this.waiting.values()) {
      clearTimeout(timer);
      reject(error);
    }
    this.waiting.clear();
  }
}

/** The index's own errors keep their names across threads. */
function revive(name: string, message: string): Error {
  for (const known of [InvalidTemplateError, IndexFullError, RangeError]) if (known.name === name) return new known(message);
  return new IndexFailedError(message);
}
