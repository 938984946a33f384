import { regularPolicy } from '../analysis/policy.js';
import { bootstrapCurve, type CurveIntervals } from './bootstrap.js';
import { type ErrorTarget, makeErrorCurve } from './error-curve.js';
import { type JudgedSample, scoresOf } from './judge-sample.js';
import type { Rate } from './rate.js';
import { measureThreshold, type SuggestedThreshold, suggestThreshold } from './suggest-threshold.js';

/** A threshold asked of one band. */
export interface BandSuggestion {
  readonly target: ErrorTarget;
  /** undefined if there are too few pictures, or if only rejecting everything would meet the target */
  readonly found: SuggestedThreshold | undefined;
  /** pictures of each label that the target needs */
  readonly needed: number;
  /** whether there are that many of each */
  readonly enough: boolean;
}

/** The pictures with a judgeability of at least `from` and less than `to` (at most, if `to` is 1), by their score alone. */
export interface JudgeabilityBand {
  readonly from: number;
  readonly to: number;
  /** whether it lies below the policy's threshold, where only clear scores are decided */
  readonly below: boolean;
  /** presentations with a score */
  readonly bonaFide: number;
  readonly attack: number;
  /** null with fewer than `leastOfLabel` presentations of a label */
  readonly curve: { readonly area: number; readonly equalError: number; readonly intervals: CurveIntervals } | null;
  /** at the report's threshold */
  readonly apcer: Rate;
  readonly bpcer: Rate;
  readonly suggestions: readonly BandSuggestion[];
}

export interface BandOptions {
  /** liveness threshold of the report */
  readonly threshold: number;
  /** the policy's judgeability threshold, which separates two bands; 0 or 1 separates nothing, so `regular` has its place */
  readonly judgeability: number;
  readonly targets: readonly ErrorTarget[];
  readonly seed: number;
}

/** Presentations of each label that a curve or a threshold needs. */
export const leastOfLabel = 20;

/**
 * Splits the scored presentations by judgeability: below and above the policy's threshold, and each of these in two halves if
 * every half has `leastOfLabel` presentations of each label. The borders do not depend on the scores.
 * @returns an empty list if no presentation has a judgeability
 */
export function splitByJudgeability(samples: readonly JudgedSample[], options: BandOptions): JudgeabilityBand[] {
  const { judgeability: own } = options;
  const border = own > 0 && own < 1 ? own : regularPolicy.judgeability;
  const scored = samples.filter(({ score, judgeability }) => score !== null && judgeability !== null);
  if (scored.length === 0) return [];
  return [
    { from: 0, to: border },
    { from: border, to: 1 },
  ].flatMap(({ from, to }) => {
    const middle = (from + to) / 2;
    const halves = [select(scored, from, middle), select(scored, middle, to)];
    return halves.every(hasEnough)
      ? [describeBand(halves[0]!, from, middle, options), describeBand(halves[1]!, middle, to, options)]
      : [describeBand(select(scored, from, to), from, to, options)];
  });
}

const select = (samples: readonly JudgedSample[], from: number, to: number): JudgedSample[] =>
  samples.filter(({ judgeability }) => judgeability! >= from && (judgeability! < to || to === 1));

const byLabel = (samples: readonly JudgedSample[], bonaFide: boolean): number[] =>
  scoresOf(samples.filter((sample) => sample.bonaFide === bonaFide));

const hasEnough = (samples: readonly JudgedSample[]): boolean =>
  [true, false].every((label) => byLabel(samples, label).length >= leastOfLabel);

function describeBand(
  samples: readonly JudgedSample[],
  from: number,
  to: number,
  { threshold, judgeability, targets, seed }: BandOptions,
): JudgeabilityBand {
  const [live, attack] = [byLabel(samples, true), byLabel(samples, false)];
  const { falseAccept, falseReject } = measureThreshold(live, attack, threshold);
  return {
    from,
    to,
    below: to <= judgeability,
    bonaFide: live.length,
    attack: attack.length,
    curve: hasEnough(samples) ? { ...measureCurve(live, attack), intervals: bootstrapCurve(live, attack, seed) } : null,
    apcer: falseAccept,
    bpcer: falseReject,
    suggestions: targets.map((target) => suggestForBand(live, attack, target)),
  };
}

function measureCurve(live: readonly number[], attack: readonly number[]): { area: number; equalError: number } {
  const { area, equalError } = makeErrorCurve(live, attack);
  return { area, equalError };
}

/** A rate of 3 % needs 34 pictures of the bounded label: with fewer, it allows no error at all. */
function suggestForBand(live: readonly number[], attack: readonly number[], target: ErrorTarget): BandSuggestion {
  const rate = 'falseAccept' in target ? target.falseAccept : target.falseReject;
  const needed = Math.max(leastOfLabel, rate > 0 ? Math.ceil(1 / rate - 1e-9) : leastOfLabel);
  const bounded = 'falseAccept' in target ? attack : live;
  const enough = bounded.length >= needed && Math.min(live.length, attack.length) >= leastOfLabel;
  return { target, found: enough ? suggestThreshold(live, attack, target) : undefined, needed, enough };
}
