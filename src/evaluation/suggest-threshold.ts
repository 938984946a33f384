import { type ErrorTarget, findOperatingPoint, makeErrorCurve } from './error-curve.js';
import { countRate, type Rate } from './rate.js';

/** A threshold that meets a target on a set of scores, and its error rates on them. */
export interface SuggestedThreshold {
  /** scores at or above it are accepted; rounded to six decimals if that changes no decision */
  readonly threshold: number;
  /** APCER, or FMR */
  readonly falseAccept: Rate;
  /** BPCER, or FNMR */
  readonly falseReject: Rate;
}

/**
 * The threshold that meets a target for one error with the lowest rate of the other. It is chosen and measured on the same
 * scores, so expect slightly higher rates on new pictures; the intervals show how precise the rates are.
 * @param wanted scores that should be accepted: bona fide presentations, same-person pairs
 * @param unwanted scores that should be rejected: attacks, different-person pairs
 * @returns undefined if there are no scores of a kind, or if only rejecting everything would meet the target
 */
export function suggestThreshold(
  wanted: ArrayLike<number>,
  unwanted: ArrayLike<number>,
  target: ErrorTarget,
): SuggestedThreshold | undefined {
  if (wanted.length === 0 || unwanted.length === 0) return undefined;
  const point = findOperatingPoint(makeErrorCurve(wanted, unwanted), target);
  return point && measureThreshold(wanted, unwanted, shorten(point.threshold, [wanted, unwanted]));
}

/** The error rates of a threshold on a set of scores. */
export function measureThreshold(wanted: ArrayLike<number>, unwanted: ArrayLike<number>, threshold: number): SuggestedThreshold {
  return {
    threshold,
    falseAccept: countRate(Array.from(unwanted), (score) => score >= threshold),
    falseReject: countRate(Array.from(wanted), (score) => score < threshold),
  };
}

/** The threshold rounded to six decimals, if that leaves every decision unchanged. */
function shorten(threshold: number, scores: readonly ArrayLike<number>[]): number {
  const short = Math.round(threshold * 1e6) / 1e6;
  const changes = scores.some((of) => Array.from(of).some((score) => score >= short !== score >= threshold));
  return changes ? threshold : short;
}
