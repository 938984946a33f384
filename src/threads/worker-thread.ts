import { Worker } from 'node:worker_threads';
import { WorkerFailedError } from '../base/worker-failed-error.js';

/** What a thread is sent: a request, or to end once it has answered what it was asked. */
export type ThreadOrder<Request> = { readonly id: number; readonly request: Request } | 'stop';

/** What a thread posts. `ready` comes once, when it has loaded everything; before it, `progress` says how much (0..1). */
export type ThreadMessage<Result> =
  | { readonly type: 'progress'; readonly part: number }
  | { readonly type: 'ready' }
  | { readonly type: 'done'; readonly id: number; readonly result: Result }
  | { readonly type: 'failed'; readonly id: number; readonly name: string; readonly message: string };

/** What can be told of a thrown value in another thread. */
export const describeThrown = (error: unknown): { readonly name: string; readonly message: string } =>
  error instanceof Error ? { name: error.name, message: error.message } : { name: 'Error', message: String(error) };

export interface WorkerThreadOptions {
  /** for logs and debuggers, for example `analysis` */
  readonly name: string;
  /** the worker's entry, which calls serveThread */
  readonly script: URL;
  readonly workerData: unknown;
  /** called while it loads, with the part that is loaded, 0..1 */
  readonly onProgress?: (part: number) => void;
  /** called when the thread has ended, of itself or by a fault, and before the requests that it leaves unanswered are rejected */
  readonly onEnd?: (reason: string) => void;
}

interface Waiting<Result> {
  resolve(result: Result): void;
  reject(error: Error): void;
}

/**
 * A worker thread that answers requests (see serveThread). It keeps the process alive only while it loads or has requests.
 *
 * It is never ended from outside. A thread may be inside a native library (onnxruntime, libsql) at any time, and these answer to that with
 * an exception that nobody can catch: the whole process aborts. See docs/decisions/0002.
 */
export class WorkerThread<Request, Result> {
  /** settles when the thread is ready; rejects with WorkerFailedError when it ended before */
  readonly started: Promise<void>;
  readonly #name: string;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting<Result>>();
  readonly #ended: Promise<void>;
  #nextId = 1;
  #hasStarted = false;
  #hasEnded = false;

  /** @throws when the system has no thread left */
  constructor({ name, script, workerData, onProgress, onEnd }: WorkerThreadOptions) {
    this.#name = name;
    // Without the process's own options: what is preloaded into it (--import) would be loaded into each thread.
    this.#worker = new Worker(script, { name, workerData, execArgv: [] });
    let reason = 'it ended';
    let thrown: string | undefined;
    this.#worker.on('error', (error) => {
      ({ name: thrown, message: reason } = describeThrown(error));
    });
    this.started = new Promise((resolve, reject) => {
      this.#worker.on('message', (message: ThreadMessage<Result>) => {
        if (message.type === 'progress') return onProgress?.(message.part);
        if (message.type !== 'ready') return this.#finish(message);
        this.#hasStarted = true;
        this.#holdProcess();
        resolve();
      });
      this.#worker.once('exit', () => reject(new WorkerFailedError(reason, thrown)));
    });
    // Whoever does not wait for the start hears of a failure by onEnd and by the requests.
    this.started.catch(() => {});
    this.#ended = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        this.#hasEnded = true;
        onEnd?.(reason);
        for (const { reject } of this.#waiting.values())
          reject(new WorkerFailedError(`the ${name} thread died: ${reason}`, thrown));
        this.#waiting.clear();
        resolve();
      });
    });
  }

  /** Whether the thread was ever ready. */
  get hasStarted(): boolean {
    return this.#hasStarted;
  }

  /**
   * Sends a request at once, also while the thread loads. How many may be sent is for the caller to bound (see WorkQueue).
   * @param request goes by structured clone
   * @param transfer buffers that are moved, not copied, and are gone here
   * @throws WorkerFailedError
   */
  ask(request: Request, transfer: readonly ArrayBuffer[] = []): Promise<Result> {
    if (this.#hasEnded) return Promise.reject(new WorkerFailedError(`the ${this.#name} thread has ended`));
    const id = this.#nextId++;
    try {
      this.#post({ id, request }, transfer);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return Promise.reject(new WorkerFailedError(`the request cannot be sent to the ${this.#name} thread: ${message}`));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#holdProcess();
    });
  }

  /** Tells the thread to end when it can, and lets the process end without it. */
  abandon(): void {
    this.#worker.postMessage('stop' satisfies ThreadOrder<Request>);
    this.#worker.unref();
  }

  /**
   * Tells the thread to end, and resolves when it has, or when `patienceMs` have passed: then it is left behind, and the process may end
   * without it. To be called when its requests are answered.
   */
  async stop(patienceMs: number): Promise<void> {
    this.#worker.postMessage('stop' satisfies ThreadOrder<Request>);
    this.#worker.ref();
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, patienceMs);
    });
    await Promise.race([this.#ended, patience]);
    clearTimeout(timer);
    this.#worker.unref();
  }

  #post(order: ThreadOrder<Request>, transfer: readonly ArrayBuffer[]): void {
    try {
      this.#worker.postMessage(order, transfer as ArrayBuffer[]);
    } catch {
      // Memory that belongs to a native library cannot be moved (Node 24 refuses it): then it is copied.
      this.#worker.postMessage(order);
    }
  }

  #finish(answer: Extract<ThreadMessage<Result>, { id: number }>): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    this.#holdProcess();
    if (answer.type === 'done') waiting?.resolve(answer.result);
    else waiting?.reject(new WorkerFailedError(answer.message, answer.name));
  }

  #holdProcess(): void {
    if (this.#hasStarted && this.#waiting.size === 0) this.#worker.unref();
    else this.#worker.ref();
  }
}
