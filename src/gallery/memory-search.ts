import { setTimeout as sleep } from 'node:timers/promises';
import type { StoreLocation } from '../storage/database-url.js';
import { GalleryIndex } from './index/gallery-index.js';
import { IndexFailedError } from './index/index-errors.js';
import { SearchBusyError, type TemplateHit, type TemplateQuery, type TemplateSearch } from './template-search.js';

/** Milliseconds that a search waits while templates are being loaded. */
const LOADING_MS = 20_000;
/** Milliseconds that a search may wait and run. */
const SEARCH_MS = 10_000;

/** What a worker needs to load templates by itself. */
export interface TemplateWorkerData {
  readonly database: StoreLocation;
  /** `TRIFACE_MASTER_KEY` */
  readonly masterKeySetting: string;
  readonly recognitionModel: string;
  /** numbers in a template of it */
  readonly templateLength: number;
}

/** What a worker is called for: to follow up to a change, or to leave the database. */
export interface ReachRequest {
  readonly reach: number | 'stop';
}

export interface MemorySearchOptions extends TemplateWorkerData {
  /** that share the templates */
  readonly threads: number;
  /** told of each thread that died; for the log */
  readonly onThreadLost: (reason: string) => void;
}

/** The templates in this process's memory, in threads of their own, loaded when they are first needed. */
export class MemorySearch implements TemplateSearch {
  #index: Promise<GalleryIndex> | undefined;
  #isClosed = false;

  constructor(private readonly options: MemorySearchOptions) {}

  /** Loads the templates now. @throws when they cannot be */
  async start(): Promise<void> {
    await this.#open();
  }

  async search({ companyId, vector, limit, minimum, exceptPerson }: TemplateQuery): Promise<TemplateHit[]> {
    const found = await this.#ask((index) =>
      index.search(companyId, vector, {
        ...{ limit, minimum },
        ...(exceptPerson === undefined ? {} : { excludeOwner: exceptPerson }),
      }),
    );
    return found.map(({ owner, key, score }) => ({ person: owner, enrolment: key, score }));
  }

  async reach(change: number): Promise<void> {
    await this.#ask((index) => index.call({ reach: change } satisfies ReachRequest));
  }

  /** Before the store is closed. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const index = await this.#index?.catch(() => undefined);
    if (!index) return;
    await index.call({ reach: 'stop' } satisfies ReachRequest).catch(() => {});
    await index.close();
  }

  #open(): Promise<GalleryIndex> {
    const { threads, onThreadLost, database, masterKeySetting, recognitionModel, templateLength } = this.options;
    this.#index ??= GalleryIndex.start({
      script: new URL('./template-worker.js', import.meta.url),
      workerData: { database, masterKeySetting, recognitionModel, templateLength } satisfies TemplateWorkerData,
      ...{ threads, dimension: templateLength, deadlineMs: SEARCH_MS, onThreadLost },
    }).catch((error) => {
      this.#index = undefined;
      throw error;
    });
    return this.#index;
  }

  async #ask<T>(task: (index: GalleryIndex) => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new SearchBusyError(1);
    const index = await Promise.race([this.#open(), sleep(LOADING_MS, undefined, { ref: false })]);
    if (!index) throw new SearchBusyError(5);
    try {
      return await task(index);
    } catch (error) {
      if (error instanceof IndexFailedError || error instanceof RangeError) throw error;
      throw new SearchBusyError(1);
    }
  }
}
