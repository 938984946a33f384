import { setTimeout as sleep } from 'node:timers/promises';
import { WorkQueue } from '../../threads/work-queue.js';
import { compareMatches, type Match } from './best-owners.js';
import type { IndexRequest } from './index-messages.js';
import { IndexThread, type Loading, loadingError } from './index-thread.js';
import type { SearchOptions } from './template-index.js';

export interface GalleryIndexOptions {
  /** the worker's entry, which calls serveIndex */
  readonly script: URL;
  /** what the worker's entry needs besides IndexShard; copied to the worker */
  readonly workerData: object;
  /** number of threads. Each holds a part of the templates; they are searched in parallel */
  readonly threads: number;
  /** values per template */
  readonly dimension: number;
  /** searches that may wait (default 64); as many calls may run, and as many more wait */
  readonly queueLimit?: number;
  /** milliseconds a search may wait and run together */
  readonly deadlineMs: number;
  /** milliseconds until a call must have been answered (default 30,000) */
  readonly callDeadlineMs?: number;
  /** called for each thread that died; for the log */
  readonly onThreadLost: (reason: string) => void;
}

/** Milliseconds between two looks at how far loading is. */
const LOOK_MS = 200;

/**
 * The index as the serving thread sees it: exact 1:N search in worker threads that load the templates from the database and
 * follow its changes. While a thread loads, all searches are refused: a partial index would miss enrolled persons.
 */
export class GalleryIndex {
  /** resolves when every thread is ready; rejects with WorkerFailedError if one cannot start. The index must then be closed */
  readonly started: Promise<void>;
  readonly #threads: readonly IndexThread[];
  /** One search uses all threads, so that a second one at the same time would gain nothing. */
  readonly #searches: WorkQueue<'all threads'>;
  /** Calls run concurrently. */
  readonly #calls: WorkQueue<number>;

  constructor({ script, workerData, threads, dimension, onThreadLost, ...options }: GalleryIndexOptions) {
    const { queueLimit: limit = 64, deadlineMs, callDeadlineMs = 30_000 } = options;
    this.#searches = new WorkQueue({ limit, deadlineMs, slots: ['all threads'] });
    this.#calls = new WorkQueue({ limit, deadlineMs: callDeadlineMs, slots: Array.from({ length: limit }, (_, i) => i) });
    this.#threads = Array.from(
      { length: threads },
      (_, shard) => new IndexThread({ script, workerData: { ...workerData, shard, threads, dimension }, onLost: onThreadLost }),
    );
    this.started = Promise.all(this.#threads.map(({ started }) => started)).then(() => {});
    // Callers that do not await `started` learn of a failure from their searches.
    this.started.catch(() => {});
  }

  /** Whether every thread has loaded its templates. */
  get isReady(): boolean {
    return this.#threads.every(({ isReady }) => isReady);
  }

  /** How far loading is: the part over all threads, the time of the slowest. */
  get loading(): Loading {
    const each = this.#threads.map(({ loading }) => loading);
    return {
      part: each.reduce((sum, { part }) => sum + part, 0) / each.length,
      remainingSeconds: Math.max(...each.map(({ remainingSeconds }) => remainingSeconds)),
      isKnown: each.every(({ isKnown }) => isKnown),
    };
  }

  /**
   * Waits while the first threads load. Resolves when they have, or after this time.
   * @param ms at most
   * @throws BusyError as soon as it is known that it would take longer, with the estimate; the error of `started`
   */
  async waitUntilLoaded(ms: number): Promise<void> {
    const started = this.started.then(() => true);
    // It may fail after this has been answered.
    started.catch(() => {});
    for (const end = performance.now() + ms; ; ) {
      const leftMs = end - performance.now();
      const { loading } = this;
      if (loading.isKnown && loading.remainingSeconds * 1000 > leftMs && !this.isReady) throw loadingError(loading);
      if (leftMs <= 0 || (await Promise.race([started, sleep(Math.min(LOOK_MS, leftMs), false, { ref: false })]))) return;
    }
  }

  /**
   * The persons most similar to a probe, best first (see TemplateIndex.search).
   * @param signal cancels the search if it is still waiting
   * @throws BusyError; WorkerFailedError if the probe or the options are invalid
   */
  search(companyId: string, vector: Float32Array, options: SearchOptions, signal?: AbortSignal): Promise<Match[]> {
    return this.#searches.run(
      async () => {
        const lists = await this.#askAll<Match[]>(() => {
          // A copy, transferred: posting a view would copy its whole buffer.
          const own = vector.slice();
          return [{ do: 'search', companyId, vector: own, options }, [own.buffer]];
        });
        return mergeMatches(lists, options.limit);
      },
      signal ? { signal } : {},
    );
  }

  /**
   * Asks every thread's `answerCall` (see serveIndex).
   * @returns their answers by shard.
   * @throws BusyError; WorkerFailedError with its message
   */
  call<T>(request: unknown): Promise<T[]> {
    return this.#calls.run(() => this.#askAll<T>(() => [{ do: 'call', request }]));
  }

  /** Refuses waiting searches, lets running ones finish, and ends the threads. */
  async close(): Promise<void> {
    await Promise.all([this.#searches.close(), this.#calls.close()]);
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }

  async #askAll<T>(make: () => [request: IndexRequest, transfer?: readonly ArrayBuffer[]]): Promise<T[]> {
    if (!this.isReady) throw loadingError(this.loading);
    return Promise.all(this.#threads.map((thread) => thread.ask<T>(...make())));
  }
}

/**
 * Merges the shards' lists. Nothing is missed: a person in the overall top `limit` is also in the top `limit` of the shard that
 * holds their best template.
 */
function mergeMatches(lists: readonly Match[][], limit: number): Match[] {
  if (lists.length === 1) return lists[0]!;
  const best = new Map<number, Match>();
  for (const match of lists.flat().sort(compareMatches)) if (!best.has(match.owner)) best.set(match.owner, match);
  return [...best.values()].slice(0, limit);
}
