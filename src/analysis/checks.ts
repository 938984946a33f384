import { boxHeight, boxWidth } from '../imaging/geometry.js';
import type { CapturePolicy } from './capture-policy.js';
import type { Finding } from './findings.js';
import { isDecided } from './judgeability.js';
import type { FaceObservation, SceneObservation } from './observation.js';
import { borderMargin, type PictureSize, relativeSize } from './placement.js';
import { type FixedBounds, formerBounds, type Policy, type Thresholds } from './policy.js';

/** One measurement compared with its threshold. */
export interface Check {
  /** what is wrong with the picture when the check fails */
  readonly finding: Finding;
  /** what was measured, in words, with its unit */
  readonly measure: string;
  readonly value: number;
  /** which side of the threshold is acceptable; the threshold itself is */
  readonly bound: 'at least' | 'at most';
  readonly threshold: number;
  /** the condition under which the check counts, in words; absent: always */
  readonly when?: string;
  /** whether that condition holds; a check that does not apply cannot fail */
  readonly applies: boolean;
  readonly passed: boolean;
}

/** What the checks look at: one picture, and the subject's face where exactly one face counts. */
export interface CheckedPicture extends PictureSize {
  /** faces that count; passers-by are left out */
  readonly faceCount: number;
  /** the subject; absent unless exactly one face counts */
  readonly face?: FaceObservation | undefined;
  /** the whole picture; measured only where no face was found */
  readonly scene?: SceneObservation | null | undefined;
}

/** A row of the table: how a check is made of a subject of type `S`. */
interface CheckRule<S> {
  readonly finding: Finding;
  readonly measure: string;
  readonly value: (subject: S, size: PictureSize) => number;
  readonly bound: Check['bound'];
  readonly threshold: keyof Thresholds;
  readonly condition?: { readonly when: string; readonly holds: (subject: S, policy: Policy & FixedBounds) => boolean };
}

const decided: CheckRule<FaceObservation>['condition'] = {
  when: 'the face is judgeable or the score is clear',
  holds: isDecided,
};

/** The checks of the subject's face, in the order of precedence of their findings. */
const faceRules: readonly CheckRule<FaceObservation>[] = [
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
    value: (face) => face.noise ?? 0,
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
    measure: 'judgeability, 0..1',
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
const sceneRules: readonly CheckRule<SceneObservation>[] = [
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

/**
 * Every check that can be made of a picture. The verdict's findings are the findings of the failed ones, and the explanation of a
 * stored scan prints all of them: both read this list, so they cannot contradict each other.
 *
 * Scans stored by former versions lack newer thresholds and measurements; the checks that need them are left out.
 */
export function checkPicture(picture: CheckedPicture, policy: Policy): Check[] {
  const { faceCount, face, scene } = picture;
  return [
    ...(faceCount === 0 && scene ? applyRules(sceneRules, scene, picture, policy) : []),
    makeCheck('face-not-found', 'faces', faceCount, 'at least', 1),
    makeCheck('too-many-faces', 'faces', faceCount, 'at most', 1),
    ...(face ? applyRules(faceRules, face, picture, policy) : []),
  ];
}

/**
 * The check of a capture packet: whether its picture was captured by a camera. The only place where the score meets its
 * threshold.
 */
export const checkCapture = (score: number, { threshold }: Pick<CapturePolicy, 'threshold'>): Check =>
  makeCheck('injection', 'capture score', score, 'at least', threshold);

function applyRules<S>(rules: readonly CheckRule<S>[], subject: S, size: PictureSize, policy: Policy): Check[] {
  const complete = { ...formerBounds, ...policy };
  return rules.flatMap(({ finding, measure, value, bound, threshold, condition }) => {
    const measured: number | undefined = value(subject, size);
    const limit: number | undefined = policy[threshold];
    if (measured === undefined || limit === undefined) return [];
    return [
      makeCheck(
        finding,
        measure,
        measured,
        bound,
        limit,
        condition && { when: condition.when, holds: condition.holds(subject, complete) },
      ),
    ];
  });
}

/**
 * Compares one measurement with its threshold. A value that is not a number fails.
 * @param condition under which the check counts, and whether it does
 */
function makeCheck(
  finding: Finding,
  measure: string,
  value: number,
  bound: Check['bound'],
  threshold: number,
  condition?: { readonly when: string; readonly holds: boolean },
): Check {
  const applies = condition?.holds ?? true;
  const holds = bound === 'at least' ? value >= threshold : value <= threshold;
  return {
    finding,
    measure,
    value,
    bound,
    threshold,
    ...(condition ? { when: condition.when } : {}),
    applies,
    passed: holds || !applies,
  };
}
