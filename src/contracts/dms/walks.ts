/** Milliseconds to remember a walk after its last page. */
const IDLE_MS = 600_000;
/** Maximum number of walks to remember; beyond that the least recently used one is forgotten. */
const MAX_WALKS = 10_000;

interface Walk {
  upTo: number;
  usedAt: number;
}

/**
 * Clients that are paging through a sorted list. Page 0 shows all scans and records the latest one. Later pages of the same list,
 * requested by the same client, leave out scans created since, which would push others to the next page (docs/decisions/0007).
 */
export class Walks {
  readonly #walks = new Map<string, Walk>();
  readonly #now: () => number;

  /** @param now epoch milliseconds */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** The number of the last scan that a later page includes; `undefined` if no walk is known and all scans count. */
  find(key: string): number | undefined {
    const walk = this.#walks.get(key);
    if (!walk || this.#now() - walk.usedAt > IDLE_MS) return undefined;
    this.#touch(key, { ...walk, usedAt: this.#now() });
    return walk.upTo;
  }

  /** Starts a walk. */
  begin(key: string, upTo: number): void {
    this.#touch(key, { upTo, usedAt: this.#now() });
    for (const [oldest, { usedAt }] of this.#walks) {
      if (this.#walks.size <= MAX_WALKS && this.#now() - usedAt <= IDLE_MS) break;
      this.#walks.delete(oldest);
    }
  }

  /** Moves a walk to the end: the map is ordered by last use. */
  #touch(key: string, walk: Walk): void {
    this.#walks.delete(key);
    this.#walks.set(key, walk);
  }
}
