import type { Store } from '../storage/store.js';
import type { MasterKeys } from '../vault/master-keys.js';
import { type GalleryPosition, isInHistory, isSamePosition, readPosition } from './gallery-clock.js';
import { shardOf } from './index/index-messages.js';
import { loadTemplates } from './load-templates.js';
import { type OpenedSink, openSealed } from './open-sealed.js';
import type { OpeningThread } from './opening-thread.js';
import { readTemplates, type TemplateShare } from './read-templates.js';

/** Milliseconds between polls of the database. */
const LOOK_MS = 200;
/** Milliseconds between heartbeats in the database while nothing changes. */
const SIGN_MS = 1000;
/** Rows read at a time. */
const BATCH = 500;
/** Milliseconds between attempts to open templates whose master key was missing. */
const RETRY_MS = 1000;
/** Templates of one thread from which a second one helps to load them: fewer are loaded before it has started. */
const ASIDE_FROM = 10_000;
/** Positions remembered for `reach`. */
const REMEMBERED = 4096;

/** The follower's target: the templates in memory. */
export interface TemplateSink {
  /** adds a template, or replaces the one with the same number */
  add(companyId: string, enrolment: number, person: number, vector: Float32Array): void;
  remove(companyId: string, enrolment: number): unknown;
  removeOwner(companyId: string, person: number): unknown;
}

export interface GalleryFollowerOptions {
  readonly store: Store;
  readonly masterKeys: MasterKeys;
  readonly recognitionModel: string;
  readonly sink: TemplateSink;
  /** whose templates belong in this sink; other sinks hold the rest */
  readonly share: TemplateShare;
  /** identifies this holder of templates for erasures */
  readonly replicaId: string;
  /** `start` rejects if it is aborted while the templates are loaded */
  readonly signal?: AbortSignal;
  /** called while the templates are loaded, with the loaded part, 0..1 */
  readonly onProgress?: (part: number) => void;
  /** starts a thread that loads a part of the templates; called only if there are many; absent: this thread loads all */
  readonly makeThreadAside?: (() => OpeningThread) | undefined;
  /** called when a poll of the database fails; polling continues */
  readonly onError: (error: unknown) => void;
  /**
   * called once if the sink is stale and must be reloaded by a new follower with an empty sink: changes were deleted before this
   * follower saw them, for example after a long sleep, or the database went back, so that what the sink holds may belong to
   * nobody or, since the database assigns its numbers again, to another person
   */
  readonly onStale: (reason: 'behind' | 'went-back') => void;
}

/**
 * Keeps templates in memory in step with the database: loads all of them, then applies the changes in order, and records its
 * progress in the database for erasures.
 */
