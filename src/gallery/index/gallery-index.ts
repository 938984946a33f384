import { compareMatches, type Match } from './best-owners.js';
import { IndexCancelledError, IndexNotReadyError } from './index-errors.js';
import { type IndexRequest, shardOf, type TemplateBlock } from './index-messages.js';
import { IndexThread } from './index-thread.js';
import { SearchQueue } from './search-queue.js';
import type { SearchOptions } from './template-index.js';

/** A thread was lost, and another one has taken its place. */
export interface IndexRestart {
  /** how many threads have been replaced since the start, this one included */
  readonly generation: number;
  /** the shard whose templates are gone (see shardOf) */
  readonly shard: number;
}

export interface GalleryIndexOptions {
  /** the worker's entry, which ends in serveIndex; left out: one that is filled by messages only */
  readonly script?: URL;
  /** what the worker's entry needs besides IndexShard; copied to it */
  readonly workerData?: Readonly<Record<string, unknown>>;
  /** threads that share the templates and are searched side by side; 1 if left out */
  readonly threads?: number;
  /** values a template; 512 if left out */
  readonly dimension?: number;
  /** searches that may wait; 64 if left out */
  readonly queueLimit?: number;
  /** milliseconds a search may wait and run together; 2000 if left out */
  readonly deadlineMs?: number;
  /** milliseconds until a change or call must have been answered; 30,000 if left out */
  readonly changeDeadlineMs?: number;
  /** told of each thread that died; for the log */
  readonly onThreadLost?: (reason: string) => void;
  /**
   * Fills the index again (a worker that feeds itself needs nothing). Until its promise is fulfilled every search is refused; if it is rejected, the thread
   * is ended and another one tried a second later.
   */
  readonly onRestart?: (restart: IndexRestart, index: GalleryIndex) => Promise<void> | void;
}

/** Templates a message of a fill: 512 KB, a few milliseconds of a thread's time, between which searches are answered. */
const fillSize = 256;

/**
 * The index as the serving thread sees it: exact 1:N search in worker threads. Changes are confirmed when every thread concerned has made them, and a search
 * sent after that sees them. Nothing is durable: the database is, from which the index is filled.
 */
export class GalleryIndex {
  private readonly threads: IndexThread[] = [];
  private readonly queue: SearchQueue<Match[]>;
  private readonly dimension: number;
  private readonly changeDeadlineMs: number;
  private replaced = 0;
  private closed = false;

  private constructor(private readonly options: GalleryIndexOptions) {
    this.dimension = options.dimension ?? 512;
    this.changeDeadlineMs = options.changeDeadlineMs ?? 30_000;
    this.queue = new SearchQueue(options.queueLimit ?? 64, options.deadlineMs ?? 2000);
  }

  /** Resolves when every thread is ready. @throws what a worker's entry throws; then nothing is left running */
  static async start(options: GalleryIndexOptions = {}): Promise<GalleryIndex> {
    const index = new GalleryIndex(options);
    const count = options.threads ?? 1;
    const started = await Promise.allSettled(Array.from({ length: count }, (_, shard) => index.startThread(shard, count)));
    for (const one of started) if (one.status === 'fulfilled') index.threads.push(one.value);
    const failed = started.find((one) => one.status === 'rejected');
    if (failed) {
      await index.close();
      throw failed.reason;
    }
    return index;
  }

  /** Goes up with every thread that was replaced: what was put into the index by messages before that is not all there any more. */
  get generation(): number {
    return this.replaced;
  }

  /** For health and metrics. */
  get state(): { readonly complete: boolean; readonly generation: number; readonly threads: number; readonly waiting: number } {
    const complete = !this.closed && this.threads.length > 0 && this.threads.every((thread) => thread.complete);
    return { complete, generation: this.replaced, threads: this.threads.length, waiting: this.queue.waiting };
  }

  /**
   * The persons most similar to a probe, best first (see TemplateIndex.search).
   * @param signal drops the search if it still waits
   * @throws IndexBusyError, IndexDeadlineError, IndexNotReadyError, IndexLostError, IndexCancelledError, InvalidTemplateError, RangeError
   */
  search(companyId: string, vector: Float32Array, options: SearchOptions, signal?: AbortSignal): Promise<Match[]> {
    return this.queue.run(async (remainingMs) => {
      if (!this.closed && !this.state.complete) throw new IndexNotReadyError('the index is being filled');
      const lists = await Promise.all(
        this.threads.map((thread) => {
          const own = vector.slice();
          return thread.ask<Match[]>({ do: 'search', companyId, vector: own, options }, remainingMs, [own.buffer]);
        }),
      );
      return mergeMatches(lists, options.limit);
    }, signal);
  }

  /** Adds a template or replaces the one with the same enrolment number. @throws InvalidTemplateError, IndexFullError and as `remove` */
  async add(companyId: string, key: number, owner: number, vector: Float32Array): Promise<void> {
    // A copy that is moved: of a view, a message would carry all of the memory it looks into.
    const own = vector.slice();
    await this.askOne(key, { do: 'add', companyId, key, owner, vector: own }, [own.buffer]);
  }

