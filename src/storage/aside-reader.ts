import { WorkQueue } from '../threads/work-queue.js';
import { WorkerThread } from '../threads/worker-thread.js';

/** What the thread is started with. */
export interface AsideWorkerData {
  readonly file: string;
  /** milliseconds a statement waits for another process's write */
  readonly busyTimeoutMs: number;
}

/** A statement for the thread. */
export interface AsideQuestion {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** Long reads at once, those that wait included. */
export const MAX_ASIDE = 32;

/** Milliseconds that the thread may take to end once it has answered. */
const STOP_MS = 15_000;

/**
 * Runs long reads in a separate thread with its own connection: libsql is synchronous and would block the event loop.
 * The thread starts with the first read and sees all committed data. If it died, the next read restarts it.
 */
export class AsideReader {
  readonly #workerData: AsideWorkerData;
  readonly #queue = new WorkQueue({ slots: ['thread'], limit: MAX_ASIDE - 1 });
  #thread: WorkerThread<AsideQuestion, unknown[]> | undefined;

  constructor(workerData: AsideWorkerData) {
    this.#workerData = workerData;
  }

  /** @throws BusyError; UnavailableError; WorkerFailedError with the database's message, or when the thread died */
  read(sql: string, parameters: readonly unknown[], owner = ''): Promise<unknown[]> {
    return this.#queue.run(
      async () => {
        this.#thread ??= this.#start();
        return this.#thread.ask({ sql, parameters });
      },
      { owner },
    );
  }

  /** Ends the thread. What waits is rejected, what is being answered is answered first. */
  async close(): Promise<void> {
    await this.#queue.close();
    await this.#thread?.stop(STOP_MS);
  }

  /** Ends the thread once it has answered; the next read starts another one, which opens the file that is there then. */
  async restart(): Promise<void> {
    const thread = this.#thread;
    this.#thread = undefined;
    await thread?.stop(STOP_MS);
  }

  #start(): WorkerThread<AsideQuestion, unknown[]> {
    const thread: WorkerThread<AsideQuestion, unknown[]> = new WorkerThread<AsideQuestion, unknown[]>({
      name: 'database',
      script: new URL('./aside-worker.js', import.meta.url),
      workerData: this.#workerData,
      onEnd: () => {
        if (this.#thread === thread) this.#thread = undefined;
      },
    });
    return thread;
  }
}
