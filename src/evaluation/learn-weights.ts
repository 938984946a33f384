import { fitLogistic, type LogisticExample, type LogisticFit } from './fit-logistic.js';

/** What every model says of a labelled presentation. */
export interface Opinion {
  /** logit by model, bounded as in the fusion, in the order of the weights */
  readonly logits: readonly number[];
  readonly bonaFide: boolean;
  /** what it is alike with (source, folder); '' where that is not known */
  readonly group: string;
}

/** Weights learned, and what was learned beside them to compare with: probabilities by each way. */
export interface LearnedWeights {
  /** as they can be put in use: the largest is 1, two digits; the first one (the shipped model's) is never 0 */
  readonly weights: readonly number[];
  readonly learned: LogisticFit;
  /** the weights of before, calibrated by intercept and slope on the same presentations */
  readonly present: LogisticFit;
}

/** What departing from the weights of before costs, as so many presentations. */
const pullInPresentations = 10;
const leastShippedWeight = 0.01;

/**
 * Weights of a fusion by logistic regression: never negative, and drawn to the ones in use, so that few presentations change little. Every
 * group and label counts as the square root of its presentations, so that no large source drowns the rest; both labels count half.
 * @param present weights in use, by their ratio
 * @returns undefined where one of the labels is missing
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

/** Weighted mean of logits: what the server gives, as a logit. */
export function fuse(logits: readonly number[], weights: readonly number[]): number {
  let [sum, total] = [0, 0];
  for (const [k, weight] of weights.entries()) {
    sum += logits[k]! * weight;
    total += weight;
  }
  return sum / total;
}

/** The logit that a regression gives. */
export const predict = ({ intercept, weights }: LogisticFit, logits: readonly number[]): number =>
  weights.reduce((sum, weight, k) => sum + weight * logits[k]!, intercept);

/** @returns undefined where nothing is left of any weight */
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
