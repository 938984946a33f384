import type { LivenessSignals } from '../src/analysis/observation.js';
import { toProbability } from '../src/base/logit.js';

/** The signals of the liveness score, in the order of a regression's weights. */
export const signalNames = ['network', 'periodicity', 'straightEdges'] as const satisfies readonly (keyof LivenessSignals)[];

/** Strength of the pull towards zero of every weight but the network's, in pictures. */
const ridge = 10;

/** A face to learn from. */
export interface Example {
  readonly signals: readonly number[];
  readonly live: boolean;
  readonly source: string;
}

/** logit of bona fide = intercept + Σ weight · signal */
export interface Regression {
  readonly intercept: number;
  readonly weights: readonly number[];
}

/**
 * Gradient descent on standardised signals; every source and label weighs as the square root of its pictures, so that no large
 * source drowns the rest.
 */
export function learnRegression(examples: readonly Example[]): Regression {
  const groups = new Map<string, number>();
  const groupOf = ({ source, live }: Example): string => `${source} ${live}`;
  for (const example of examples) groups.set(groupOf(example), (groups.get(groupOf(example)) ?? 0) + 1);
  const shares = examples.map((example) => 1 / Math.sqrt(groups.get(groupOf(example))!));
  const total = shares.reduce((a, b) => a + b, 0);
  const means = signalNames.map((_, k) => examples.reduce((sum, { signals }) => sum + signals[k]!, 0) / examples.length);
  const spreads = signalNames.map(
    (_, k) => Math.sqrt(examples.reduce((sum, { signals }) => sum + (signals[k]! - means[k]!) ** 2, 0) / examples.length) || 1,
  );
  const standard = examples.map(({ signals }) => signals.map((value, k) => (value - means[k]!) / spreads[k]!));
  let intercept = 0;
  const weights: number[] = signalNames.map((_, k) => (k === 0 ? 1 : 0));
  for (let step = 0; step < 600; step++) {
    const slopes = signalNames.map((_, k) => (ridge / examples.length) * weights[k]! * (k === 0 ? 0.1 : 1));
    let slope = 0;
    standard.forEach((values, i) => {
      const z = intercept + values.reduce((sum, value, k) => sum + value * weights[k]!, 0);
      const error = ((toProbability(z) - (examples[i]!.live ? 1 : 0)) * shares[i]!) / total;
      slope += error;
      values.forEach((value, k) => {
        slopes[k]! += error * value;
      });
    });
    intercept -= 0.3 * slope;
    slopes.forEach((value, k) => {
      weights[k]! -= 0.3 * value;
    });
  }
  return {
    intercept: intercept - weights.reduce((sum, weight, k) => sum + (weight * means[k]!) / spreads[k]!, 0),
    weights: weights.map((weight, k) => weight / spreads[k]!),
  };
}

/** The logit of bona fide. */
export const applyRegression = ({ intercept, weights }: Regression, signals: readonly number[]): number =>
  intercept + weights.reduce((sum, weight, k) => sum + weight * signals[k]!, 0);

/** Returns a function that gives the regression for a source: learned on the pictures of all others. */
export function leaveSourcesOut(examples: readonly Example[]): (source: string) => Regression {
  const known = new Map<string, Regression>();
  return (source) => {
    const regression = known.get(source) ?? learnRegression(examples.filter((example) => example.source !== source));
    known.set(source, regression);
    return regression;
  };
}
