import type { Database } from '../storage/schema.js';
import type { Store } from '../storage/store.js';
import { openDataKey } from '../vault/data-keys.js';
import type { MasterKeys } from '../vault/master-keys.js';
import { SealError } from '../vault/seal.js';
import { readClock } from './gallery-clock.js';
import { openTemplate } from './template.js';

/** Milliseconds between two looks at the database. */
const LOOK_MS = 200;
/** Milliseconds between two signs of life in the database while nothing changes. */
const SIGN_MS = 3000;
/** Rows read at a time. */
const BATCH = 500;

/** What is followed into: the templates in memory. */
export interface TemplateSink {
  /** adds, or replaces the one with the same number */
  add(companyId: string, enrolment: number, person: number, vector: Float32Array): void;
  remove(companyId: string, enrolment: number): unknown;
  removeOwner(companyId: string, person: number): unknown;
}

export interface GalleryFollowerOptions {
  readonly store: Store;
  readonly masterKeys: MasterKeys;
  readonly recognitionModel: string;
  readonly sink: TemplateSink;
  /** whether an enrolment's template belongs into this sink: others hold the rest */
  readonly holds: (enrolment: number) => boolean;
  /** by which erasures know this holder of templates */
  readonly replicaId: string;
  /** when it is aborted while the templates are loaded, `start` rejects */
  readonly signal?: AbortSignal;
  /** called while the templates are loaded, with the part that is loaded, 0..1 */
  readonly onProgress?: (part: number) => void;
  /** told of a look at the database that failed; the next one comes all the same */
  readonly onError: (error: unknown) => void;
  /**
   * told when changes were deleted before this follower saw them, as after a long sleep: what the sink holds is wrong from here on and
   * must be loaded anew, by another follower into another sink
   */
  readonly onBehind: () => void;
}

/**
 * Keeps templates in memory as the database has them: loads all, then follows the changes by their numbers, and says in the database how
 * far it has followed, for those who erase.
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

  /** Number of the last change applied. */
  get applied(): number {
    return this.#applied;
  }

  /** Resolves when change number `change`, which must be committed, is applied. @throws when the follower has stopped */
  async reach(change: number): Promise<void> {
    while (this.#applied < change) {
      if (this.#isStopped) throw new Error('it follows no more');
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

  /** One look at the database; looks do not overlap. */
  #look(): Promise<void> {
    this.#looking ??= this.#follow().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #load(): Promise<void> {
    const { store, holds, signal, onProgress } = this.options;
    // What is committed meanwhile is either read below or followed afterwards, or both, which does no harm.
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
    // The clock before the changes: what it counts is committed, so it must be found below unless it was deleted.
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
      // What was removed since is not found any more, and what was removed before came under another number.
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

  /** Loads templates by the numbers of their enrolments. */
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
        // One that cannot be opened must not keep the others from being searched.
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
