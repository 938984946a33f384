import type { Database } from '../storage/schema.js';
import type { Store } from '../storage/store.js';
import { openDataKey } from '../vault/data-keys.js';
import type { MasterKeys } from '../vault/master-keys.js';
import { SealError } from '../vault/seal.js';
import { readClock } from './gallery-clock.js';
import { openTemplate } from './template.js';

/** Milliseconds between polls of the database. */
const LOOK_MS = 200;
/** Milliseconds between heartbeats in the database while nothing changes. */
const SIGN_MS = 3000;
/** Rows read at a time. */
const BATCH = 500;

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
  /** whether an enrolment's template belongs in this sink; other sinks hold the rest */
  readonly holds: (enrolment: number) => boolean;
  /** identifies this holder of templates for erasures */
  readonly replicaId: string;
  /** `start` rejects if it is aborted while the templates are loaded */
  readonly signal?: AbortSignal;
  /** called while the templates are loaded, with the loaded part, 0..1 */
  readonly onProgress?: (part: number) => void;
  /** called when a poll of the database fails; polling continues */
  readonly onError: (error: unknown) => void;
  /**
   * called if changes were deleted before this follower saw them, for example after a long sleep: the sink is then stale and must
   * be reloaded by a new follower with an empty sink
   */
  readonly onBehind: () => void;
}

/**
 * Keeps templates in memory in step with the database: loads all of them, then applies the changes in order, and records its
 * progress in the database for erasures.
 */
export class GalleryFollower {
  #applied = -1;
  #signedAt = 0;
  #looking: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  private constructor(private readonly options: GalleryFollowerOptions) {}

  /** Resolves when all templates are loaded. */
  static async start(options: GalleryFollowerOptions): Promise<GalleryFollower> {
    const follower = new GalleryFollower(options);
    await follower.#load();
    follower.#schedule();
    return follower;
  }

  /** Sequence number of the last change applied. */
  get applied(): number {
    return this.#applied;
  }

  /** Resolves when the change with this number, which must be committed, is applied. @throws if the follower has stopped */
  async reach(change: number): Promise<void> {
    while (this.#applied < change) {
      if (this.#isStopped) throw new Error('the follower has stopped');
      await this.#look();
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#looking?.catch(() => {});
    const { store, replicaId } = this.options;
    await store.db.deleteFrom('galleryReplicas').where('id', '=', replicaId).execute();
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
    const { store, holds, signal, onProgress } = this.options;
    // What is committed meanwhile is read below, applied as a change afterwards, or both, which is harmless.
    const clock = await readClock(store.db);
    const newest = await store.db.selectFrom('enrolments').select('number').orderBy('number', 'desc').limit(1).executeTakeFirst();
    for (let after = 0; ; ) {
      signal?.throwIfAborted();
      const numbers = await store.db
        .selectFrom('enrolments')
        .select('number')
        .where('number', '>', after)
        .orderBy('number')
        .limit(BATCH)
        .execute();
      const last = numbers.at(-1);
      if (!last) break;
      after = last.number;
      await this.#add(numbers.map(({ number }) => number).filter(holds));
      if (newest) onProgress?.(Math.min(1, after / newest.number));
    }
    this.#applied = clock;
    await this.#sign();
  }

  async #follow(): Promise<void> {
    const { store, sink, holds } = this.options;
    const before = this.#applied;
    // Read the clock before the changes: every change it counts is committed, so it is found below unless it was deleted.
    while ((await readClock(store.db)) > this.#applied) {
      const changes = await store.db
        .selectFrom('galleryChanges')
        .selectAll()
        .where('sequence', '>', this.#applied)
        .orderBy('sequence')
        .limit(BATCH)
        .execute();
      const last = changes.at(-1);
      if (!last || changes[0]!.sequence > this.#applied + 1) {
        this.#isStopped = true;
        return this.options.onBehind();
      }
      const added = changes.filter(({ kind, enrolment }) => kind === 'add' && enrolment !== null && holds(enrolment));
      // Templates removed since are not found; templates re-added have a new number.
      await this.#add(added.map(({ enrolment }) => enrolment!));
      for (const { kind, companyId, person, enrolment } of changes) {
        if (kind === 'add') continue;
        if (enrolment === null) sink.removeOwner(companyId, person);
        else if (holds(enrolment)) sink.remove(companyId, enrolment);
      }
      this.#applied = last.sequence;
    }
    if (this.#applied !== before || Date.now() - this.#signedAt >= SIGN_MS) await this.#sign();
  }

  /** Loads templates by enrolment number. */
  async #add(enrolments: readonly number[]): Promise<void> {
    const { store, masterKeys, recognitionModel, sink, onError } = this.options;
    for (const row of await readTemplates(store.db, enrolments, recognitionModel)) {
      const { number, id, person, personId, companyId, template, wrapped, masterKey } = row;
      try {
        const key = openDataKey(masterKeys, { subject: personId, wrapped, masterKey });
        const vector = openTemplate(key, template, id, personId);
        sink.add(companyId, number, person, vector);
        vector.fill(0);
      } catch (error) {
        // A template that cannot be opened must not keep the others from being searched.
        if (!(error instanceof SealError)) throw error;
        onError(error);
      }
    }
  }

  async #sign(): Promise<void> {
    const { store, replicaId: id } = this.options;
    const sign = { applied: this.#applied, seenAt: Date.now() };
    await store.db
      .insertInto('galleryReplicas')
      .values({ id, ...sign })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(sign))
      .execute();
    this.#signedAt = sign.seenAt;
  }
}

async function readTemplates(db: Database, enrolments: readonly number[], model: string) {
  if (enrolments.length === 0) return [];
  return db
    .selectFrom('enrolments')
    .innerJoin('persons', 'persons.number', 'enrolments.person')
    .innerJoin('dataKeys', 'dataKeys.subject', 'persons.id')
    .select([
      'enrolments.number',
      'enrolments.id',
      'enrolments.person',
      'enrolments.companyId',
      'enrolments.template',
      'persons.id as personId',
      'dataKeys.wrapped',
      'dataKeys.masterKey',
    ])
    .where('enrolments.number', 'in', enrolments)
    .where('enrolments.model', '=', model)
    .execute();
}
