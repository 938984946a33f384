import type { AnalysisOutcome } from '../../src/analysis/engine.js';
import { regularPolicy } from '../../src/analysis/policy.js';
import { judge, judgeUnobserved, type Verdict } from '../../src/analysis/verdict.js';

/** The verdict of the regular policy; a picture that the engine could not read is unreadable. */
export const judgeOutcome = (outcome: AnalysisOutcome): Verdict =>
  'observation' in outcome ? judge(outcome.observation, regularPolicy) : judgeUnobserved('image-unreadable', regularPolicy);

/** The outcome without packs: the fused score replaced by that of the shipped models. */
export const withoutPacks = (outcome: AnalysisOutcome): AnalysisOutcome => {
  if (!('observation' in outcome)) return outcome;
  const faces = outcome.observation.faces.map((face) => ({
    ...face,
    liveness: Math.min(face.livenessScores.shipped!, face.photographic),
  }));
  return { observation: { ...outcome.observation, faces } };
};
