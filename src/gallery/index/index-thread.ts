import { BusyError } from '../../base/busy-error.js';
import { WorkerThread } from '../../threads/worker-thread.js';
import type { IndexRequest, IndexShard } from './index-messages.js';

export interface IndexThreadOptions {
  readonly script: URL;
  readonly workerData: IndexShard;
  /** called when the thread has died, before the next one starts */
  readonly onLost: (reason: string) => void;
}

/** Milliseconds until a thread that died while loading is restarted. */
const restartDelayMs = 1000;
/** Milliseconds that a thread may take to end. */
const stopMs = 15_000;

/** The thread of one shard. If it dies, another one is started, which loads the templates before it answers. */
export class IndexThread {
  /** resolves when the first thread is ready; rejects with WorkerFailedError if it cannot start, which is not retried */
  readonly started: Promise<void>;
  readonly #options: IndexThreadOptions;
  #thread: WorkerThread<IndexRequest, unknown> | undefined;
  #loadingSince = 0;
  /** 0..1 */
  #loadedPart = 0;
  #lastLoadMs: number | undefined;
  #restart: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: IndexThreadOptions) {
    this.#options = options;
    this.started = this.#start(true);
  }

  get isReady(): boolean {
    return this.#thread?.hasStarted ?? false;
  }

  /**
   * Estimated seconds, at least 1, until the thread is ready: from the part loaded so far, or else from the duration of the last
   * load.
   */
  get remainingSeconds(): number {
    if (this.isReady) return 1;
    const elapsedMs = performance.now() - this.#loadingSince;
    const part = this.#loadedPart;
    const remainingMs = part > 0 ? (elapsedMs * (1 - part)) / part : (this.#lastLoadMs ?? elapsedMs);
    return Math.max(1, Math.ceil(remainingMs / 1000));
  }

  /**
   * @throws BusyError while the thread is not ready, or if it dies before it answers; WorkerFailedError with the message of the
   *   worker's error
   */
  async ask<T>(request: IndexRequest, transfer: readonly ArrayBuffer[] = []): Promise<T> {
    const thread = this.#thread;
    if (!thread?.hasStarted) throw this.#busyError();
    try {
      return (await thread.ask(request, transfer)) as T;
    } catch (error) {
      throw this.#thread === thread ? error : this.#busyError();
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#restart);
    await this.#thread?.stop(stopMs);
  }

  #busyError(): BusyError {
    return new BusyError(this.#isClosed ? 'closed' : 'loading', this.remainingSeconds);
  }

  async #start(isFirst: boolean): Promise<void> {
    this.#beginLoading();
    const thread: WorkerThread<IndexRequest, unknown> = new WorkerThread<IndexRequest, unknown>({
      name: 'templates',
      script: this.#options.script,
      workerData: this.#options.workerData,
      onProgress: (part) => {
        this.#loadedPart = part;
      },
      onEnd: (reason) => this.#lose(thread, reason, isFirst),
    });
    this.#thread = thread;
    await thread.started;
    this.#lastLoadMs = performance.now() - this.#loadingSince;
  }

  #beginLoading(): void {
    this.#loadingSince = performance.now();
    this.#loadedPart = 0;
  }

  #lose(thread: WorkerThread<IndexRequest, unknown>, reason: string, isFirst: boolean): void {
    this.#thread = undefined;
    this.#beginLoading();
    // A first thread that cannot start is reported by `started`.
    if (this.#isClosed || (isFirst && !thread.hasStarted)) return;
    this.#options.onLost(reason);
    this.#restartIn(thread.hasStarted ? 0 : restartDelayMs);
  }

  #restartIn(ms: number): void {
    if (this.#isClosed) return;
    this.#restart = setTimeout(() => {
      this.#start(false).catch(() => {
        // A thread that ended has scheduled its successor. If the OS had no thread left, that must be done here.
        if (!this.#thread) this.#restartIn(restartDelayMs);
      });
    }, ms);
    this.#restart.unref();
  }
}
