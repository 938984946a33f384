import type { AnalysisOutcome } from '../../src/analysis/engine.js';
import { regularPolicy } from '../../src/analysis/policy.js';
import { judge, judgeUnobserved, type Verdict } from '../../src/analysis/verdict.js';
import { reweigh } from '../../src/evaluation/reweigh.js';

/** The verdict of the regular policy; a picture that the engine could not read is unreadable. */
export const judgeOutcome = (outcome: AnalysisOutcome): Verdict =>
  'observation' in outcome ? judge(outcome.observation, regularPolicy) : judgeUnobserved('image-unreadable', regularPolicy);

/** The outcome without packs: the score of the shipped models alone. */
export const withoutPacks = (outcome: AnalysisOutcome): AnalysisOutcome =>
  'observation' in outcome ? { observation: reweigh(outcome.observation, { shipped: 1 }) } : outcome;
