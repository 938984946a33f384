import { setImmediate as nextTurn } from 'node:timers/promises';
import { isPostgres } from '../storage/dialect.js';
import type { Database } from '../storage/schema.js';
import type { MasterKeys } from '../vault/master-keys.js';
import { type OpenedSink, openSealed } from './open-sealed.js';
import type { OpeningThread } from './opening-thread.js';
import { type NumberRange, readTemplateRange, type TemplateShare } from './read-templates.js';

/** Enrolment numbers of a share that are read at a time. PostgreSQL may read all persons for each range, so it gets fewer of them. */
const BATCH = { sqlite: 500, postgres: 2000 };
/** Ranges that each thread has at once: the next one is read or waits while one is opened. */
const AT_ONCE = 2;
/** Milliseconds that the thread aside may take to end. */
const STOP_MS = 15_000;

/** What is loaded, and into what. */
export interface LoadOptions {
  readonly db: Database;
  readonly masterKeys: Pick<MasterKeys, 'read'>;
  /** name of the recognition model */
  readonly model: string;
  readonly share: TemplateShare;
  /** greatest enrolment number to load */
  readonly newest: number;
  readonly sink: OpenedSink;
  /** rejects with its reason when it is aborted */
  readonly signal?: AbortSignal | undefined;
  /** called with the loaded part, 0..1, at first with 0 */
  readonly onProgress?: ((part: number) => void) | undefined;
  /** reads and opens a part of the templates; it has been stopped when this resolves or rejects */
  readonly aside?: OpeningThread | undefined;
}

/** Loads all templates of a share. @throws what reading and the sink throw */
export async function loadTemplates(options: LoadOptions): Promise<void> {
  const { aside, onProgress } = options;
  const ranges = new Ranges(options);
  onProgress?.(0);
  try {
    const lanes = Array.from({ length: AT_ONCE }, () => [
      loadHere(ranges, options),
      ...(aside ? [loadAside(ranges, options, aside)] : []),
    ]);
    await Promise.all(lanes.flat());
    // What the thread aside gave back.
    await loadHere(ranges, options);
  } catch (error) {
    ranges.drop();
    throw error;
  } finally {
    // Also for the reason that a thread must not be ended by the end of the one that started it: see WorkerThread.
    await aside?.stop(STOP_MS);
  }
}

/** The ranges of enrolment numbers, each of which one thread takes. */
class Ranges {
  /** templates in a range at most */
  readonly size: number;
  readonly #step: number;
  readonly #returned: NumberRange[] = [];
  #next = 0;
  #done = 0;

  constructor(private readonly options: LoadOptions) {
    this.size = isPostgres(options.db) ? BATCH.postgres : BATCH.sqlite;
    this.#step = this.size * options.share.threads;
  }

  take(): NumberRange | undefined {
    this.options.signal?.throwIfAborted();
    if (this.#next >= this.options.newest) return this.#returned.pop();
    const after = this.#next;
    this.#next = Math.min(this.options.newest, after + this.#step);
    return { after, upTo: this.#next };
  }

  giveBack(range: NumberRange): void {
    this.#returned.push(range);
  }

  /** Marks a range as loaded. */
  finish({ after, upTo }: NumberRange): void {
    this.#done += upTo - after;
    this.options.onProgress?.(this.#done / this.options.newest);
  }

  /** Leaves out the numbers that follow and are not in use, as after many erasures. */
  async skipGap(): Promise<void> {
    const { db, newest } = this.options;
    const used = await db
      .selectFrom('enrolments')
      .select('number')
      .where('number', '>', this.#next)
      .orderBy('number')
      .limit(1)
      .executeTakeFirst();
    // Ranges may have been taken meanwhile.
    const skipped = Math.min(newest, (used?.number ?? newest + 1) - 1) - this.#next;
    if (skipped <= 0) return;
    this.#next += skipped;
    this.#done += skipped;
  }

  /** Leaves nothing to take. */
  drop(): void {
    this.#next = this.options.newest;
    this.#returned.length = 0;
  }
}

async function loadHere(ranges: Ranges, options: LoadOptions): Promise<void> {
  const { db, masterKeys, sink } = options;
  for (let range = ranges.take(); range; range = ranges.take()) {
    const rows = await readTemplateRange(db, range, options);
    openSealed(rows, masterKeys, sink);
    if (rows.length === 0) await ranges.skipGap();
    ranges.finish(range);
    // For what the thread aside has opened, and for an abort. SQLite answers without a turn.
    await nextTurn();
  }
}

async function loadAside(ranges: Ranges, { sink }: LoadOptions, thread: OpeningThread): Promise<void> {
  // If it cannot start, everything is loaded here.
  if (!(await thread.started.then(() => true).catch(() => false))) return;
  const memory = thread.makeMemory(ranges.size);
  for (let range = ranges.take(); range; range = ranges.take()) {
    const pass = await thread.open({ range, memory }).catch(() => undefined);
    if (!pass) return ranges.giveBack(range);
    pass(sink);
    ranges.finish(range);
  }
}
