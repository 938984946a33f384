import { type CapturePolicy, type CaptureSignalName, captureSignalNames, fullScore } from '../analysis/capture-policy.js';
import { checkCapture } from '../analysis/checks.js';
import type { CaptureFinding } from '../analysis/findings.js';
import type { CaptureJudgement } from '../scans/capture-judgement.js';
import type { CaptureEvidence, Measurement, Signal } from './signal.js';
import { judgeAutomation } from './signals/automation.js';
import { judgeCameraLabel } from './signals/camera-label.js';
import { judgeEncoding } from './signals/encoding.js';
import { judgeFrameMotion } from './signals/frame-motion.js';
import { judgeFrameTiming } from './signals/frame-timing.js';
import { judgeFreshness } from './signals/freshness.js';
import { judgeIntegrity } from './signals/integrity.js';
import { judgePage } from './signals/page.js';
import { judgePerspective } from './signals/perspective.js';
import { judgeReplay } from './signals/replay.js';
import { judgeResolution } from './signals/resolution.js';
import { judgeScene } from './signals/scene.js';
import { judgeSensorNoise } from './signals/sensor-noise.js';
import { measureStall } from './stall.js';

const signals: Readonly<Record<CaptureSignalName, Signal>> = {
  freshness: judgeFreshness,
  replay: judgeReplay,
  integrity: judgeIntegrity,
  'camera-label': judgeCameraLabel,
  'frame-timing': judgeFrameTiming,
  'frame-motion': judgeFrameMotion,
  'sensor-noise': judgeSensorNoise,
  automation: judgeAutomation,
  encoding: judgeEncoding,
  perspective: judgePerspective,
  resolution: judgeResolution,
  scene: judgeScene,
  page: judgePage,
};

const round = (value: number, digits: number): number => Math.round(value * 10 ** digits) / 10 ** digits;

/** Judges how a packet's picture was captured. Pure. */
export const judgeCapture = (evidence: CaptureEvidence, policy: CapturePolicy): CaptureJudgement =>
  judgeSignals((name) => signals[name](evidence), policy, measureStall(evidence.header).isStalled);

/**
 * Judges measured signals: the score is `fullScore` times the difference of 1 and the weighted sum of their suspicions. A capture
 * that is refused only for what a stalled camera explains, or for lack of what the policy demands, has failed; any other refused one is an injection. Pure.
 * @param isStalled whether the packet shows a stall
 * @internal exported for the test that compares judgement and explanation
 */
export function judgeSignals(
  measure: (name: CaptureSignalName) => Measurement,
  policy: CapturePolicy,
  isStalled = false,
): CaptureJudgement {
  const measurements = captureSignalNames.map((name) => [name, measure(name)] as const);
  const weighed = measurements.map(([name, measured]) => {
    const numbers = Object.entries(measured.evidence).map(([key, value]) => [key, Number.isFinite(value) ? round(value, 4) : -1]);
    return {
      name,
      suspicion: round(measured.suspicion, 4),
      weight: policy.weights[name],
      evidence: Object.fromEntries(numbers) as Record<string, number>,
    };
  });
  const score = toScore(weighed.map(({ suspicion, weight }) => suspicion * weight));
  const unexplained = ({ suspicion, ifStalled = suspicion, isUnshown = false }: Measurement): number =>
    isUnshown ? 0 : isStalled ? ifStalled : suspicion;
  const explained = toScore(measurements.map(([name, measured]) => unexplained(measured) * policy.weights[name]));
  const isFailure = checkCapture(explained, policy).passed;
  const check = checkCapture(score, policy, isFailure ? 'capture-failed' : 'injection');
  return {
    score,
    probability: check.passed ? 1 : 0,
    ...(check.passed ? {} : { finding: check.finding as CaptureFinding }),
    signals: weighed,
    policy,
  };
}

/** @param suspicions weighted */
const toScore = (suspicions: readonly number[]): number =>
  round(fullScore * (1 - suspicions.reduce((sum, suspicion) => sum + suspicion, 0)), 7);
