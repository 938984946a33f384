import { compareMatches, type Match } from '../../../src/gallery/index/best-owners.js';
import type { SearchOptions, TemplateSource } from '../../../src/gallery/index/template-index.js';

interface Entry {
  readonly owner: number;
  readonly vector: Float32Array;
}

/** The reference for TemplateIndex: a table, and a float64 loop over all of it. */
export class PlainIndex {
  private readonly companies = new Map<string, Map<number, Entry>>();

  add(companyId: string, key: number, owner: number, vector: Float32Array): void {
    if (!this.companies.has(companyId)) this.companies.set(companyId, new Map());
    this.companies.get(companyId)!.set(key, { owner, vector: Float32Array.from(vector) });
  }

  remove(companyId: string, key: number): boolean {
    return this.companies.get(companyId)?.delete(key) ?? false;
  }

  removeOwner(companyId: string, owner: number): number {
    const entries = this.companies.get(companyId) ?? new Map<number, Entry>();
    const keys = [...entries].filter(([, entry]) => entry.owner === owner).map(([key]) => key);
    for (const key of keys) entries.delete(key);
    return keys.length;
  }

  /** Copies of the templates, as a store would read them. */
  readonly read: TemplateSource = async (companyId, keys) => {
    const entries = this.companies.get(companyId);
    return new Map(keys.flatMap((key) => (entries?.has(key) ? [[key, entries.get(key)!.vector.slice()] as const] : [])));
  };

  size(companyId: string): number {
    return this.companies.get(companyId)?.size ?? 0;
  }

  search(companyId: string, probe: Float32Array, { limit, minimum = -Infinity, excludeOwner }: SearchOptions): Match[] {
    const best = new Map<number, Match>();
    for (const [key, { owner, vector }] of this.companies.get(companyId) ?? []) {
      let score = 0;
      for (let i = 0; i < probe.length; i++) score += probe[i]! * vector[i]!;
      const match = { owner, key, score };
      const known = best.get(owner);
      if (owner !== excludeOwner && score >= minimum && (!known || compareMatches(match, known) < 0)) best.set(owner, match);
    }
    return [...best.values()].sort(compareMatches).slice(0, limit);
  }
}
