import { Worker } from 'node:worker_threads';
import { StoreError } from './store-error.js';

/** A statement for the thread aside. */
export interface AsideQuestion {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** What comes back of it. */
export type AsideAnswer = { readonly rows: unknown[] } | { readonly error: string };

/** Too many long reads wait already: try again later. */
export class AsideBusyError extends Error {
  override name = 'AsideBusyError';
}

/** Long reads at once, those that wait included. */
export const MAX_ASIDE = 32;

interface Waiting extends AsideQuestion {
  resolve(rows: unknown[]): void;
  reject(error: Error): void;
}

/**
 * Long reads in a thread of their own, on a connection of their own: libsql is synchronous, and nothing else would run meanwhile.
 * The thread starts with the first question, sees whatever is committed, and does not keep the process alive while it idles.
 */
export class AsideReader {
  readonly #workerData: { readonly file: string; readonly busyTimeoutMs: number };
  /** the first one is being answered, the others wait for it */
  readonly #waiting: Waiting[] = [];
  #worker: Worker | undefined;
  #closed = false;

  constructor(workerData: { file: string; busyTimeoutMs: number }) {
    this.#workerData = workerData;
  }

  /** @throws AsideBusyError; StoreError when it is closed or the thread died; the database's own error */
  read(sql: string, parameters: readonly unknown[]): Promise<unknown[]> {
    if (this.#closed) return Promise.reject(closedError());
    if (this.#waiting.length >= MAX_ASIDE) return Promise.reject(new AsideBusyError('too many long reads at once'));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ sql, parameters, resolve, reject });
      if (this.#waiting.length === 1) this.#ask();
    });
  }

  /** Ends the thread. What waits is rejected, what is being answered is answered first: to end libsql within a read aborts the process. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { reject } of this.#waiting.splice(1)) reject(closedError());
    const worker = this.#worker;
    if (!worker) return;
    worker.ref();
    const exited = new Promise((resolve) => worker.once('exit', resolve));
    worker.postMessage('close');
    await exited;
  }

  #ask(): void {
    const first = this.#waiting[0];
    if (!first) {
      this.#worker?.unref();
      return;
    }
    this.#worker ??= this.#start();
    this.#worker.ref();
    this.#worker.postMessage({ sql: first.sql, parameters: first.parameters } satisfies AsideQuestion);
  }

  #start(): Worker {
    const worker = new Worker(new URL('./aside-worker.js', import.meta.url), { workerData: this.#workerData, execArgv: [] });
    let reason = 'it ended';
    worker.on('message', (answer: AsideAnswer) => {
      const first = this.#waiting.shift();
      if ('rows' in answer) first?.resolve(answer.rows);
      else first?.reject(new Error(answer.error));
      if (!this.#closed) this.#ask();
    });
    worker.on('error', (error) => {
      reason = error instanceof Error ? error.message : String(error);
    });
    worker.on('exit', () => {
      this.#worker = undefined;
      for (const { reject } of this.#waiting.splice(0)) reject(new StoreError(`the reader of the database died: ${reason}`));
    });
    return worker;
  }
}

/** What a reader says that is closed. */
export const closedError = (): StoreError => new StoreError('the database is closed');
