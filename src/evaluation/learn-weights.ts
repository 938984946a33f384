import { fitLogistic, type LogisticExample, type LogisticFit } from './fit-logistic.js';

/** The models' scores of a labelled presentation. */
export interface Opinion {
  /** logit by model, bounded as in the fusion, in the order of the weights */
  readonly logits: readonly number[];
  readonly bonaFide: boolean;
  /** group of similar presentations (source or folder); '' if unknown */
  readonly group: string;
}

/** Learned weights, and the two fits behind them for comparison. */
export interface LearnedWeights {
  /** ready for use: the largest is 1, two decimals; the first (the shipped model's) is never 0 */
  readonly weights: readonly number[];
  readonly learned: LogisticFit;
  /** the weights in use, calibrated by intercept and slope on the same presentations */
  readonly present: LogisticFit;
}

/** Strength of the pull towards the weights in use, expressed as a number of presentations. */
const pullInPresentations = 10;
const leastShippedWeight = 0.01;

/**
 * Learns the weights of a fusion by logistic regression. They are never negative, and are pulled towards the weights in use, so
 * that few presentations change little. Each group counts, per label, with the square root of its size, so that a large source
 * does not dominate; each label counts half.
 * @param present weights in use; only their ratio matters
 * @returns undefined if one of the labels is missing
 */
export function learnWeights(opinions: readonly Opinion[], present: readonly number[]): LearnedWeights | undefined {
  const shares = shareOut(opinions);
  if (!shares) return undefined;
  const total = present.reduce((a, b) => a + b, 0);
  const ratio = present.map((weight) => weight / total);
  const examples = (inputsOf: (logits: readonly number[]) => readonly number[]): LogisticExample[] =>
    opinions.map(({ logits, bonaFide }, i) => ({ inputs: inputsOf(logits), wanted: bonaFide, share: shares[i]! }));
  const spread = opinions.reduce((sum, { logits }) => sum + fuse(logits, ratio) ** 2, 0) / opinions.length;
  const pull = (spread / 4) * Math.min(1, pullInPresentations / opinions.length);
  const scaled = fitLogistic(
    examples((logits) => [fuse(logits, ratio)]),
    [1],
    pull / pullInPresentations,
  );
  const before = ratio.map((weight) => weight * scaled.weights[0]!);
  const learned = fitLogistic(
    examples((logits) => logits),
    before,
    pull,
  );
  return {
    weights: roundWeights(learned.weights) ?? present,
    learned,
    present: { intercept: scaled.intercept, weights: before },
  };
}

/** Weighted mean of logits: the server's fused score, as a logit. */
export function fuse(logits: readonly number[], weights: readonly number[]): number {
  let [sum, total] = [0, 0];
  for (const [k, weight] of weights.entries()) {
    sum += logits[k]! * weight;
    total += weight;
  }
  return sum / total;
}

/** The logit predicted by a regression. */
export const predict = ({ intercept, weights }: LogisticFit, logits: readonly number[]): number =>
  weights.reduce((sum, weight, k) => sum + weight * logits[k]!, intercept);

/** @returns undefined if all weights are 0 */
function roundWeights(weights: readonly number[]): number[] | undefined {
  const largest = Math.max(...weights);
  if (!(largest > 0)) return undefined;
  return weights.map((weight, k) => Math.max(k === 0 ? leastShippedWeight : 0, Math.round((weight / largest) * 100) / 100));
}

function shareOut(opinions: readonly Opinion[]): number[] | undefined {
  const sizes = new Map<string, number>();
  const nameOf = ({ group, bonaFide }: Opinion): string => `${bonaFide} ${group}`;
  for (const opinion of opinions) sizes.set(nameOf(opinion), (sizes.get(nameOf(opinion)) ?? 0) + 1);
  const raw = opinions.map((opinion) => 1 / Math.sqrt(sizes.get(nameOf(opinion))!));
  const total = (kind: boolean): number => raw.reduce((sum, share, i) => sum + (opinions[i]!.bonaFide === kind ? share : 0), 0);
  const [bonaFide, attack] = [total(true), total(false)];
  if (bonaFide === 0 || attack === 0) return undefined;
  return raw.map((share, i) => share / 2 / (opinions[i]!.bonaFide ? bonaFide : attack));
}
