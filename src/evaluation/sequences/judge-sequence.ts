import type { ImageObservation, SequenceObservation } from '../../analysis/observation.js';
import type { Policy } from '../../analysis/policy.js';
import { type JudgedSample, judgeSample } from '../judge-sample.js';
import type { FailedMeasurement } from '../measure-files.js';
import type { SequenceSample } from './sequence-sample.js';

/**
 * What a sequence is judged by:
 * - `picture`: its last frame alone
 * - `withoutMotion`: all its frames as single pictures
 * - `sequence`: all its frames and the motion between them, as the server judges a capture packet
 */
export const methods = ['picture', 'withoutMotion', 'sequence'] as const;
export type Method = (typeof methods)[number];

/** The numbers of the motion, each higher the more the face moves like a head. */
export const motionNumbers = ['evidence', 'residual', 'plane'] as const;

/**
 * The motion of a face over a sequence (see analysis/motion-fusion.ts):
 * - `evidence`: what it adds to the score, as a logit
 * - `residual`: how far the face moves against its surroundings, over the error of measurement
 * - `plane`: how far it bends as no plane does, over the same
 */
export type MotionNumbers = Readonly<Record<(typeof motionNumbers)[number], number>>;

/** A labelled sequence and its verdict by each method. */
export interface JudgedSequence extends Readonly<Record<Method, JudgedSample>> {
  readonly sample: SequenceSample;
  /** liveness of each analysed frame, 0..1, the picture last; null: not exactly one face */
  readonly frameScores: readonly (number | null)[];
  /** null: no statement */
  readonly motion: MotionNumbers | null;
  /** why there is no statement; null if there is one */
  readonly motionReason: string | null;
}

/**
 * Applies the policy to a measured sequence, by each method. A sequence without measurements of its own, because it has one frame or
 * its picture shows no face, gets the result of its picture from every method.
 */
export function judgeSequence(
  sample: SequenceSample,
  measured: ImageObservation | FailedMeasurement,
  policy: Policy,
): JudgedSequence {
  if ('fault' in measured) {
    const failed = judgeSample(sample, measured, policy);
    return {
      sample,
      picture: failed,
      withoutMotion: failed,
      sequence: failed,
      frameScores: [],
      motion: null,
      motionReason: 'not-measured',
    };
  }
  const { sequence, ...image } = measured;
  const picture = judgeSample(sample, image, policy);
  if (!sequence) {
    const motionReason = sample.frames.length === 1 ? 'one-frame' : 'no-face';
    return {
      sample,
      picture,
      withoutMotion: picture,
      sequence: picture,
      frameScores: [picture.score],
      motion: null,
      motionReason,
    };
  }
  return {
    sample,
    picture,
    withoutMotion: judgeSample(sample, withScore(image, sequence.pictureLiveness), policy),
    sequence: judgeSample(sample, withScore(image, sequence.liveness), policy),
    frameScores: [...sequence.frames.map(({ liveness }) => liveness), picture.score],
    motion: motionOf(sequence),
    motionReason: sequence.noMotion,
  };
}

const motionOf = ({ motion, evidence }: SequenceObservation): MotionNumbers | null =>
  motion && { evidence, residual: motion.residualRatio, plane: motion.planeRatio };

/** The same picture with another score of its subject. */
const withScore = (image: ImageObservation, liveness: number): ImageObservation => ({
  ...image,
  faces: image.faces.map((face, i) => (i === 0 ? { ...face, liveness } : face)),
});