  /**
   * Adds many, in messages of 256, so that searches are answered in between. If one template is refused, those before it stay.
   * The block remains the caller's, who should overwrite it when it has served.
   * @throws InvalidTemplateError, IndexFullError, RangeError and as `remove`
   */
  async fill(companyId: string, block: TemplateBlock): Promise<void> {
    const { dimension } = this;
    if (block.owners.length !== block.keys.length || block.vectors.length !== block.keys.length * dimension)
      throw new RangeError('a block has one owner and one vector for each key');
    // A broken number belongs to no shard: it would be left out without a word.
    if (![block.keys, block.owners].every((numbers) => numbers.every(Number.isSafeInteger)))
      throw new RangeError('enrolment and person are whole numbers');
    for (let from = 0; from < block.keys.length; from += fillSize) {
      const to = Math.min(block.keys.length, from + fillSize);
      await Promise.all(
        this.threads.map((thread, shard) => {
          const part = takePart(block, { from, to, dimension, shard, threads: this.threads.length });
          if (part.keys.length === 0) return undefined;
          const transfer = [part.keys.buffer, part.owners.buffer, part.vectors.buffer];
          return thread.ask({ do: 'fill', companyId, ...part }, this.changeDeadlineMs, transfer);
        }),
      );
    }
  }

  /**
   * Overwrites a template with zeros. @returns whether it was there
   * @throws IndexNotReadyError, IndexLostError (a thread that is gone holds nothing any more), IndexDeadlineError, IndexCancelledError
   */
  remove(companyId: string, key: number): Promise<boolean> {
    return this.askOne(key, { do: 'remove', companyId, key });
  }

  /** Overwrites all templates of a person with zeros. @returns how many there were. @throws as `remove` */
  async removeOwner(companyId: string, owner: number): Promise<number> {
    return sum(await this.askAll<number>({ do: 'removeOwner', companyId, owner }));
  }

  /** Overwrites everything of one company, or of all, with zeros. @throws as `remove` */
  async clear(companyId?: string): Promise<void> {
    await this.askAll({ do: 'clear', companyId });
  }

  /** Templates of one company, or of all. @throws as `remove` */
  async size(companyId?: string): Promise<number> {
    return sum(await this.askAll<number>({ do: 'size', companyId }));
  }

  /** Bytes of templates in all threads: in use, and asked of the system. @throws as `remove` */
  async memoryBytes(): Promise<{ readonly used: number; readonly reserved: number }> {
    const all = await this.askAll<{ used: number; reserved: number }>({ do: 'memory' });
    return { used: sum(all.map((one) => one.used)), reserved: sum(all.map((one) => one.reserved)) };
  }

  /** Asks every thread's `answerCall` (see serveIndex). @returns their answers by shard. @throws as `remove`; IndexFailedError with the message */
  call<T>(request: unknown): Promise<T[]> {
    return this.askAll({ do: 'call', request });
  }

  /** Ends one thread without notice, as a fault would: for tests, and for one that has stopped answering. */
  async killThread(shard: number): Promise<void> {
    await this.threads[shard]?.kill();
  }

  /** Refuses what waits and ends the threads. */
  async close(): Promise<void> {
    this.closed = true;
    this.queue.close(new IndexCancelledError('the index is closed'));
    await Promise.all(this.threads.map((thread) => thread.close()));
  }

  private startThread(shard: number, threads: number): Promise<IndexThread> {
    return IndexThread.start({
      script: this.options.script ?? new URL('./index-worker.js', import.meta.url),
      workerData: { ...this.options.workerData, shard, threads, dimension: this.dimension },
      onLost: (reason) => this.options.onThreadLost?.(reason),
      onReplaced: () => {
        this.replaced++;
        return this.options.onRestart?.({ generation: this.replaced, shard }, this);
      },
    });
  }

  private askOne<T>(key: number, request: IndexRequest, transfer: readonly ArrayBuffer[] = []): Promise<T> {
    const thread = this.threads[shardOf(key, this.threads.length)];
    // No thread for a key that is no whole number.
    return thread
      ? thread.ask(request, this.changeDeadlineMs, transfer)
      : Promise.reject(new RangeError('enrolment numbers are whole'));
  }

  private askAll<T>(request: IndexRequest, deadlineMs = this.changeDeadlineMs): Promise<T[]> {
    return Promise.all(this.threads.map((thread) => thread.ask<T>(request, deadlineMs)));
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

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

interface Part {
  readonly from: number;
  readonly to: number;
  readonly dimension: number;
  readonly shard: number;
  readonly threads: number;
}

/** Copies one shard's templates out of a stretch of a block. */
function takePart(block: TemplateBlock, { from, to, dimension, shard, threads }: Part): TemplateBlock {
  const chosen: number[] = [];
  for (let i = from; i < to; i++) if (shardOf(block.keys[i]!, threads) === shard) chosen.push(i);
  const vectors = new Float32Array(chosen.length * dimension);
  for (const [at, i] of chosen.entries()) vectors.set(block.vectors.subarray(i * dimension, (i + 1) * dimension), at * dimension);
  return {
    keys: Float64Array.from(chosen, (i) => block.keys[i]!),
    owners: Float64Array.from(chosen, (i) => block.owners[i]!),
    vectors,
  };
}
