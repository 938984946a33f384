import { BestOwners, type Match } from './best-owners.js';
import { checkTemplate } from './quantize.js';
import { TemplateMemory } from './template-memory.js';
import { TemplateSet } from './template-set.js';

/** Options of a search. */
export interface SearchOptions {
  /** largest number of persons returned, 1..1000 */
  readonly limit: number;
  /** lowest cosine of a match; without it, every template is a match */
  readonly minimum?: number;
  /** number of a person to leave out, when searching for this person's duplicates */
  readonly excludeOwner?: number;
}

/** Largest `limit` of a search. */
export const greatestLimit = 1000;

/**
 * Exact search for the most similar templates (cosine), by company. All templates are in this thread's memory and every call
 * blocks the thread, so it belongs in a worker (see serve-index.ts). A template is identified by its enrolment number (`key`),
 * which is unique within a company. A person (`owner`) may have several templates.
 *
 * Method: a first pass over int8 codes bounds each score from above. Only templates that can still be among the best are scored
 * exactly (docs/decisions/0012-gallery-index.md). Scores and order are identical to those of a plain float64 loop over all
 * templates.
 */
export class TemplateIndex {
  private readonly memory: TemplateMemory;
  private readonly sets = new Map<string, TemplateSet>();

  /** @param dimension values per template */
  constructor(readonly dimension = 512) {
    this.memory = new TemplateMemory(dimension);
  }

  /**
   * Adds a template, or replaces the one with the same number. The vector is copied.
   * @throws InvalidTemplateError, IndexFullError, RangeError
   */
  add(companyId: string, key: number, owner: number, vector: Float32Array): void {
    if (!Number.isSafeInteger(key) || !Number.isSafeInteger(owner))
      throw new RangeError('enrolment and person must be whole numbers');
    let set = this.sets.get(companyId);
    if (!set) {
      set = new TemplateSet(this.memory);
      this.sets.set(companyId, set);
    }
    try {
      set.add(key, owner, vector);
    } finally {
      this.forgetEmpty(companyId, set);
    }
  }

  /** Removes a template and overwrites it with zeros. @returns whether it existed */
  remove(companyId: string, key: number): boolean {
    return this.change(companyId, (set) => set.remove(key)) ?? false;
  }

  /** Removes all templates of a person and overwrites them with zeros. @returns their number */
  removeOwner(companyId: string, owner: number): number {
    return this.change(companyId, (set) => set.removeOwner(owner)) ?? 0;
  }

  /**
   * The persons most similar to a probe, best first, each with their best template. Equal scores are ordered by person number,
   * then by enrolment number.
   * @throws InvalidTemplateError, RangeError
   */
  search(companyId: string, vector: Float32Array, { limit, minimum, excludeOwner }: SearchOptions): Match[] {
    if (!Number.isInteger(limit) || limit < 1 || limit > greatestLimit) throw new RangeError(`limit must be 1..${greatestLimit}`);
    checkTemplate(vector, this.dimension);
    const best = new BestOwners(limit, minimum ?? Number.NEGATIVE_INFINITY);
    this.sets.get(companyId)?.search(vector, best, excludeOwner);
    return best.list();
  }

  /** Number of templates of a company, or of all. Used by tests to observe changes without a search. */
  size(companyId?: string): number {
    if (companyId !== undefined) return this.sets.get(companyId)?.size ?? 0;
    return [...this.sets.values()].reduce((sum, set) => sum + set.size, 0);
  }

  /** Bytes of templates: in blocks that are in use, and reserved in total. Used by tests. */
  get memoryBytes(): { readonly used: number; readonly reserved: number } {
    return { used: this.memory.usedBytes, reserved: this.memory.reservedBytes };
  }

  private change<T>(companyId: string, task: (set: TemplateSet) => T): T | undefined {
    const set = this.sets.get(companyId);
    if (!set) return undefined;
    const result = task(set);
    this.forgetEmpty(companyId, set);
    return result;
  }

  private forgetEmpty(companyId: string, set: TemplateSet): void {
    if (set.size === 0) this.sets.delete(companyId);
  }
}