export class GalleryFollower {
  #applied: GalleryPosition = { sequence: -1, mark: '' };
  /** marks of the latest positions applied, by number */
  readonly #marks = new Map<number, string>();
  #signedAt = 0;
  /** enrolments whose template could not be opened for lack of a master key */
  readonly #unopened = new Set<number>();
  #retriedAt = 0;
  #looking: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;
  readonly #opened: OpenedSink = {
    add: ({ number, person, company }, vector) => this.options.sink.add(company, number, person, vector),
    miss: (enrolment) => void this.#unopened.add(enrolment),
    fail: (error) => this.options.onError(error),
  };

  private constructor(private readonly options: GalleryFollowerOptions) {}

  /** Resolves when all templates are loaded. */
  static async start(options: GalleryFollowerOptions): Promise<GalleryFollower> {
    const follower = new GalleryFollower(options);
    await follower.#load();
    follower.#schedule();
    return follower;
  }

  /** Whether every template could be opened; if not, searches would miss enrolled persons. */
  get isComplete(): boolean {
    return this.#unopened.size === 0;
  }

  /** The last change applied. */
  get applied(): GalleryPosition {
    return this.#applied;
  }

  /**
   * Resolves when a committed change is applied.
   * @returns false if the database's history does not contain it (any more)
   * @throws if the follower has stopped
   */
  async reach(target: GalleryPosition): Promise<boolean> {
    for (;;) {
      if (this.#marks.get(target.sequence) === target.mark) return true;
      if (this.#isStopped) throw new Error('the follower has stopped');
      // A poll that is running may have begun before the change was committed.
      const isFresh = this.#looking === undefined;
      await this.#look();
      if (!isFresh || this.#isStopped) continue;
      if (this.#marks.get(target.sequence) === target.mark) return true;
      return this.#applied.sequence >= target.sequence && isInHistory(this.options.store.db, target);
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#looking?.catch(() => {});
    const { store, replicaId } = this.options;
    // Without the database the row stays, and counts as that of a dead process after some seconds.
    await store.db
      .deleteFrom('galleryReplicas')
      .where('id', '=', replicaId)
      .execute()
      .catch(() => {});
  }

  #schedule(): void {
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => {
      this.#look()
        .catch(this.options.onError)
        .finally(() => this.#schedule());
    }, LOOK_MS);
  }

  /** One poll; polls do not overlap. */
  #look(): Promise<void> {
    this.#looking ??= this.#follow().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #load(): Promise<void> {
    const { store, masterKeys, recognitionModel: model, share, signal, onProgress, makeThreadAside } = this.options;
    // What is committed meanwhile is read below, applied as a change afterwards, or both, which is harmless.
    const position = await readPosition(store.db);
    const last = await store.db.selectFrom('enrolments').select('number').orderBy('number', 'desc').limit(1).executeTakeFirst();
    const newest = last?.number ?? 0;
    const aside = newest >= ASIDE_FROM * share.threads ? makeThreadAside?.() : undefined;
    await loadTemplates({ ...{ db: store.db, masterKeys, model, share, newest, signal, onProgress, aside }, sink: this.#opened });
    this.#advance(position);
    await this.#sign();
  }

  async #follow(): Promise<void> {
    const { store, sink } = this.options;
    const before = this.#applied;
    // Read the position before the changes: every change up to it is committed, so it is found below unless it was deleted.
    for (;;) {
      const newest = await readPosition(store.db);
      if (isSamePosition(newest, this.#applied)) break;
      if (newest.sequence <= this.#applied.sequence) return this.#endAs('went-back');
      const read = await store.db
        .selectFrom('galleryChanges')
        .selectAll()
        .where('sequence', '>=', this.#applied.sequence)
        .orderBy('sequence')
        .limit(BATCH + 1)
        .execute();
      // The change applied last is read again in the same statement: what follows it is the continuation of what is in memory
      // only if it is still the same one.
      const changes = read.filter(({ sequence }) => sequence > this.#applied.sequence);
      const own = read.length > changes.length ? read[0]!.mark : '';
      if (own !== this.#applied.mark) return this.#endAs(own === '' ? 'behind' : 'went-back');
      const last = changes.at(-1);
      if (!last || changes[0]!.sequence > this.#applied.sequence + 1) return this.#endAs('behind');
      const added = changes.filter(({ kind, enrolment }) => kind === 'add' && enrolment !== null && this.#holds(enrolment));
      // Templates removed since are not found; templates re-added have a new number.
      await this.#add(added.map(({ enrolment }) => enrolment!));
      for (const { kind, companyId, person, enrolment } of changes) {
        if (kind === 'add') continue;
        if (enrolment === null) sink.removeOwner(companyId, person);
        else if (this.#holds(enrolment)) sink.remove(companyId, enrolment);
      }
      for (const change of changes) this.#advance(change);
    }
    await this.#retryUnopened();
    if (this.#applied !== before || performance.now() - this.#signedAt >= SIGN_MS) await this.#sign();
  }

  #advance({ sequence, mark }: GalleryPosition): void {
    this.#applied = { sequence, mark };
    this.#marks.set(sequence, mark);
    if (this.#marks.size > REMEMBERED) this.#marks.delete(this.#marks.keys().next().value!);
  }

  #endAs(reason: 'behind' | 'went-back'): void {
    this.#isStopped = true;
    this.options.onStale(reason);
  }

  #holds(enrolment: number): boolean {
    const { shard, threads } = this.options.share;
    return shardOf(enrolment, threads) === shard;
  }

  /** Loads templates by enrolment number. @returns those whose master key is missing */
  async #add(enrolments: readonly number[]): Promise<ReadonlySet<number>> {
    const { store, masterKeys, recognitionModel } = this.options;
    const missed = new Set<number>();
    const miss = (enrolment: number): void => void missed.add(enrolment);
    openSealed(await readTemplates(store.db, enrolments, recognitionModel), masterKeys, { ...this.#opened, miss });
    for (const enrolment of missed) this.#unopened.add(enrolment);
    return missed;
  }

  /** Opens what could not be opened, since its master key may have arrived. */
  async #retryUnopened(): Promise<void> {
    if (this.#unopened.size === 0 || performance.now() - this.#retriedAt < RETRY_MS) return;
    this.#retriedAt = performance.now();
    const waiting = [...this.#unopened];
    for (let start = 0; start < waiting.length; start += BATCH) {
      const batch = waiting.slice(start, start + BATCH);
      // Not before they are in memory: a search in between would miss them.
      const missed = await this.#add(batch);
      for (const number of batch) if (!missed.has(number)) this.#unopened.delete(number);
      // The key has not arrived.
      if (missed.size === batch.length) return;
    }
  }

  async #sign(): Promise<void> {
    const { store, replicaId: id } = this.options;
    const sign = { applied: this.#applied.sequence, seenAt: store.now() };
    await store.db
      .insertInto('galleryReplicas')
      .values({ id, ...sign })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(sign))
      .execute();
    this.#signedAt = performance.now();
  }
}
