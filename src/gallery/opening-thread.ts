import type { MasterKey } from '../base/settings/master-keys.js';
import type { StoreLocation } from '../storage/database-url.js';
import { WorkerThread } from '../threads/worker-thread.js';
import { SealError } from '../vault/seal.js';
import type { OpenedRow, OpenedSink } from './open-sealed.js';
import type { NumberRange, TemplateShare } from './read-templates.js';

/** What a thread needs to open templates by itself. */
export interface OpeningWorkerData {
  readonly database: StoreLocation;
  /** empty: the keys of the file */
  readonly fixedMasterKeys: readonly MasterKey[];
  /** of the recognition model whose templates are opened */
  readonly model: string;
  /** numbers in a template of it */
  readonly templateLength: number;
  readonly share: TemplateShare;
}

/** The templates of a range are to be opened into this memory. */
export interface OpeningRequest {
  readonly range: NumberRange;
  /** of both threads; holds as many templates as the range has numbers */
  readonly memory: SharedArrayBuffer;
}

/** What a thread found in a range. */
export interface OpenedRange {
  /** in the order of the templates in memory */
  readonly rows: readonly OpenedRow[];
  /** enrolments whose master key is missing */
  readonly missing: readonly number[];
  /** what is wrong with damaged templates */
  readonly damaged: readonly string[];
}

/** A thread that reads and opens templates beside the thread that loads them. */
export class OpeningThread {
  readonly #thread: WorkerThread<OpeningRequest, OpenedRange>;
  readonly #length: number;

  /** @throws if the OS cannot create a thread */
  constructor(workerData: OpeningWorkerData) {
    this.#length = workerData.templateLength;
    const script = new URL('./opening-worker.js', import.meta.url);
    this.#thread = new WorkerThread({ name: 'opening', script, workerData });
  }

  /** resolves when it can open templates; rejects if it cannot start */
  get started(): Promise<void> {
    return this.#thread.started;
  }

  /** Memory for the templates of this many enrolments. */
  makeMemory(count: number): SharedArrayBuffer {
    return new SharedArrayBuffer(count * this.#length * Float32Array.BYTES_PER_ELEMENT);
  }

  /** Opens the templates of a range into memory. @returns a function that passes them on, which overwrites them in any case */
  async open(request: OpeningRequest): Promise<(sink: OpenedSink) => void> {
    const vectors = new Float32Array(request.memory);
    const { rows, missing, damaged } = await this.#thread.ask(request).catch((error: unknown) => {
      vectors.fill(0);
      throw error;
    });
    return (sink) => {
      try {
        for (const [i, row] of rows.entries()) sink.add(row, vectors.subarray(i * this.#length, (i + 1) * this.#length));
      } finally {
        vectors.fill(0, 0, rows.length * this.#length);
      }
      for (const enrolment of missing) sink.miss(enrolment);
      for (const message of damaged) sink.fail(new SealError(message));
    };
  }

  /** Resolves when the thread has ended. @param patienceMs after which it is no longer waited for */
  stop(patienceMs: number): Promise<void> {
    return this.#thread.stop(patienceMs);
  }
}
