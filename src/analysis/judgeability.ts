import { piecewise } from './piecewise.js';
import type { Thresholds } from './policy.js';

/** The measurements that determine judgeability. */
export interface JudgeabilityInputs {
  /** height of the face's box, in pixels as decoded */
  readonly height: number;
}

/**
 * How far a picture of a face allows its liveness to be judged, 0..1: the *worst* of its aspects, so that a low value always has a
 * single cause. Each aspect is 0.5 where the error of the liveness score has doubled and 1 where it no longer matters
 * (docs/decisions/0023-judgeability.md).
 */
export function rateJudgeability({ height }: JudgeabilityInputs): number {
  return piecewise(height, [
    [60, 0],
    [180, 0.5],
    [300, 1],
  ]);
}

/** Whether a liveness score is decided even if the face is not judgeable. */
export const isClear = (
  liveness: number,
  { liveness: threshold, sureLive, sureAttack }: Pick<Thresholds, 'liveness' | 'sureLive' | 'sureAttack'>,
): boolean => liveness < Math.min(sureAttack, threshold) || liveness >= Math.max(sureLive, threshold);
