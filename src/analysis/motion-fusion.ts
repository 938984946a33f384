import Type, { type Static } from 'typebox';
import { toLogit, toProbability } from '../base/logit.js';
import type { MotionMeasure } from './face-motion.js';
import { readLearnedNumbers } from './learned-numbers.js';
import { roundScore } from './score-liveness.js';

const FusionSchema = Type.Object(
  {
    /** identifies the coefficients */
    version: Type.String({ minLength: 1 }),
    about: Type.String(),
    intercept: Type.Number(),
    weights: Type.Object(
      { residual: Type.Number({ minimum: 0 }), plane: Type.Number({ minimum: 0 }) },
      { additionalProperties: false },
    ),
    /** the evidence that motion can give at most: against, and in favour of, a bona fide presentation, as logits */
    least: Type.Number({ maximum: 0 }),
    most: Type.Number({ minimum: 0 }),
    /** the evidence, as a logit, if the face was carried along with its surroundings; set by hand */
    carried: Type.Number({ maximum: 0 }),
  },
  { additionalProperties: false },
);

/** Coefficients that turn the motion of a sequence into evidence, learned by `bench/learn-motion.ts`. */
export type MotionFusion = Static<typeof FusionSchema>;

/** Reads `models/motion-fusion.json`. @throws Error naming the file if it is missing or invalid */
export const loadMotionFusion = (path: string): MotionFusion => readLearnedNumbers(path, FusionSchema, 'motion fusion');

/**
 * The inputs of the regression, in the order residual, plane: logarithms, 0 if the face moves as its surroundings, or as a plane.
 * @internal exported for learning
 */
export const motionInputs = ({
  residualRatio,
  planeRatio,
}: Pick<MotionMeasure, 'residualRatio' | 'planeRatio'>): [number, number] => [Math.log(residualRatio), Math.log(planeRatio)];

/**
 * What the motion says, as a logit to be added to that of the pictures: negative against a bona fide presentation. The less the
 * measure can be relied on, the closer to 0. Evidence in favour is bounded more tightly than evidence against: a picture that is
 * moved in front of its surroundings moves against them, too.
 */
export function weighMotion(motion: MotionMeasure, { intercept, weights, least, most, carried }: MotionFusion): number {
  if (motion.carried) return motion.confidence * carried;
  const [residual, plane] = motionInputs(motion);
  const logit = intercept + weights.residual * residual + weights.plane * plane;
  return motion.confidence * Math.min(most, Math.max(least, logit));
}

/** Adds evidence to a score, 0..1. @param evidence as of `weighMotion` */
export const addEvidence = (liveness: number, evidence: number): number =>
  roundScore(toProbability(toLogit(liveness) + evidence));
