import { type ScoreTable, summarizeTable, tabulateScores } from './error-curve.js';

/** A 95 % confidence interval. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Bootstrap intervals of figures whose intervals have no closed form. */
export interface CurveIntervals {
  readonly area: Interval;
  readonly equalError: Interval;
}

/** A seeded random generator of numbers in 0..1: Mulberry32 (Tommy Ettinger, 2017, public domain). */
export function seedRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const percentile = (sorted: Float64Array, part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]!;

/** The interval that leaves out 2.5 % on either side. Sorts in place. */
export const middle95 = (values: Float64Array): Interval => {
  const sorted = values.sort();
  return { low: percentile(sorted, 0.025), high: percentile(sorted, 0.975) };
};

/**
 * Percentile bootstrap (Efron, 1979). Wanted and unwanted scores are resampled separately. Presentations are assumed to be
 * independent: with many pictures of one person or one print, the true uncertainty is larger than the interval.
 * @param replicates number of resamples; 1000 take a second for 20,000 scores
 */
export function bootstrapCurve(
  wanted: ArrayLike<number>,
  unwanted: ArrayLike<number>,
  seed: number,
  replicates = 1000,
): CurveIntervals {
  const random = seedRandom(seed);
  const table = tabulateScores(wanted, unwanted);
  const drawWanted = redraw(table, 'wanted', random);
  const drawUnwanted = redraw(table, 'unwanted', random);
  const areas = new Float64Array(replicates);
  const errors = new Float64Array(replicates);
  for (let i = 0; i < replicates; i++) {
    const { area, equalError } = summarizeTable({ wanted: drawWanted(), unwanted: drawUnwanted() });
    areas[i] = area;
    errors[i] = equalError;
  }
  return { area: middle95(areas), equalError: middle95(errors) };
}

/** Returns a function that resamples with replacement, to the original size. Each call overwrites the result of the last one. */
function redraw(table: ScoreTable, kind: 'wanted' | 'unwanted', random: () => number): () => Uint32Array {
  const members = Uint32Array.from(Array.from(table[kind]).flatMap((count, position) => Array<number>(count).fill(position)));
  const counts = new Uint32Array(table.scores.length);
  return () => {
    counts.fill(0);
    for (let i = 0; i < members.length; i++) counts[members[Math.floor(random() * members.length)]!]!++;
    return counts;
  };
}
