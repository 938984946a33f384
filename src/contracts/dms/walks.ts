/** How long a walk is remembered after its last page, in milliseconds. */
const IDLE_MS = 600_000;
/** Walks remembered at once; past it the one that rested longest is forgotten. */
const MAX_WALKS = 10_000;

interface Walk {
  upTo: number;
  usedAt: number;
}

/**
 * Clients on their way through the pages of a sorted list. Page 0 shows everything and says up to which scan; the later pages of the same
 * list, asked by the same client, leave out what was made since: it would push scans from one page to the next (docs/decisions/0007).
 */
export class Walks {
  readonly #walks = new Map<string, Walk>();
  readonly #now: () => number;

  /** @param now epoch milliseconds */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Up to which scan a later page goes; `undefined`: no walk is known, everything counts. */
  find(key: string): number | undefined {
    const walk = this.#walks.get(key);
    if (!walk || this.#now() - walk.usedAt > IDLE_MS) return undefined;
    this.#touch(key, { ...walk, usedAt: this.#now() });
    return walk.upTo;
  }

  /** A walk begins. */
  begin(key: string, upTo: number): void {
    this.#touch(key, { upTo, usedAt: this.#now() });
    for (const [oldest, { usedAt }] of this.#walks) {
      if (this.#walks.size <= MAX_WALKS && this.#now() - usedAt <= IDLE_MS) break;
      this.#walks.delete(oldest);
    }
  }

  /** The map is in the order of use. */
  #touch(key: string, walk: Walk): void {
    this.#walks.delete(key);
    this.#walks.set(key, walk);
  }
}
