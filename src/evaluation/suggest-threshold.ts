import { type ErrorTarget, findOperatingPoint, makeErrorCurve } from './error-curve.js';
import { countRate, type Rate } from './rate.js';

/** A threshold that keeps a target on some scores, and what it does to them. */
export interface SuggestedThreshold {
  /** accept from this score on; six digits where that changes no decision */
  readonly threshold: number;
  /** APCER, or FMR */
  readonly falseAccept: Rate;
  /** BPCER, or FNMR */
  readonly falseReject: Rate;
}

/**
 * The threshold that keeps a wanted error with the least of the other one. It is chosen and measured on the same scores, so expect
 * somewhat more of both on new pictures; the rates' intervals say how much these scores can tell.
 * @param wanted scores of what ought to be accepted: bona fide presentations, pairs of one person
 * @param unwanted scores of what ought to be refused: attacks, pairs of two persons
 * @returns undefined where scores of a kind are missing, or only refusing everything would keep the target
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

/** What a threshold does to some scores. */
export function measureThreshold(wanted: ArrayLike<number>, unwanted: ArrayLike<number>, threshold: number): SuggestedThreshold {
  return {
    threshold,
    falseAccept: countRate(Array.from(unwanted), (score) => score >= threshold),
    falseReject: countRate(Array.from(wanted), (score) => score < threshold),
  };
}

/** A threshold of six digits, if it decides every score as the exact one does. */
function shorten(threshold: number, scores: readonly ArrayLike<number>[]): number {
  const short = Math.round(threshold * 1e6) / 1e6;
  const changes = scores.some((of) => Array.from(of).some((score) => score >= short !== score >= threshold));
  return changes ? threshold : short;
}
