import { type Interval, middle95, seedRandom } from './bootstrap.js';

/** How presentations are drawn. */
export interface ResamplingOptions {
  readonly seed: number;
  /** number of resamples (default 1000) */
  readonly replicates?: number;
  /**
   * name of the cluster of each presentation, for example its client: presentations of one cluster are not independent and are drawn
   * together. Those with an empty name are drawn on their own (default: all are)
   */
  readonly clusters?: readonly string[] | undefined;
}

/**
 * 95 % intervals of figures that compare methods on the same presentations: percentile bootstrap. A resample draws whole
 * presentations, with all results of each, which reveals differences that separate intervals would hide. Clusters with bona fide
 * presentations alone, with attacks alone and with both are resampled separately, each to their number, so that no label is missing.
 * @param bonaFide label by presentation
 * @param measure computes the figures of a resample from how often each presentation was drawn; NaN leaves a figure out
 * @returns one interval per figure; NaN where no resample gave the figure
 */
export function bootstrapPaired(
  bonaFide: readonly boolean[],
  measure: (drawn: Uint32Array) => readonly number[],
  { seed, replicates = 1000, clusters }: ResamplingOptions,
): Interval[] {
  const random = seedRandom(seed);
  const strata = stratify(bonaFide, clusters);
  const drawn = new Uint32Array(bonaFide.length);
  const results: (readonly number[])[] = [];
  for (let draw = 0; draw < replicates; draw++) {
    drawn.fill(0);
    for (const groups of strata)
      for (let n = 0; n < groups.length; n++) for (const i of groups[Math.floor(random() * groups.length)]!) drawn[i]!++;
    results.push(measure(drawn));
  }
  return (results[0] ?? []).map((_, figure) => {
    const values = results.map((result) => result[figure]!).filter((value) => !Number.isNaN(value));
    return values.length > 0 ? middle95(Float64Array.from(values)) : { low: Number.NaN, high: Number.NaN };
  });
}

/** @returns the clusters, as indices of their presentations: bona fide alone, attacks alone, both */
function stratify(bonaFide: readonly boolean[], names: readonly string[] | undefined): Uint32Array[][] {
  const clusters = new Map<string | number, number[]>();
  for (const i of bonaFide.keys()) {
    // A number is no client's name: such presentations stay on their own.
    const name = names?.[i] || i;
    const members = clusters.get(name);
    if (members) members.push(i);
    else clusters.set(name, [i]);
  }
  const strata: Uint32Array[][] = [[], [], []];
  for (const members of clusters.values()) {
    const isMixed = members.some((i) => bonaFide[i] !== bonaFide[members[0]!]);
    strata[isMixed ? 2 : bonaFide[members[0]!] ? 0 : 1]!.push(Uint32Array.from(members));
  }
  return strata;
}
