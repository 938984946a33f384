import { toProbability } from '../base/logit.js';

/** One presentation as input to the regression. */
export interface LogisticExample {
  /** one number per weight */
  readonly inputs: readonly number[];
  readonly wanted: boolean;
  /** its weight in the loss, above 0; the shares of all examples sum to 1 */
  readonly share: number;
}

/** probability = logistic(intercept + Σ weight · input) */
export interface LogisticFit {
  readonly intercept: number;
  /** all 0 or more */
  readonly weights: readonly number[];
}

const mostSweeps = 2000;
const closeEnough = 1e-7;
/**
 * No step changes a logit by more than this. Within it the curvature of the loss grows at most e-fold, so that no step
 * overshoots.
 */
const farthestStep = 1;

/**
 * Logistic regression with non-negative weights, by Newton steps along one coordinate at a time, clipped at zero. The problem is
 * convex and smooth and every step lowers the loss, so the starting point does not matter.
 * @param toward prior weights, which apply where the examples carry no information; the search starts there
 * @param pull penalty for departing from the prior: pull / 2 · Σ (weight − toward)², added to a loss in nats
 */
export function fitLogistic(examples: readonly LogisticExample[], toward: readonly number[], pull: number): LogisticFit {
  const weights = [...toward];
  let intercept = 0;
  const logits = examples.map(({ inputs }) => inputs.reduce((sum, input, k) => sum + input * weights[k]!, 0));
  const farthest = toward.map((_, k) => Math.max(1e-9, largest(examples, k)));
  /**
   * @param k index of a weight, or -1 for the intercept
   * @returns the largest change of a logit, as a fraction of `farthestStep`
   */
  const improve = (k: number): number => {
    let slope = k < 0 ? 0 : pull * (weights[k]! - toward[k]!);
    let curvature = k < 0 ? 0 : pull;
    for (let i = 0; i < examples.length; i++) {
      const { inputs, wanted, share } = examples[i]!;
      const input = k < 0 ? 1 : inputs[k]!;
      const probability = toProbability(logits[i]!);
      slope += share * (probability - (wanted ? 1 : 0)) * input;
      curvature += share * probability * (1 - probability) * input * input * Math.E;
    }
    const reach = farthestStep / (k < 0 ? 1 : farthest[k]!);
    let step = Math.min(reach, Math.max(-reach, -slope / Math.max(curvature, 1e-12)));
    if (k < 0) intercept += step;
    else {
      step = Math.max(step, -weights[k]!);
      weights[k]! += step;
    }
    for (let i = 0; i < examples.length; i++) logits[i]! += step * (k < 0 ? 1 : examples[i]!.inputs[k]!);
    return Math.abs(step) / reach;
  };
  for (let sweep = 0; sweep < mostSweeps; sweep++) {
    let moved = improve(-1);
    for (let k = 0; k < weights.length; k++) moved = Math.max(moved, improve(k));
    if (moved < closeEnough) break;
  }
  return { intercept, weights };
}

/** Log loss of a prediction in nats, computed without overflow. @param logit of the prediction */
export const logLoss = (logit: number, wanted: boolean): number => {
  const against = wanted ? -logit : logit;
  return against > 0 ? against + Math.log1p(Math.exp(-against)) : Math.log1p(Math.exp(against));
};

const largest = (examples: readonly LogisticExample[], k: number): number =>
  examples.reduce((most, { inputs }) => Math.max(most, Math.abs(inputs[k]!)), 0);
