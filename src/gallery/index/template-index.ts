import type { Match } from './best-owners.js';
import { Candidates, type ReadTemplates } from './candidates.js';
import { learnBasis } from './learn-basis.js';
import { prefixLength } from './prefix.js';
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

/** Reads templates of a company as they are stored (see ReadTemplates). */
export type TemplateSource = (companyId: string, keys: readonly number[]) => ReturnType<ReadTemplates>;

/** Numbers of templates at which directions are learned: some, and once more when they represent more persons. */
const LEARN_AT = [8192, 131_072];
/** Templates from which they are learned, of different persons, evenly spread over all. */
const SAMPLE = 1024;

/**
 * Exact search for the most similar templates (cosine), by company. The codes of all templates are in this thread's memory and every call
 * blocks the thread, so it belongs in a worker (see serve-index.ts). A template is identified by its enrolment number (`key`),
 * which is unique within a company. A person (`owner`) may have several templates.
 *
 * Method: bounds from a short prefix and from int8 codes rule out nearly all templates. Finer codes leave those whose order or score is
 * not certain, which are read as they are stored (docs/decisions/0058-search-prefix.md). Scores and order are identical to those of a
 * plain float64 loop over all templates.
 */
export class TemplateIndex {
  private readonly memory: TemplateMemory;
  private readonly sets = new Map<string, TemplateSet>();
  private count = 0;
  /** how often directions were learned */
  private learned = 0;

  /**
   * @param source reads the templates that were added
   * @param dimension values per template
   */
  constructor(
    private readonly source: TemplateSource,
    readonly dimension = 512,
  ) {
    this.memory = new TemplateMemory(dimension);
  }

  /**
   * Adds a template, or replaces the one with the same number. Only its codes are kept. With the 8192nd and the 131,072nd template it takes
   * about half a second and a second longer.
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
    const before = set.size;
    try {
      set.add(key, owner, vector);
    } finally {
      this.count += set.size - before;
      this.forgetEmpty(companyId, set);
    }
    if (this.count >= (LEARN_AT[this.learned] ?? Number.POSITIVE_INFINITY)) this.learn();
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
   * then by enrolment number. The probe must stay as it is until then. Changes made meanwhile are not seen.
   * @throws InvalidTemplateError, RangeError, what the source throws
   */
  async search(companyId: string, vector: Float32Array, { limit, minimum, excludeOwner }: SearchOptions): Promise<Match[]> {
    if (!Number.isInteger(limit) || limit < 1 || limit > greatestLimit) throw new RangeError(`limit must be 1..${greatestLimit}`);
    checkTemplate(vector, this.dimension);
    const candidates = new Candidates(limit, minimum ?? Number.NEGATIVE_INFINITY);
    this.sets.get(companyId)?.search(vector, candidates, excludeOwner);
    return candidates.resolve(vector, (keys) => this.source(companyId, keys));
  }

  /** Number of templates of a company, or of all. Used by tests to observe changes without a search. */
  size(companyId?: string): number {
    return companyId === undefined ? this.count : (this.sets.get(companyId)?.size ?? 0);
  }

  /** Bytes of templates: in blocks that are in use, and reserved in total. Used by tests. */
  get memoryBytes(): { readonly used: number; readonly reserved: number } {
    return { used: this.memory.usedBytes, reserved: this.memory.reservedBytes };
  }

  private change<T>(companyId: string, task: (set: TemplateSet) => T): T | undefined {
    const set = this.sets.get(companyId);
    if (!set) return undefined;
    const before = set.size;
    const result = task(set);
    this.count += set.size - before;
    this.forgetEmpty(companyId, set);
    return result;
  }

  private forgetEmpty(companyId: string, set: TemplateSet): void {
    if (set.size === 0) this.sets.delete(companyId);
    if (this.count > 0) return;
    // The directions were learned from templates that are gone.
    this.memory.setBasis(undefined, []);
    this.learned = 0;
  }

  /** Learns directions from the templates, and computes their prefixes. */
  private learn(): void {
    this.learned++;
    const { dimension, memory } = this;
    if (memory.prefixBytes === 0) return;
    const sample = new Float32Array(SAMPLE * dimension);
    const owners = new Set<number>();
    let place = 0;
    for (const one of this.places()) {
      if (Math.floor((place++ * SAMPLE) / this.count) < owners.size || owners.has(memory.ownerAt(one))) continue;
      memory.decode(one, sample.subarray(owners.size * dimension, (owners.size + 1) * dimension));
      owners.add(memory.ownerAt(one));
    }
    const taken = sample.subarray(0, owners.size * dimension);
    memory.setBasis(learnBasis(taken, dimension, prefixLength), this.places());
    sample.fill(0);
  }

  private *places(): Generator<number> {
    for (const set of this.sets.values()) yield* set.places();
  }
}
