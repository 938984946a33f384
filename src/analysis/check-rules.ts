import { boxHeight, boxWidth } from '../imaging/geometry.js';
import type { Finding } from './findings.js';
import { isDecided } from './judgeability.js';
import type { FaceObservation, SceneObservation } from './observation.js';
import { borderMargin, type PictureSize, relativeSize } from './placement.js';
import type { FixedBounds, Policy, Thresholds } from './policy.js';

/** A row of the table: how a check is made of a subject of type `S`. */
export interface CheckRule<S> {
  readonly finding: Finding;
  readonly measure: string;
  /** undefined: not measured, and the check is left out */
  readonly value: (subject: S, size: PictureSize) => number | undefined;
  /** which side of the threshold is acceptable; the threshold itself is */
  readonly bound: 'at least' | 'at most';
  readonly threshold: keyof Thresholds;
  readonly condition?: { readonly when: string; readonly holds: (subject: S, policy: Policy & FixedBounds) => boolean };
}

const decided: CheckRule<FaceObservation>['condition'] = {
  when: 'the face is judgeable or the score is clear',
  holds: isDecided,
};

/** The checks of the subject's face, in the order of precedence of their findings. */
export const faceRules: readonly CheckRule<FaceObservation>[] = [
  {
    finding: 'face-cropped',
    measure: 'part of the face within the picture',
    value: (face) => face.visibleFraction,
    bound: 'at least',
    threshold: 'visible',
  },
  {
    finding: 'face-too-small',
    measure: 'eye distance, pixels',
    value: (face) => face.eyeDistance,
    bound: 'at least',
    threshold: 'eyeDistance',
  },
  {
    finding: 'face-too-small',
    measure: 'face height over picture height',
    value: ({ box }, { height }) => boxHeight(box) / height,
    bound: 'at least',
    threshold: 'relativeHeight',
  },
  {
    finding: 'face-too-small',
    measure: 'face height over the mean of the picture’s sides',
    value: ({ box }, size) => relativeSize(box, size),
    bound: 'at least',
    threshold: 'relativeSize',
  },
  {
    finding: 'conditions-not-met',
    measure: 'mean luma of the face, 0..255',
    value: (face) => face.luminance,
    bound: 'at least',
    threshold: 'darkest',
  },
  {
    finding: 'conditions-not-met',
    measure: 'mean luma of the face, 0..255',
    value: (face) => face.luminance,
    bound: 'at most',
    threshold: 'brightest',
  },
  {
    finding: 'conditions-not-met',
    measure: 'overexposed part of the face',
    value: (face) => face.burntOut,
    bound: 'at most',
    threshold: 'burntOut',
  },
  {
    finding: 'conditions-not-met',
    measure: 'noise of single pixels, grey levels',
    value: (face) => face.noise,
    bound: 'at most',
    threshold: 'noise',
  },
  {
    finding: 'face-angle',
    measure: 'yaw, degrees to either side',
    value: ({ pose }) => Math.abs(pose.yaw),
    bound: 'at most',
    threshold: 'yaw',
  },
  {
    finding: 'face-angle',
    measure: 'pitch, degrees up or down',
    value: ({ pose }) => Math.abs(pose.pitch),
    bound: 'at most',
    threshold: 'pitch',
  },
  {
    finding: 'face-angle',
    measure: 'roll, degrees to either side',
    value: ({ pose }) => Math.abs(pose.roll),
    bound: 'at most',
    threshold: 'roll',
  },
  {
    finding: 'face-occluded',
    measure: 'occlusion, 0..1',
    value: (face) => face.occlusion,
    bound: 'at most',
    threshold: 'occlusion',
  },
  {
    finding: 'face-too-close',
    measure: 'face width over picture width',
    value: ({ box }, { width }) => boxWidth(box) / width,
    bound: 'at most',
    threshold: 'closeWidth',
  },
  {
    finding: 'face-too-close',
    measure: 'face height over picture height',
    value: ({ box }, { height }) => boxHeight(box) / height,
    bound: 'at most',
    threshold: 'closeHeight',
  },
  {
    finding: 'face-close-to-border',
    measure: 'distance from the nearest border over the picture',
    value: ({ box }, size) => borderMargin(box, size),
    bound: 'at least',
    threshold: 'border',
  },
  {
    finding: 'landmarks-unreliable',
    measure: 'disagreement of the landmark models, eye distances',
    value: (face) => face.occlusionSignals.landmarkDisagreement,
    bound: 'at most',
    threshold: 'landmarkDisagreement',
    // With a covered mouth the models disagree because of the cover: see `face-occluded`.
    condition: {
      when: 'the mouth is not covered',
      holds: (face, policy) => face.occlusionSignals.mouthColour < policy.coveredMouthColour,
    },
  },
  {
    finding: 'quality-low',
    measure: 'quality, 0..1',
    value: (face) => face.quality,
    bound: 'at least',
    threshold: 'quality',
  },
  {
    finding: 'not-judgeable',
    measure: 'judgeability (size, sharpness, noise, compression), 0..1',
    value: (face) => face.judgeability,
    bound: 'at least',
    threshold: 'judgeability',
    condition: { when: 'the liveness score is not clear', holds: (face, policy) => !isDecided(face, policy) },
  },
  {
    finding: 'attack',
    measure: 'photograph (not drawn, posterised, inverted), 0..1',
    value: (face) => face.photographic,
    bound: 'at least',
    threshold: 'liveness',
    condition: decided,
  },
  {
    finding: 'attack',
    measure: 'liveness score, 0..1',
    value: (face) => face.liveness,
    bound: 'at least',
    threshold: 'liveness',
    condition: decided,
  },
];

/** The checks of a picture without a face: could one have been seen at all? */
export const sceneRules: readonly CheckRule<SceneObservation>[] = [
  {
    finding: 'scene-not-visible',
    measure: 'mean luma of the picture, 0..255',
    value: (scene) => scene.luminance,
    bound: 'at least',
    threshold: 'sceneDarkest',
  },
  {
    finding: 'scene-not-visible',
    measure: 'mean luma of the picture, 0..255',
    value: (scene) => scene.luminance,
    bound: 'at most',
    threshold: 'sceneBrightest',
  },
  {
    finding: 'scene-not-visible',
    measure: 'detail of the picture, variance of the Laplacian over variance of the luma',
    value: (scene) => scene.detail,
    bound: 'at least',
    threshold: 'sceneDetail',
  },
];
