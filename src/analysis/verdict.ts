import { type Box, boxHeight, boxWidth } from '../imaging/geometry.js';
import { type Finding, findings } from './findings.js';
import type { FaceObservation, FaceOutline, ImageObservation, SceneObservation } from './observation.js';
import type { Policy } from './policy.js';
import { prominence } from './prominence.js';

/** What a policy makes of an observation. */
export interface Verdict {
  /** nothing is wrong: one live face in good conditions */
  readonly accepted: boolean;
  /** all that is wrong, in order of precedence; empty when accepted */
  readonly findings: readonly Finding[];
  /** the subject: the largest or most prominent face, when exactly one counts */
  readonly face: FaceObservation | undefined;
  /** liveness probability of the subject, 0..1 */
  readonly liveness: number | undefined;
  /** faces that count (passers-by left out), the subject first */
  readonly faceCount: number;
  /** the liveness score is so near to the threshold that the other verdict is nearly as likely */
  readonly uncertain: boolean;
  readonly policyVersion: string;
}

/** Judges an observation. Pure: the same observation and policy give the same verdict. */
export function judge(image: ImageObservation, policy: Policy): Verdict {
  const counted = countFaces(image, policy);
  const face = counted.length === 1 ? image.faces[0] : undefined;
  const found = new Set<Finding>();
  if (counted.length === 0) {
    found.add('face-not-found');
    if (image.scene && !isVisible(image.scene, policy)) found.add('scene-not-visible');
  }
  if (counted.length > 1) found.add('too-many-faces');
  if (face) for (const finding of judgeFace(face, image, policy)) found.add(finding);
  return {
    accepted: found.size === 0,
    findings: findings.filter((finding) => found.has(finding)),
    face,
    liveness: face?.liveness,
    faceCount: counted.length,
    uncertain: face !== undefined && Math.abs(face.liveness - policy.liveness) < policy.uncertainty,
    policyVersion: policy.version,
  };
}

/** The verdict on a picture that could not be observed at all. */
export const judgeUnobserved = (finding: Finding, policy: Policy): Verdict => ({
  accepted: false,
  findings: [finding],
  face: undefined,
  liveness: undefined,
  faceCount: 0,
  uncertain: false,
  policyVersion: policy.version,
});

/** The same verdict where the capture itself is not to be believed: whatever else is wrong, that comes first. */
export const refuseCapture = (verdict: Verdict): Verdict => ({
  ...verdict,
  accepted: false,
  findings: ['injection', ...verdict.findings],
});

const isVisible = ({ luminance, detail }: SceneObservation, policy: Policy): boolean =>
  luminance >= policy.sceneDarkest && luminance <= policy.sceneBrightest && detail >= policy.sceneDetail;

function countFaces(image: ImageObservation, policy: Policy): FaceOutline[] {
  const weigh = ({ box }: FaceOutline): number => (image.subject === 'prominent' ? prominence(box, image) : boxHeight(box));
  const [first] = image.outlines;
  return first ? image.outlines.filter((other) => weigh(other) >= policy.otherFace * weigh(first)) : [];
}

function* judgeFace(face: FaceObservation, image: ImageObservation, policy: Policy): Generator<Finding> {
  const { box, pose } = face;
  const margin = Math.min(box.x1 / image.width, box.y1 / image.height, 1 - box.x2 / image.width, 1 - box.y2 / image.height);
  const relativeHeight = boxHeight(box) / image.height;
  if (face.visibleFraction < policy.visible) yield 'face-cropped';
  if (boxWidth(box) / image.width > policy.closeWidth || relativeHeight > policy.closeHeight) yield 'face-too-close';
  if (margin < policy.border) yield 'face-close-to-border';
  if (
    face.eyeDistance < policy.eyeDistance ||
    relativeHeight < policy.relativeHeight ||
    relativeSize(box, image) < policy.relativeSize
  )
    yield 'face-too-small';
  if (areLandmarksUnreliable(face, policy)) yield 'landmarks-unreliable';
  if (Math.abs(pose.yaw) > policy.yaw || Math.abs(pose.pitch) > policy.pitch || Math.abs(pose.roll) > policy.roll)
    yield 'face-angle';
  if (face.occlusion > policy.occlusion) yield 'face-occluded';
  if (face.luminance < policy.darkest || face.luminance > policy.brightest) yield 'conditions-not-met';
  if (face.quality < policy.quality) yield 'quality-low';
  if (face.liveness < policy.liveness) yield 'attack';
}

/** Height of a face over the geometric mean of its picture's sides: a person across a wide picture is as small as one across a tall one. */
export const relativeSize = (box: Box, { width, height }: { readonly width: number; readonly height: number }): number =>
  boxHeight(box) / Math.sqrt(width * height);

/** Where the mouth is covered the models part for a better reason than being lost: that is `face-occluded`. */
function areLandmarksUnreliable(face: FaceObservation, policy: Policy): boolean {
  return (
    face.occlusionSignals.landmarkDisagreement > policy.landmarkDisagreement &&
    face.occlusionSignals.mouthColour < coveredMouthColour
  );
}
const coveredMouthColour = 20;
