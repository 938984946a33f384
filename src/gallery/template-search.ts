import type { GalleryPosition } from './gallery-clock.js';

/** What is searched for. */
export interface TemplateQuery {
  readonly companyId: string;
  /** 512 numbers of length 1, of the recognition model in use */
  readonly vector: Float32Array;
  /** persons to return at most */
  readonly limit: number;
  /** least cosine, -1..1 */
  readonly minimum: number;
  /** a person who is left out, by number */
  readonly exceptPerson?: number;
}

/** One person found. */
export interface TemplateHit {
  /** number of the person */
  readonly person: number;
  /** number of the enrolment that fits best */
  readonly enrolment: number;
  /** cosine, -1..1 */
  readonly score: number;
}

/** Exact search over the templates of a company, wherever they are held. Follows the database; may be behind by a moment. */
export interface TemplateSearch {
  /**
   * Loads the templates now instead of with the first search, where they are held in memory.
   * @throws when they cannot be loaded; the next search tries again
   */
  start(): Promise<void>;
  /**
   * The best enrolment of each person, best first.
   * @throws BusyError, also while they are being loaded; UnavailableError if some cannot be opened for lack of a master key
   */
  search(query: TemplateQuery): Promise<TemplateHit[]>;
  /**
   * Readiness check: resolves if a search would be answered now. Templates that are being loaded, also for the first time, cannot be
   * searched yet.
   * @throws if it would not be answered
   */
  check(): Promise<void>;
  /**
   * Resolves when every change up to this one is searched.
   * @throws BusyError when that takes too long, or while the templates are loaded again because the database went back
   */
  reach(change: GalleryPosition): Promise<void>;
  /**
   * Has templates in memory follow the database to this change now, not only with the next poll. Resolves when they have, and at
   * once where none are in memory.
   * @throws BusyError when that takes too long
   */
  follow(change: GalleryPosition): Promise<void>;
}
