import { BestOwners, type Match } from './best-owners.js';

/** A template that may be among the best. */
export interface Candidate {
  readonly owner: number;
  readonly key: number;
  /** its score is not less, and not more than `high` */
  readonly low: number;
  readonly high: number;
  /** equal for equal templates; different ones with equal bounds do not share it */
  readonly print: number;
}

/** Equal templates. */
interface Group {
  readonly low: number;
  readonly high: number;
  readonly print: number;
  /** the persons who come first among them */
  readonly members: BestOwners;
}

/** Templates as they are stored, by enrolment number. They are overwritten by whoever asked for them. Erased ones are missing. */
export type ReadTemplates = (keys: readonly number[]) => Promise<ReadonlyMap<number, Float32Array>>;

/** Templates read at a time: the best usually suffice. */
const LEAST_BATCH = 32;
const GREATEST_BATCH = 500;
/** Groups beyond twice the limit from which those that have become hopeless are dropped. */
const SPARE_GROUPS = 1024;

/** Collects the templates whose score can be among the best, and finds their order by the stored templates. */
export class Candidates {
  /** by what their scores cannot be less than */
  readonly #surest: BestOwners;
  #groups = new Map<number, Group[]>();
  #count = 0;
  #pruneAt: number;

  constructor(
    private readonly limit: number,
    private readonly minimum: number,
  ) {
    this.#surest = new BestOwners(limit, minimum);
    this.#pruneAt = 2 * limit + SPARE_GROUPS;
  }

  /** A template that cannot reach this score is not among the best. */
  get scoreToReach(): number {
    return this.#surest.scoreToReach;
  }

  offer({ owner, key, low, high, print }: Candidate): void {
    if (high < this.scoreToReach) return;
    this.#surest.offer({ owner, key, score: low });
    const known = this.#groups.get(print);
    let group = known?.find((one) => one.low === low && one.high === high);
    if (!group) {
      group = { low, high, print, members: new BestOwners(this.limit, Number.NEGATIVE_INFINITY) };
      if (known) known.push(group);
      else this.#groups.set(print, [group]);
      if (++this.#count > this.#pruneAt) this.#prune();
    }
    group.members.offer({ owner, key, score: low });
  }

  /**
   * The persons with the best scores, best first, each with their best template: exactly those of a float64 loop over all templates. A
   * template that the store no longer has, or has another one for, keeps its approximate score.
   * @throws what reading throws
   */
  async resolve(probe: Float32Array, read: ReadTemplates): Promise<Match[]> {
    const best = new BestOwners(this.limit, this.minimum);
    this.#prune();
    const groups = [...this.#groups.values()].flat().sort((a, b) => b.high - a.high);
    const size = Math.min(GREATEST_BATCH, Math.max(LEAST_BATCH, this.limit));
    for (let from = 0; from < groups.length && groups[from]!.high >= best.scoreToReach; from += size) {
      const batch = groups.slice(from, from + size);
      const first = await scoreStored(
        probe,
        batch.map(({ members }) => members.list()[0]!.key),
        read,
      );
      for (const { members, low, high } of batch) {
        const all = members.list();
        const within = (score = Number.NaN): number | undefined => (score >= low && score <= high ? score : undefined);
        const shared = within(first.get(all[0]!.key));
        // What was equal to the others is gone or replaced: they are read themselves.
        const keys = all.slice(1).map(({ key }) => key);
        const own = shared === undefined && keys.length > 0 ? await scoreStored(probe, keys, read) : undefined;
        for (const { owner, key } of all) best.offer({ owner, key, score: shared ?? within(own?.get(key)) ?? (low + high) / 2 });
      }
    }
    return best.list();
  }

  #prune(): void {
    const kept = [...this.#groups.values()].flat().filter(({ high }) => high >= this.scoreToReach);
    this.#groups = new Map();
    for (const group of kept) this.#groups.set(group.print, [...(this.#groups.get(group.print) ?? []), group]);
    this.#count = kept.length;
    this.#pruneAt = 2 * kept.length + 2 * this.limit + SPARE_GROUPS;
  }
}

/** The exact scores of stored templates, by enrolment number. */
async function scoreStored(probe: Float32Array, keys: readonly number[], read: ReadTemplates): Promise<Map<number, number>> {
  const scores = new Map<number, number>();
  for (const [key, template] of await read(keys)) {
    if (template.length === probe.length) scores.set(key, scoreOf(probe, template));
    template.fill(0);
  }
  return scores;
}

/** In float64 and in the order of the values, so that the result is identical to a plain loop's. */
function scoreOf(probe: Float32Array, template: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < probe.length; i++) sum += probe[i]! * template[i]!;
  return sum;
}
