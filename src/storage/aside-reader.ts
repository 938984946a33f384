import { WorkerThread } from '../threads/worker-thread.js';
import { AsideLanes, type LaneOptions, type ReadLength } from './aside-lanes.js';

/** What a thread is started with. */
export interface AsideWorkerData {
  readonly file: string;
  /** milliseconds a statement waits for another process's write */
  readonly busyTimeoutMs: number;
}

/** A statement for a thread. */
export interface AsideQuestion {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** Milliseconds that a thread may take to end once it has answered. */
const STOP_MS = 15_000;

/**
 * Runs reads in threads with their own connections: libsql is synchronous and would block the event loop. One thread takes the short reads,
 * one the long ones. A thread starts with its first read and sees all committed data. If it died, the next read restarts it.
 */
export class AsideReader {
  readonly #workerData: AsideWorkerData;
  readonly #lanes = new AsideLanes<ReadLength>(['short', 'long']);
  readonly #threads = new Map<ReadLength, WorkerThread<AsideQuestion, unknown[]>>();

  constructor(workerData: AsideWorkerData) {
    this.#workerData = workerData;
  }

  /** @throws BusyError; UnavailableError; WorkerFailedError with the database's message, or when the thread died */
  read(question: AsideQuestion, options: LaneOptions): Promise<unknown[]> {
    return this.#lanes.run(async (slot) => (this.#threads.get(slot) ?? this.#start(slot)).ask(question), options);
  }

  /** Ends the threads. What waits is rejected, what is being answered is answered first. */
  async close(): Promise<void> {
    await this.#lanes.close();
    await this.restart();
  }

  /** Ends the threads once they have answered; the next reads start others, which open the file that is there then. */
  async restart(): Promise<void> {
    const threads = [...this.#threads.values()];
    this.#threads.clear();
    await Promise.all(threads.map((thread) => thread.stop(STOP_MS)));
  }

  #start(slot: ReadLength): WorkerThread<AsideQuestion, unknown[]> {
    const thread: WorkerThread<AsideQuestion, unknown[]> = new WorkerThread<AsideQuestion, unknown[]>({
      name: 'database',
      script: new URL('./aside-worker.js', import.meta.url),
      workerData: this.#workerData,
      onEnd: () => {
        if (this.#threads.get(slot) === thread) this.#threads.delete(slot);
      },
    });
    this.#threads.set(slot, thread);
    return thread;
  }
}
