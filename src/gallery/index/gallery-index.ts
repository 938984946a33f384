import { BusyError } from '../../base/busy-error.js';
import { WorkQueue } from '../../threads/work-queue.js';
import { compareMatches, type Match } from './best-owners.js';
import type { IndexRequest } from './index-messages.js';
import { IndexThread } from './index-thread.js';
import type { SearchOptions } from './template-index.js';

export interface GalleryIndexOptions {
  /** the worker's entry, which calls serveIndex */
  readonly script: URL;
  /** what the worker's entry needs besides IndexShard; copied to it */
  readonly workerData: object;
  /** threads that share the templates and are searched side by side */
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

/**
 * The index as the serving thread sees it: exact 1:N search in worker threads that fill themselves from the database and follow it.
 * Nothing is answered while a thread is filling itself: half an index would say "nobody" of people who are enrolled.
 */
export class GalleryIndex {
  /** settles when every thread is ready; rejects with WorkerFailedError when one cannot start: then the index is to be closed */
  readonly started: Promise<void>;
  readonly #threads: readonly IndexThread[];
  /** One search keeps every thread busy: two at once would only take turns. */
  readonly #searches: WorkQueue<'all threads'>;
  /** Calls do not wait for one another. */
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
    // Whoever does not wait for it hears of a failure from each search.
    this.started.catch(() => {});
  }

  /**
   * The persons most similar to a probe, best first (see TemplateIndex.search).
   * @param signal drops the search if it still waits
   * @throws BusyError; WorkerFailedError when the probe or the options are invalid
   */
  search(companyId: string, vector: Float32Array, options: SearchOptions, signal?: AbortSignal): Promise<Match[]> {
    return this.#searches.run(async () => {
      const lists = await this.#askAll<Match[]>(() => {
        // A copy that is moved: of a view, a message would carry all of the memory it looks into.
        const own = vector.slice();
        return [{ do: 'search', companyId, vector: own, options }, [own.buffer]];
      });
      return mergeMatches(lists, options.limit);
    }, signal);
  }

  /** Asks every thread's `answerCall` (see serveIndex). @returns their answers by shard. @throws BusyError; WorkerFailedError with its message */
  call<T>(request: unknown): Promise<T[]> {
    return this.#calls.run(() => this.#askAll<T>(() => [{ do: 'call', request }]));
  }

  /** Refuses what waits, lets what runs finish, and ends the threads. */
  async close(): Promise<void> {
    await Promise.all([this.#searches.close(), this.#calls.close()]);
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }

  async #askAll<T>(make: () => [request: IndexRequest, transfer?: readonly ArrayBuffer[]]): Promise<T[]> {
    if (!this.#threads.every(({ isReady }) => isReady))
      throw new BusyError('loading', Math.max(...this.#threads.map(({ remainingSeconds }) => remainingSeconds)));
    return Promise.all(this.#threads.map((thread) => thread.ask<T>(...make())));
  }
}

/**
 * Joins the shards' lists. Nothing is missed: whoever comes before a person among a shard's persons, by templates of that shard, also does so overall; so one
 * of the best `limit` overall is among the best `limit` of the shard that holds their best template.
 */
function mergeMatches(lists: readonly Match[][], limit: number): Match[] {
  if (lists.length === 1) return lists[0]!;
  const best = new Map<number, Match>();
  for (const match of lists.flat().sort(compareMatches)) if (!best.has(match.owner)) best.set(match.owner, match);
  return [...best.values()].slice(0, limit);
}
