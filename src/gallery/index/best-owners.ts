/** A person found, with the most similar of their templates. */
export interface Match {
  /** person number */
  readonly owner: number;
  /** enrolment number of the template */
  readonly key: number;
  /** cosine, −1..1; may exceed 1 slightly, since the length of float32 templates is only about 1 */
  readonly score: number;
}

/** Sorts by score (highest first), then by person number, then by enrolment number. Negative if `a` comes first. */
export const compareMatches = (a: Match, b: Match): number => b.score - a.score || a.owner - b.owner || a.key - b.key;

/** Collects matches and keeps the best `limit` persons, each with their best template. */
export class BestOwners {
  /** best first */
  private readonly matches: Match[] = [];
  private readonly byOwner = new Map<number, Match>();

  /** @param minimum lowest score that is kept */
  constructor(
    private readonly limit: number,
    private readonly minimum: number,
  ) {}

  /** A lower score changes nothing; an equal one may win by its numbers. */
  get scoreToReach(): number {
    return this.matches.length < this.limit ? this.minimum : this.matches[this.limit - 1]!.score;
  }

  offer(match: Match): void {
    if (match.score < this.scoreToReach) return;
    const known = this.byOwner.get(match.owner);
    if (known) {
      if (compareMatches(match, known) >= 0) return;
      this.matches.splice(this.placeOf(known), 1);
    }
    this.byOwner.set(match.owner, match);
    this.matches.splice(this.placeOf(match), 0, match);
    if (this.matches.length > this.limit) this.byOwner.delete(this.matches.pop()!.owner);
  }

  /** The persons kept, best first. */
  list(): Match[] {
    return [...this.matches];
  }

  /** Position of the match in the list, or the position to insert it at. */
  private placeOf(match: Match): number {
    let low = 0;
    let high = this.matches.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareMatches(this.matches[middle]!, match) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
