/** What an owner took of a {@link FairShares}. */
export interface Share {
  /** Takes more. @returns false if the owner has its share already; then nothing was taken */
  grow(amount: number): boolean;
  /** Gives everything back. Later calls do nothing. */
  release(): void;
}

/**
 * Divides a limited amount (bytes, places) between owners, so that none of them can take it all. An owner may hold at most
 * `eagerness` times what is free at that moment. So one owner alone gets `eagerness / (1 + eagerness)` of the amount, several greedy
 * ones get equal parts, and something always stays free for an owner that comes later. These are the dynamic thresholds that switches
 * use for shared buffers (Choudhury and Hahne, 1998).
 */
export class FairShares {
  readonly #total: number;
  readonly #eagerness: number;
  readonly #held = new Map<string, number>();
  #taken = 0;

  /** @param eagerness higher: one owner alone gets more; lower: more stays free for others */
  constructor(total: number, eagerness = 3) {
    this.#total = total;
    this.#eagerness = eagerness;
  }

  /** What all owners hold together. */
  get taken(): number {
    return this.#taken;
  }

  /** What one owner holds. */
  heldBy(owner: string): number {
    return this.#held.get(owner) ?? 0;
  }

  /** Whether an owner could take this amount now. */
  fits(owner: string, amount: number): boolean {
    return this.#hasRoom(owner, amount, 0);
  }

  /** Takes an amount. @returns undefined if the owner has its share already */
  take(owner: string, amount: number): Share | undefined {
    let mine = 0;
    const grow = (more: number): boolean => {
      if (!this.#hasRoom(owner, more, mine)) return false;
      mine += more;
      this.#add(owner, more);
      return true;
    };
    if (!grow(amount)) return undefined;
    let isReleased = false;
    return {
      grow: (more) => !isReleased && grow(more),
      release: () => {
        if (isReleased) return;
        isReleased = true;
        this.#add(owner, -mine);
      },
    };
  }

  /**
   * While nobody else holds anything, any amount is granted: otherwise one above the total could never be taken.
   * @param mine what the same share has taken already
   */
  #hasRoom(owner: string, more: number, mine: number): boolean {
    const own = this.heldBy(owner);
    if (this.#taken === mine) return true;
    const free = this.#total - this.#taken - more;
    return free >= 0 && own + more <= this.#eagerness * free;
  }

  #add(owner: string, amount: number): void {
    this.#taken += amount;
    const held = this.heldBy(owner) + amount;
    if (held > 0) this.#held.set(owner, held);
    else this.#held.delete(owner);
  }
}
