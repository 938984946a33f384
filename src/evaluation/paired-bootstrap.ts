import { type Interval, middle95, seedRandom } from './bootstrap.js';

/**
 * 95 % intervals of figures that compare two methods on the same presentations: percentile bootstrap. A resample draws whole
 * presentations, with both results of each, which reveals differences that two separate intervals would hide. Bona fide
 * presentations and attacks are resampled separately, each to its number.
 * @param bonaFide label by presentation
 * @param measure computes the figures of a resample from how often each presentation was drawn; NaN leaves a figure out
 * @returns one interval per figure; NaN where no resample gave the figure
 */
export function bootstrapPaired(
  bonaFide: readonly boolean[],
  measure: (drawn: Uint32Array) => readonly number[],
  seed: number,
  replicates = 1000,
): Interval[] {
  const random = seedRandom(seed);
  const kinds = [true, false].map((kind) => Uint32Array.from(bonaFide.flatMap((is, i) => (is === kind ? [i] : []))));
  const drawn = new Uint32Array(bonaFide.length);
  const results: (readonly number[])[] = [];
  for (let draw = 0; draw < replicates; draw++) {
    drawn.fill(0);
    for (const members of kinds)
      for (let n = 0; n < members.length; n++) drawn[members[Math.floor(random() * members.length)]!]!++;
    results.push(measure(drawn));
  }
  return (results[0] ?? []).map((_, figure) => {
    const values = results.map((result) => result[figure]!).filter((value) => !Number.isNaN(value));
    return values.length > 0 ? middle95(Float64Array.from(values)) : { low: Number.NaN, high: Number.NaN };
  });
}
