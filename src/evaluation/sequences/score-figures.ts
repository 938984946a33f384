import type { Interval } from '../bootstrap.js';
import { findFalseReject, summarizeTable } from '../error-curve.js';
import type { JudgedSample } from '../judge-sample.js';
import type { Rate } from '../rate.js';
import { prepareTable } from '../resampled-table.js';
import { measureThreshold, suggestThreshold } from '../suggest-threshold.js';

/** A figure with its 95 % bootstrap interval. */
export interface Estimate extends Interval {
  readonly value: number;
}

/** A rate with its Wilson interval and, in `resampled`, its 95 % bootstrap interval; null if it could not be computed. */
export interface ResampledRate extends Rate {
  readonly resampled: Interval | null;
}

/** How well one method separates bona fide presentations from attacks, on those with a score. */
export interface ScoreFigures {
  /** attacks accepted at the threshold */
  readonly apcer: ResampledRate;
  /** bona fide presentations rejected at the threshold */
  readonly bpcer: ResampledRate;
  /** AUC, 0..1; null without bona fide presentations or without attacks, as the following */
  readonly area: Estimate | null;
  readonly equalError: Estimate | null;
  /** BPCER at the lowest threshold with an APCER of at most 5 %, and that threshold */
  readonly bpcer20: (ResampledRate & { readonly threshold: number }) | null;
}

/** The numbers of `ScoreFigures` in the order in which they are resampled. NaN where one cannot be computed. */
export const figureNames = ['apcer', 'bpcer', 'area', 'equalError', 'bpcer20'] as const;

const boundOfBpcer20 = 0.05;

/**
 * Prepares the figures of one method for a bootstrap.
 * @param results by presentation
 * @param live indices of bona fide presentations with a score; @param attacks of attacks with a score
 * @returns computes `figureNames` from how often each presentation was drawn
 */
export function prepareScoreFigures(
  results: readonly JudgedSample[],
  live: readonly number[],
  attacks: readonly number[],
  threshold: number,
): (drawn: Uint32Array) => number[] {
  const tabulate = prepareTable((i) => results[i]!.score!, live, attacks);
  return (drawn) => {
    const { scores, wanted, unwanted } = tabulate(drawn);
    let [rejected, accepted, liveTotal, attackTotal] = [0, 0, 0, 0];
    for (let place = 0; place < scores.length; place++) {
      liveTotal += wanted[place]!;
      attackTotal += unwanted[place]!;
      if (scores[place]! < threshold) rejected += wanted[place]!;
      else accepted += unwanted[place]!;
    }
    // 0 / 0 is NaN: a resample without any of them.
    const rates = [accepted / attackTotal, rejected / liveTotal];
    if (liveTotal === 0 || attackTotal === 0) return [...rates, Number.NaN, Number.NaN, Number.NaN];
    const { area, equalError } = summarizeTable({ wanted, unwanted });
    return [...rates, area, equalError, findFalseReject({ wanted, unwanted }, boundOfBpcer20)];
  };
}

/**
 * Puts numbers and intervals together.
 * @param values the numbers of all presentations, in the order of `figureNames`; @param intervals theirs
 */
export function describeScoreFigures(
  results: readonly JudgedSample[],
  live: readonly number[],
  attacks: readonly number[],
  threshold: number,
  values: readonly number[],
  intervals: readonly Interval[],
): ScoreFigures {
  const scores = (members: readonly number[]): number[] => members.map((i) => results[i]!.score!);
  const [wanted, unwanted] = [scores(live), scores(attacks)];
  const at = measureThreshold(wanted, unwanted, threshold);
  const point = suggestThreshold(wanted, unwanted, { falseAccept: boundOfBpcer20 });
  const [apcer, bpcer, area, equalError, bpcer20] = figureNames.map((_, i) => makeEstimate(values[i]!, intervals[i]!));
  const resample = (rate: Rate, of: Estimate | null | undefined): ResampledRate => ({
    ...rate,
    resampled: of ? { low: of.low, high: of.high } : null,
  });
  return {
    apcer: resample(at.falseAccept, apcer),
    bpcer: resample(at.falseReject, bpcer),
    area: area!,
    equalError: equalError!,
    bpcer20: point ? { threshold: point.threshold, ...resample(point.falseReject, bpcer20) } : null,
  };
}

/** @returns null for a number that cannot be computed */
export const makeEstimate = (value: number, { low, high }: Interval): Estimate | null =>
  Number.isNaN(value) ? null : { value, low, high };
