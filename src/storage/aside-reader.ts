import { Worker } from 'node:worker_threads';
import { StoreError } from './store-error.js';

/** A statement for the thread aside. */
export interface AsideQuestion {
  readonly ticket: number;
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** What comes back of it. */
export type AsideAnswer = { readonly ticket: number } & ({ readonly rows: unknown[] } | { readonly error: string });

/** Too many long reads wait already: try again later. */
export class AsideBusyError extends Error {
  override name = 'AsideBusyError';
}

/** Questions that may wait; the one thread answers them in turn. */
const MAX_WAITING = 32;

interface Waiting {
  resolve(rows: unknown[]): void;
  reject(error: Error): void;
}

/**
 * Long reads in a thread of their own, on a connection of their own: libsql is synchronous, and nothing else would run meanwhile.
 * The thread starts with the first question, sees whatever is committed, and does not keep the process alive while it idles.
 */
export class AsideReader {
  readonly #workerData: { readonly file: string; readonly busyTimeoutMs: number };
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #tickets = 0;
  #closed = false;

  constructor(workerData: { file: string; busyTimeoutMs: number }) {
    this.#workerData = workerData;
  }

  /** @throws AsideBusyError; StoreError when the thread died; the database's own error */
  read(sql: string, parameters: readonly unknown[]): Promise<unknown[]> {
    if (this.#closed) return Promise.reject(new StoreError('the database is closed'));
    if (this.#waiting.size >= MAX_WAITING) return Promise.reject(new AsideBusyError('too many long reads at once'));
    this.#worker ??= this.#start();
    const worker = this.#worker;
    const ticket = ++this.#tickets;
    return new Promise((resolve, reject) => {
      this.#waiting.set(ticket, { resolve, reject });
      worker.ref();
      worker.postMessage({ ticket, sql, parameters } satisfies AsideQuestion);
    });
  }

  /** Ends the thread; what still waits is rejected. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(new URL('./aside-worker.js', import.meta.url), { workerData: this.#workerData, execArgv: [] });
    let reason = 'it ended';
    worker.unref();
    worker.on('message', (answer: AsideAnswer) => {
      const waiting = this.#waiting.get(answer.ticket);
      this.#waiting.delete(answer.ticket);
      if (this.#waiting.size === 0) worker.unref();
      if ('rows' in answer) waiting?.resolve(answer.rows);
      else waiting?.reject(new Error(answer.error));
    });
    worker.on('error', (error) => {
      reason = error instanceof Error ? error.message : String(error);
    });
    worker.on('exit', () => {
      this.#worker = undefined;
      const lost = [...this.#waiting.values()];
      this.#waiting.clear();
      for (const { reject } of lost) reject(new StoreError(`the reader of the database died: ${reason}`));
    });
    return worker;
  }
}
