import { piecewise } from './piecewise.js';
import type { Thresholds } from './policy.js';

/** The measurements that determine judgeability. */
export interface JudgeabilityInputs {
  /** height of the face's box, in pixels as decoded */
  readonly height: number;
  /** fine detail of the aligned face, dimensionless */
  readonly sharpness: number;
  /** noise of single pixels, grey levels */
  readonly noise?: number;
  /** strength of the block grid of strong compression, 1: none */
  readonly blockiness?: number;
}

/**
 * How far a picture of a face allows its liveness to be judged, 0..1: the *worst* of its aspects, so that a low value always has a
 * single cause. The knots are set where the errors of the score rise when labelled pictures are made smaller, softer, noisier or
 * more compressed (docs/decisions/0023-judgeability.md): from 1 on down errors rise, at 0.5 they have about doubled, and at 0.1
 * attacks pass more often than not. Small size alone does not go that far.
 */
export function rateJudgeability({ height, sharpness, noise = 0, blockiness = 1 }: JudgeabilityInputs): number {
  return Math.min(
    piecewise(height, [
      [60, 0.2],
      [180, 0.5],
      [300, 1],
    ]),
    piecewise(Math.log(Math.max(1e-6, sharpness)), [
      [Math.log(0.008), 0],
      [Math.log(0.03), 0.5],
      [Math.log(0.1), 1],
    ]),
    piecewise(noise, [
      [4, 1],
      [7.5, 0.5],
      [10, 0.1],
      [12, 0],
    ]),
    piecewise(blockiness, [
      [3, 1],
      [6, 0.5],
      [15, 0],
    ]),
  );
}

/** The thresholds that decide which scores are clear. */
export type ClearThresholds = Pick<Thresholds, 'liveness' | 'judgeability' | 'unjudgeable' | 'sureLive' | 'sureAttack'>;

/**
 * Whether the score of a face is decided as bona fide or attack: if the face is judgeable, or the score clear. Thresholds or
 * measurements that a stored scan lacks leave the decision to the score.
 */
export function isDecided(face: { readonly liveness: number; readonly judgeability: number }, policy: ClearThresholds): boolean {
  if (!(face.judgeability < policy.judgeability) || face.liveness < Math.min(policy.sureAttack, policy.liveness)) return true;
  return face.judgeability >= policy.unjudgeable && face.liveness >= Math.max(policy.sureLive, policy.liveness);
}
