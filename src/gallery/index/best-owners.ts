/** A person found: the best of their templates. */
export interface Match {
  /** person number */
  readonly owner: number;
  /** enrolment number of the template */
  readonly key: number;
  /** cosine, −1..1 (past 1 by what float32 templates of "unit length" allow) */
  readonly score: number;
}

/** Negative when `a` comes first: higher score, then lower person number, then lower enrolment number. */
export const compareMatches = (a: Match, b: Match): number => b.score - a.score || a.owner - b.owner || a.key - b.key;

/** Keeps the best `limit` persons of the matches offered, each with their best template. */
export class BestOwners {
  /** best first */
  private readonly matches: Match[] = [];
  private readonly byOwner = new Map<number, Match>();

  /** @param minimum what a score must reach */
  constructor(
    private readonly limit: number,
    private readonly minimum: number,
  ) {}

  /** A score below this one changes nothing any more; an equal one may, by its numbers. */
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

  /** Best first. */
  list(): Match[] {
    return [...this.matches];
  }

  /** Where the match stands, or would stand. */
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
