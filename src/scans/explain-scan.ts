import type { Finding } from '../analysis/findings.js';
import type { FaceObservation } from '../analysis/observation.js';
import type { Policy } from '../analysis/policy.js';
import { relativeSize } from '../analysis/verdict.js';
import { boxHeight, boxWidth } from '../imaging/geometry.js';
import type { ScanDetail } from './assess-picture.js';
import type { CaptureJudgement } from './capture-judgement.js';
import type { FrameLiveness } from './observe-frames.js';
import type { Scan } from './scan.js';

/** One measurement held against its threshold. */
export interface Check {
  readonly finding: Finding;
  /** what was measured, in words, with its unit */
  readonly measure: string;
  readonly value: number;
  /** what it had to be, for example `at least` 0.5 */
  readonly bound: 'at least' | 'at most';
  readonly threshold: number;
  readonly passed: boolean;
}

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
  readonly findings: readonly Finding[];
  /** every measurement of the subject; empty when there was no single face to measure */
  readonly checks: readonly Check[];
  /** of a capture packet: what its capture score is made of */
  readonly capture?: CaptureExplanation;
}

/** Explains a stored scan from what is stored: the thresholds are those of the day it was judged. */
export function explainScan(scan: Scan): Explanation {
  const detail = scan.detail as ScanDetail;
  const face = detail.faceCount === 1 ? detail.faces[0] : undefined;
  const size = detail.width !== null && detail.height !== null ? { width: detail.width, height: detail.height } : undefined;
  return {
    id: scan.id,
    number: scan.number,
    contract: scan.contract,
    createdAt: new Date(scan.createdAt).toISOString(),
    outcome: scan.outcome,
    policyVersion: scan.policyVersion,
    livenessScore: scan.livenessScore,
    uncertain: detail.uncertain,
    findings: detail.findings,
    checks: face && size ? checkFace(face, size, detail.policy) : [],
    ...(detail.capture ? { capture: explainCapture(detail.capture) } : {}),
  };
}

function explainCapture({ policy, ...capture }: NonNullable<ScanDetail['capture']>): CaptureExplanation {
  return { threshold: policy.threshold, ...capture };
}

function checkFace(face: FaceObservation, { width, height }: { width: number; height: number }, policy: Policy): Check[] {
  const { box, pose, occlusionSignals } = face;
  const atLeast = (finding: Finding, measure: string, value: number, threshold: number): Check => ({
    finding,
    measure,
    value: round(value),
    bound: 'at least',
    threshold,
    passed: value >= threshold,
  });
  const atMost = (finding: Finding, measure: string, value: number, threshold: number): Check => ({
    finding,
    measure,
    value: round(value),
    bound: 'at most',
    threshold,
    passed: value <= threshold,
  });
  const margin = Math.min(box.x1 / width, box.y1 / height, 1 - box.x2 / width, 1 - box.y2 / height);
  return [
    atLeast('face-cropped', 'part of the face within the picture', face.visibleFraction, policy.visible),
    atLeast('face-too-small', 'eye distance, pixels', face.eyeDistance, policy.eyeDistance),
    atLeast('face-too-small', 'face height over picture height', boxHeight(box) / height, policy.relativeHeight),
    atLeast(
      'face-too-small',
      'face height over the mean of the picture’s sides',
      relativeSize(box, { width, height }),
      policy.relativeSize,
    ),
    atLeast('conditions-not-met', 'mean luma of the face, 0..255', face.luminance, policy.darkest),
    atMost('conditions-not-met', 'mean luma of the face, 0..255', face.luminance, policy.brightest),
    atMost('face-angle', 'yaw, degrees to either side', Math.abs(pose.yaw), policy.yaw),
    atMost('face-angle', 'pitch, degrees up or down', Math.abs(pose.pitch), policy.pitch),
    atMost('face-angle', 'roll, degrees to either side', Math.abs(pose.roll), policy.roll),
    atMost('face-occluded', 'occlusion, 0..1', face.occlusion, policy.occlusion),
    atMost('face-too-close', 'face width over picture width', boxWidth(box) / width, policy.closeWidth),
    atMost('face-too-close', 'face height over picture height', boxHeight(box) / height, policy.closeHeight),
    atLeast('face-close-to-border', 'distance from the nearest border over the picture', margin, policy.border),
    atMost(
      'landmarks-unreliable',
      'disagreement of the landmark models, eye distances',
      occlusionSignals.landmarkDisagreement,
      policy.landmarkDisagreement,
    ),
    atLeast('quality-low', 'quality, 0..1', face.quality, policy.quality),
    atLeast('attack', 'liveness score, 0..1', face.liveness, policy.liveness),
    // A scan was judged by the thresholds there were when it was stored.
  ].filter(({ threshold }) => threshold !== undefined);
}

const round = (value: number): number => Math.round(value * 1e7) / 1e7;
