import Type, { type Static } from 'typebox';
import { toProbability } from '../base/logit.js';
import { readLearnedNumbers } from './learned-numbers.js';
import type { LivenessSignals } from './observation.js';

const FusionSchema = Type.Object(
  {
    /** identifies the coefficients */
    version: Type.String({ minLength: 1 }),
    about: Type.String(),
    intercept: Type.Number(),
    weights: Type.Object(
      { network: Type.Number({ minimum: 0 }), periodicity: Type.Number(), straightEdges: Type.Number() },
      { additionalProperties: false },
    ),
  },
  { additionalProperties: true },
);

/** Coefficients of a logistic regression from signals to the probability of bona fide, learned by `bench/learn-liveness.ts`. */
export type LivenessFusion = Static<typeof FusionSchema>;

/** Reads `models/liveness-fusion.json`. @throws Error naming the file if it is missing or invalid */
export const loadLivenessFusion = (path: string): LivenessFusion => readLearnedNumbers(path, FusionSchema, 'liveness fusion');

/** Combines the signals. @returns the probability of a bona fide presentation, 0..1, and the same as a logit */
export function fuseLiveness(
  signals: LivenessSignals,
  { intercept, weights }: LivenessFusion,
): { readonly probability: number; readonly logit: number } {
  const logit =
    intercept +
    weights.network * signals.network +
    weights.periodicity * signals.periodicity +
    weights.straightEdges * signals.straightEdges;
  return { probability: toProbability(logit), logit };
}
