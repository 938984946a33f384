import { type MessagePort, Worker } from 'node:worker_threads';
import { UnavailableError, type UnavailableReason } from '../base/unavailable-error.js';
import { WorkerFailedError } from '../base/worker-failed-error.js';

/** A message to a thread: a request, or the order to end once it has answered its requests. */
export type ThreadOrder<Request> = { readonly id: number; readonly request: Request } | 'stop';

/** A message from a thread. `ready` is sent once, when the thread has loaded everything, and `progress` (0..1) before that. */
export type ThreadMessage<Result> =
  | { readonly type: 'progress'; readonly part: number }
  | { readonly type: 'ready' }
  | { readonly type: 'done'; readonly id: number; readonly result: Result }
  | ({ readonly type: 'failed'; readonly id: number } & Thrown);

/** What a thread reports about a value that was thrown in it. */
export interface Thrown {
  readonly name: string;
  readonly message: string;
  /** of an UnavailableError */
  readonly unavailable?: UnavailableReason;
}

export const describeThrown = (error: unknown): Thrown => {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { name, message } = error;
  // An error of a thread's start arrives as a copy without its class.
  const { reason } = error as { reason?: UnavailableReason };
  return name === 'UnavailableError' && reason !== undefined ? { name, message, unavailable: reason } : { name, message };
};

/** The error for a request that a thread answered with an error. Its class does not cross threads, except for this one. */
const revive = ({ name, message, unavailable }: Thrown, told = message): Error =>
  unavailable === undefined ? new WorkerFailedError(told, name) : new UnavailableError(unavailable, told);

export interface WorkerThreadOptions {
  /** for logs and debuggers, for example `analysis` */
  readonly name: string;
  /** the worker's entry, which calls serveThread */
  readonly script: URL;
  readonly workerData: unknown;
  /** ports in `workerData`, which move to the thread */
  readonly ports?: readonly MessagePort[];
  /** megabytes for new objects (default: Node's, which grows to 48). Little is collected more often, stays in the caches and costs less memory */
  readonly youngMb?: number;
  /** called while the thread loads, with the part that has been loaded, 0..1 */
  readonly onProgress?: (part: number) => void;
  /** called when the thread has ended, on request or by an error, before its unanswered requests are rejected */
  readonly onEnd?: (reason: string) => void;
}

interface Waiting<Result> {
  resolve(result: Result): void;
  reject(error: Error): void;
}

/**
 * A worker thread that answers requests (see serveThread). It keeps the process alive only while it loads or has requests.
 *
 * It is never terminated. A thread may be inside a native library (onnxruntime, libsql) at any time, and terminating it there
 * throws a C++ exception that cannot be caught: the whole process aborts. See docs/decisions/0002.
 */
export class WorkerThread<Request, Result> {
  /** resolves when the thread is ready; rejects with WorkerFailedError if it ends before */
  readonly started: Promise<void>;
  readonly #name: string;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting<Result>>();
  readonly #ended: Promise<void>;
  #nextId = 1;
  #hasStarted = false;
  #hasEnded = false;

  /** @throws synchronously if the OS cannot create a thread */
  constructor({ name, script, workerData, ports = [], youngMb, onProgress, onEnd }: WorkerThreadOptions) {
    this.#name = name;
    // Without the process's options: modules preloaded by --import would be loaded in each thread as well.
    this.#worker = new Worker(script, {
      ...{ name, workerData, transferList: [...ports], execArgv: [] },
      ...(youngMb && { resourceLimits: { maxYoungGenerationSizeMb: youngMb } }),
    });
    let thrown: Thrown | undefined;
    this.#worker.on('error', (error) => {
      thrown = describeThrown(error);
    });
    const failure = (prefix = '') => {
      const told = prefix + (thrown?.message ?? 'it ended');
      return thrown ? revive(thrown, told) : new WorkerFailedError(told);
    };
    this.started = new Promise((resolve, reject) => {
      this.#worker.on('message', (message: ThreadMessage<Result>) => {
        if (message.type === 'progress') return onProgress?.(message.part);
        if (message.type !== 'ready') return this.#finish(message);
        this.#hasStarted = true;
        this.#holdProcess();
        resolve();
      });
      this.#worker.once('exit', () => reject(failure()));
    });
    // Callers that do not await `started` learn of a failure from onEnd and from their requests.
    this.started.catch(() => {});
    this.#ended = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        this.#hasEnded = true;
        onEnd?.(thrown?.message ?? 'it ended');
        for (const { reject } of this.#waiting.values()) reject(failure(`the ${name} thread died: `));
        this.#waiting.clear();
        resolve();
      });
    });
  }

  /** Whether the thread has been ready. */
  get hasStarted(): boolean {
    return this.#hasStarted;
  }

  /**
   * Sends a request at once, even while the thread loads. Callers must limit the number of requests (see WorkQueue).
   * @param request sent by structured clone
   * @param transfer buffers and ports that are transferred instead of copied; the caller can no longer use them
   * @throws WorkerFailedError
   */
  ask(request: Request, transfer: readonly (ArrayBuffer | MessagePort)[] = []): Promise<Result> {
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

  /** Asks the thread to end, without waiting for it. The process may end before the thread does. */
  abandon(): void {
    this.#worker.postMessage('stop' satisfies ThreadOrder<Request>);
    this.#worker.unref();
  }

  /**
   * Asks the thread to end. Resolves when it has ended, or after `patienceMs`; then the process may end before the thread does.
   * Call it when all requests have been answered.
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

  #post(order: ThreadOrder<Request>, transfer: readonly (ArrayBuffer | MessagePort)[]): void {
    try {
      this.#worker.postMessage(order, [...transfer]);
    } catch {
      // Memory owned by a native library cannot be transferred (Node 24 refuses it), so it is copied.
      this.#worker.postMessage(order);
    }
  }

  #finish(answer: Extract<ThreadMessage<Result>, { id: number }>): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    this.#holdProcess();
    if (answer.type === 'done') waiting?.resolve(answer.result);
    else waiting?.reject(revive(answer));
  }

  #holdProcess(): void {
    if (this.#hasStarted && this.#waiting.size === 0) this.#worker.unref();
    else this.#worker.ref();
  }
}
