import { boxHeight } from '../imaging/geometry.js';
import { checkPicture } from './checks.js';
import { type CaptureFinding, type Finding, findings } from './findings.js';
import type { FaceObservation, FaceOutline, ImageObservation } from './observation.js';
import type { Policy } from './policy.js';
import { prominence } from './prominence.js';

/** What a policy makes of an observation. */
export interface Verdict {
  /** no check failed: one live face in good conditions */
  readonly accepted: boolean;
  /** the findings of all failed checks (see checks.ts), in order of precedence; empty when accepted */
  readonly findings: readonly Finding[];
  /** the subject: the largest or most prominent face, when exactly one counts */
  readonly face: FaceObservation | undefined;
  /** liveness probability of the subject, 0..1 */
  readonly liveness: number | undefined;
  /** faces that count (passers-by left out), the subject first */
  readonly faceCount: number;
  /** the liveness score is so close to the threshold that the opposite verdict is nearly as likely */
  readonly uncertain: boolean;
  readonly policyVersion: string;
}

/** Judges an observation. Pure: the same observation and policy give the same verdict. */
export function judge(image: ImageObservation, policy: Policy): Verdict {
  const faceCount = countFaces(image, policy);
  const face = faceCount === 1 ? image.faces[0] : undefined;
  const { width, height, scene } = image;
  const failed = checkPicture({ width, height, faceCount, face, scene }, policy).filter(({ passed }) => !passed);
  const found = new Set(failed.map(({ finding }) => finding));
  return {
    accepted: found.size === 0,
    findings: findings.filter((finding) => found.has(finding)),
    face,
    liveness: face?.liveness,
    faceCount,
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

/** The same verdict for a capture that is refused: its finding comes before every other. */
export const refuseCapture = (verdict: Verdict, finding: CaptureFinding): Verdict => ({
  ...verdict,
  accepted: false,
  findings: [finding, ...verdict.findings],
});

/** Faces that count: those nearly as large (or prominent) as the subject. The others are passers-by. */
function countFaces(image: ImageObservation, policy: Policy): number {
  const weigh = ({ box }: FaceOutline): number => (image.subject === 'prominent' ? prominence(box, image) : boxHeight(box));
  const [first] = image.outlines;
  return first ? image.outlines.filter((other) => weigh(other) >= policy.otherFace * weigh(first)).length : 0;
}
