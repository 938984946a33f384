import { type Check, checkCapture, checkPicture } from '../analysis/checks.js';
import type { Finding } from '../analysis/findings.js';
import type { CaptureJudgement } from './capture-judgement.js';
import type { FrameLiveness } from './frame-liveness.js';
import type { Scan } from './scan.js';
import type { ScanDetail } from './scan-detail.js';

/** What a capture score is made of. */
export interface CaptureExplanation extends Pick<CaptureJudgement, 'score' | 'probability' | 'signals'> {
  /** scores below it are refused */
  readonly threshold: number;
  readonly frames: FrameLiveness | null;
}

/** Why a scan came out as it did. */
export interface Explanation {
  readonly id: string;
  readonly number: number;
  readonly contract: string;
  readonly createdAt: string;
  readonly outcome: string;
  readonly policyVersion: string;
  readonly livenessScore: number | null;
  readonly uncertain: boolean;
  /** the models behind the liveness score with their weights, for example `shipped*1 facenox@98.20*0.3` */
  readonly livenessModels: string;
  readonly findings: readonly Finding[];
  /** every check that was made, passed or not; empty when the picture could not be decoded */
  readonly checks: readonly Check[];
  /** of a capture packet: what its capture score is made of */
  readonly capture?: CaptureExplanation;
}

/** Explains a stored scan by the thresholds it was judged by, which are stored with it. */
export function explainScan(scan: Scan): Explanation {
  const detail = scan.detail as ScanDetail;
  return {
    id: scan.id,
    number: scan.number,
    contract: scan.contract,
    createdAt: new Date(scan.createdAt).toISOString(),
    outcome: scan.outcome,
    policyVersion: scan.policyVersion,
    livenessScore: scan.livenessScore,
    uncertain: detail.uncertain,
    livenessModels: detail.livenessModels,
    findings: detail.findings,
    checks: [...checksOf(detail)].map((check) => ({ ...check, value: round(check.value) })),
    ...(detail.capture ? { capture: explainCapture(detail.capture) } : {}),
  };
}

function* checksOf({ capture, width, height, faceCount, faces, scene, policy }: ScanDetail): Generator<Check> {
  if (capture) yield checkCapture(capture.score, capture.policy, capture.finding);
  // A picture that could not be decoded has no size, and nothing was measured on it.
  if (width !== null && height !== null)
    yield* checkPicture({ width, height, faceCount, face: faceCount === 1 ? faces[0] : undefined, scene }, policy);
}

function explainCapture({ policy, ...capture }: NonNullable<ScanDetail['capture']>): CaptureExplanation {
  return { threshold: policy.threshold, ...capture };
}

/** Seven digits, as every contract shows the liveness score. */
const round = (value: number): number => Math.round(value * 1e7) / 1e7;
