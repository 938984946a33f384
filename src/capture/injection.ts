import { type CapturePolicy, type CaptureSignalName, captureSignalNames, fullScore } from '../analysis/capture-policy.js';
import { checkCapture } from '../analysis/checks.js';
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
  judgeSignals((name) => signals[name](evidence), policy);

/**
 * Judges measured signals: the score is `fullScore` times the difference of 1 and the weighted sum of their suspicions. Pure.
 * @internal exported for the test that compares judgement and explanation
 */
export function judgeSignals(measure: (name: CaptureSignalName) => Measurement, policy: CapturePolicy): CaptureJudgement {
  const weighed = captureSignalNames.map((name) => {
    const measured = measure(name);
    const numbers = Object.entries(measured.evidence).map(([key, value]) => [key, Number.isFinite(value) ? round(value, 4) : -1]);
    return {
      name,
      suspicion: round(measured.suspicion, 4),
      weight: policy.weights[name],
      evidence: Object.fromEntries(numbers) as Record<string, number>,
    };
  });
  const score = round(fullScore * (1 - weighed.reduce((sum, { suspicion, weight }) => sum + suspicion * weight, 0)), 7);
  return { score, probability: checkCapture(score, policy).passed ? 1 : 0, signals: weighed, policy };
}
