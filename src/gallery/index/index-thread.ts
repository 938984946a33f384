import { BusyError } from '../../base/busy-error.js';
import { WorkerThread } from '../../threads/worker-thread.js';
import type { IndexRequest, IndexShard } from './index-messages.js';

export interface IndexThreadOptions {
  readonly script: URL;
  readonly workerData: IndexShard;
  /** called when the thread has died, before the next one starts */
  readonly onLost: (reason: string) => void;
}

/** How far the templates are loaded. */
export interface Loading {
  /** 0..1 */
  readonly part: number;
  /** estimate of the seconds until they are loaded, at least 1: from the part loaded so far, or else from the duration of the last load */
  readonly remainingSeconds: number;
  /** whether enough is loaded to rely on the estimate */
  readonly isKnown: boolean;
}

/** The error of what needs templates that are being loaded. */
export const loadingError = ({ part, remainingSeconds }: Loading): BusyError =>
  new BusyError('loading', remainingSeconds, `the templates are being loaded: ${Math.floor(part * 100)} %`);

/** Milliseconds of loading after which its pace is known: the first templates take longer, until their code is compiled. */
const KNOWN_AFTER_MS = 1000;
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
  /** when the thread first reported a part: its own start is not in proportion to what it loads */
  #progressSince: number | undefined;
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

  /** How far the thread is. */
  get loading(): Loading {
    if (this.isReady) return { part: 1, remainingSeconds: 1, isKnown: true };
    const part = this.#loadedPart;
    const now = performance.now();
    const loadedMs = now - (this.#progressSince ?? now);
    const remainingMs = part > 0 ? (loadedMs * (1 - part)) / part : (this.#lastLoadMs ?? now - this.#loadingSince);
    return {
      part,
      remainingSeconds: Math.max(1, Math.ceil(remainingMs / 1000)),
      isKnown: part > 0 && loadedMs >= KNOWN_AFTER_MS,
    };
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
    return this.#isClosed ? new BusyError('closed', 1) : loadingError(this.loading);
  }

  async #start(isFirst: boolean): Promise<void> {
    this.#beginLoading();
    const thread: WorkerThread<IndexRequest, unknown> = new WorkerThread<IndexRequest, unknown>({
      name: 'templates',
      script: this.#options.script,
      workerData: this.#options.workerData,
      onProgress: (part) => {
        this.#progressSince ??= performance.now();
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
    this.#progressSince = undefined;
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
