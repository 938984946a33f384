import { BusyError } from '../base/busy-error.js';
import type { MasterKey } from '../base/settings/master-keys.js';
import { UnavailableError } from '../base/unavailable-error.js';
import { WorkerFailedError } from '../base/worker-failed-error.js';
import type { StoreLocation } from '../storage/database-url.js';
import { type GalleryPosition, historyChanged } from './gallery-clock.js';
import { GalleryIndex } from './index/gallery-index.js';
import { loadingError } from './index/index-thread.js';
import type { TemplateHit, TemplateQuery, TemplateSearch } from './template-search.js';

/** Milliseconds that a search waits at most while templates are being loaded. */
const LOADING_MS = 20_000;
/** Milliseconds that a search may wait and run. */
const SEARCH_MS = 10_000;
/** Milliseconds that a thread may take to reach a change: a database that does not answer must not hold a request for longer. */
const REACH_MS = 5000;
/** Seconds for `Retry-After` while the server stops. Not an estimate: whether and when it starts again is not known here. */
const stoppedRetrySeconds = 1;

/** What a worker needs to load templates by itself. */
export interface TemplateWorkerData {
  readonly database: StoreLocation;
  /** `TRIFACE_MASTER_KEY`; empty: the keys of the file */
  readonly fixedMasterKeys: readonly MasterKey[];
  readonly recognitionModel: string;
  /** numbers in a template of it */
  readonly templateLength: number;
}

/** A call to a worker: apply the changes up to this one. It answers whether the database's history contains it. */
export interface ReachRequest {
  readonly reach: GalleryPosition;
}

export interface MemorySearchOptions extends TemplateWorkerData {
  /** that share the templates */
  readonly threads: number;
  /** called for each thread that died; for the log */
  readonly onThreadLost: (reason: string) => void;
  /** called when the templates cannot be loaded, with the reason, and without one when they could be; for the log */
  readonly onLoadState?: (failure: Error | undefined) => void;
}

/** The templates in this process's memory, in threads of their own, loaded when they are first needed. */
export class MemorySearch implements TemplateSearch {
  #index: GalleryIndex | undefined;
  #isClosed = false;
  /** why the templates could not be loaded the last time */
  #failure: Error | undefined;

  constructor(private readonly options: MemorySearchOptions) {}

  async start(): Promise<void> {
    await this.#explain(this.#open().started);
  }

  async search({ companyId, vector, limit, minimum, exceptPerson }: TemplateQuery): Promise<TemplateHit[]> {
    const index = await this.#openInTime();
    const excluded = exceptPerson === undefined ? {} : { excludeOwner: exceptPerson };
    const found = await index.search(companyId, vector, { limit, minimum, ...excluded }).catch(rethrow);
    return found.map(({ owner, key, score }) => ({ person: owner, enrolment: key, score }));
  }

  async check(): Promise<void> {
    if (this.#isClosed) throw new BusyError('closed', stoppedRetrySeconds);
    // Nothing is loaded before the first person is enrolled. Templates that could not be loaded are tried again.
    if (this.#failure && !this.#index) this.#open();
    if (this.#index && !this.#index.isReady) throw this.#failure ?? loadingError(this.#index.loading);
  }

  async follow(change: GalleryPosition): Promise<void> {
    if (this.#index?.isReady) await this.#index.call({ reach: change } satisfies ReachRequest);
  }

  async reach(change: GalleryPosition): Promise<void> {
    const index = await this.#openInTime();
    const reached = await index.call<boolean>({ reach: change } satisfies ReachRequest).catch(rethrow);
    if (!reached.every(Boolean)) throw historyChanged();
  }

  /** Before the store is closed. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#index?.close();
  }

  #open(): GalleryIndex {
    if (this.#isClosed) throw new BusyError('closed', stoppedRetrySeconds);
    if (this.#index) return this.#index;
    const { threads, onThreadLost, database, fixedMasterKeys, recognitionModel, templateLength } = this.options;
    const index = new GalleryIndex({
      script: new URL('./template-worker.js', import.meta.url),
      workerData: { database, fixedMasterKeys, recognitionModel, templateLength } satisfies TemplateWorkerData,
      threads,
      dimension: templateLength,
      deadlineMs: SEARCH_MS,
      callDeadlineMs: REACH_MS,
      onThreadLost,
    });
    this.#index = index;
    index.started.then(
      () => this.#changeState(undefined),
      (error: Error) => {
        this.#index = undefined;
        if (!this.#isClosed) this.#changeState(error);
        return index.close();
      },
    );
    return index;
  }

  /**
   * The index, given some time to load. If it has not loaded by then, it says so itself.
   * @throws BusyError as soon as it is known that it takes longer
   */
  async #openInTime(): Promise<GalleryIndex> {
    const index = this.#open();
    await this.#explain(index.waitUntilLoaded(LOADING_MS));
    return index;
  }

  /** @throws BusyError; UnavailableError why the templates cannot be loaded */
  async #explain(loaded: Promise<void>): Promise<void> {
    try {
      await loaded;
    } catch (error) {
      // A closed index did not fail to load: it was asked to stop.
      if (this.#isClosed) return;
      throw error instanceof UnavailableError || error instanceof BusyError
        ? error
        : new UnavailableError('database', `the templates cannot be loaded: ${(error as Error).message}`, undefined, {
            cause: error,
          });
    }
  }

  /** Reports why the templates could not be loaded, and that they could, once each. */
  #changeState(failure: Error | undefined): void {
    if ((failure === undefined) !== (this.#failure === undefined)) this.options.onLoadState?.(failure);
    this.#failure = failure;
  }
}

/** A worker's error as it was thrown there: only its name and message cross threads. */
function rethrow(error: unknown): never {
  if (error instanceof WorkerFailedError && error.thrown === 'UnavailableError')
    throw new UnavailableError('keys', error.message);
  throw error;
}
