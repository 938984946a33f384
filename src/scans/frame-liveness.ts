import type { MotionMeasure, NoMotion } from '../analysis/face-motion.js';
import type { SequenceObservation } from '../analysis/observation.js';

/** The liveness of a capture packet's photo and frames, each 0..1, and the motion of the face over them. */
export interface FrameLiveness {
  /** of the photo alone */
  readonly photoLiveness: number;
  /** of each frame; null if not exactly one face was found in it: the frame does not count */
  readonly frameLiveness: readonly (number | null)[];
  /** of photo and frames, without motion. The following are absent in scans of versions that did not measure it */
  readonly pictureLiveness?: number;
  /** null: no statement, for the reason `noMotion` */
  readonly motion?: MotionMeasure | null;
  readonly noMotion?: NoMotion | null;
  /** what the motion says, as a logit added to that of `pictureLiveness`; negative against a living person */
  readonly motionEvidence?: number;
  /** whether the account's policy counts the motion */
  readonly countsMotion?: boolean;
  /** what is judged: all of these fused */
  readonly fused: number;
}

/** Fuses what was observed. @param countsMotion whether the account's policy counts the motion */
export const fuseFrames = (
  photoLiveness: number,
  { frames, motion, noMotion, evidence, pictureLiveness, liveness }: SequenceObservation,
  countsMotion: boolean,
): FrameLiveness => ({
  photoLiveness,
  frameLiveness: frames.map((frame) => frame.liveness),
  pictureLiveness,
  motion,
  noMotion,
  motionEvidence: evidence,
  countsMotion,
  fused: countsMotion ? liveness : pictureLiveness,
});
