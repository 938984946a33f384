import { commandName } from '../base/command-name.js';
import { shippedName } from '../inference/packs/pack-description.js';
import { compareScorings, type Scoring, type ScoringDifference } from './compare-scores.js';
import { percent } from './describe-numbers.js';
import { logLoss } from './fit-logistic.js';
import { fuse, type LearnedWeights, learnWeights, type Opinion, predict } from './learn-weights.js';
import type { FoldKind, Folds } from './make-folds.js';

/** Whether other weights than those in use are worthwhile, and which. */
export interface WeightSuggestion {
  /** human-readable: the result, or why nothing was learned */
  readonly why: string;
  /** weight by model, 0 to leave it out; null to keep the weights in use */
  readonly suggested: Readonly<Record<string, number>> | null;
  /** the command that puts them into use; null if nothing is suggested */
  readonly command: string | null;
  /** weights learned on all presentations, whether suggested or not; null if nothing was learned */
  readonly learned: Readonly<Record<string, number>> | null;
  readonly folds: { readonly by: FoldKind; readonly count: number } | null;
  /** learned weights minus weights in use, on held-out presentations */
  readonly difference: ScoringDifference | null;
}

/** A suggestion with the scores behind it, as logits in the order of the presentations. */
export interface WeighedSuggestion extends WeightSuggestion {
  /** scores by the weights learned without the presentation's own fold; null if nothing was learned */
  readonly crossValidated: readonly number[] | null;
  /** scores by the weights learned on all presentations; optimistic, since they include the scored one */
  readonly learnedOnAll: readonly number[] | null;
}

/** Presentations of each label needed for a meaningful comparison. */
const leastOfLabel = 20;
/** A smaller relative reduction of the log loss does not justify new weights, even if significant. */
const leastGain = 0.05;

/**
 * Learns weights for the fusion and compares them with those in use, by cross-validation on held-out presentations. They are
 * suggested only if neither the equal error rate nor the log loss is worse, and at least one is better beyond its 95 % interval
 * (the log loss by at least a twentieth of its value). If the weights in use make no errors, nothing is suggested.
 * @param models names, `shipped` first, in the order of each presentation's logits
 * @param present weights in use, in the same order
 */
export function suggestWeights(
  models: readonly string[],
  present: readonly number[],
  opinions: readonly Opinion[],
  folds: Folds,
  seed: number,
): WeighedSuggestion {
  const refuse = (why: string): WeighedSuggestion => ({
    why,
    suggested: null,
    command: null,
    learned: null,
    folds: null,
    difference: null,
    crossValidated: null,
    learnedOnAll: null,
  });
  if (models.length < 2) return refuse('Weights need at least two models; only one is in use.');
  const bonaFide = opinions.filter((opinion) => opinion.bonaFide).length;
  const least = Math.min(bonaFide, opinions.length - bonaFide);
  if (least < leastOfLabel)
    return refuse(
      `Learning weights needs at least ${leastOfLabel} bona fide presentations and ${leastOfLabel} attacks with a score; there are ${bonaFide} and ${opinions.length - bonaFide}.`,
    );
  const all = learnWeights(opinions, present)!;
  const { before, after } = crossValidate(opinions, present, folds);
  const difference = compareScorings(
    opinions.map((opinion) => opinion.bonaFide),
    before,
    after,
    seed,
  );
  const learned = Object.fromEntries(models.map((model, k) => [model, all.weights[k]!]));
  const isBetter = holdsUp(difference) && !isSameRatio(all.weights, present);
  return {
    why: explain(difference, isBetter),
    suggested: isBetter ? learned : null,
    command: isBetter ? describeCommand(learned) : null,
    learned,
    folds: { by: folds.by, count: folds.count },
    difference,
    crossValidated: after.scores,
    learnedOnAll: opinions.map(({ logits }) => fuse(logits, all.weights)),
  };
}

/** Scores each fold by the weights learned on the others, or by the weights in use if the others have only one label. */
function crossValidate(
  opinions: readonly Opinion[],
  present: readonly number[],
  folds: Folds,
): { before: Scoring; after: Scoring } {
  const learnedWithout: (LearnedWeights | undefined)[] = [];
  for (let fold = 0; fold < folds.count; fold++) {
    learnedWithout.push(
      learnWeights(
        opinions.filter((_, i) => folds.of[i] !== fold),
        present,
      ),
    );
  }
  const score = (way: 'present' | 'learned'): Scoring => ({
    scores: opinions.map(({ logits }, i) =>
      fuse(logits, way === 'present' ? present : (learnedWithout[folds.of[i]!]?.weights ?? present)),
    ),
    losses: opinions.map(({ logits, bonaFide }, i) => {
      const fit = learnedWithout[folds.of[i]!]?.[way];
      return logLoss(fit ? predict(fit, logits) : fuse(logits, present), bonaFide);
    }),
  });
  return { before: score('present'), after: score('learned') };
}

const holdsUp = ({ before, equalError, logLoss: loss }: ScoringDifference): boolean =>
  before.equalError > 0 &&
  equalError.value <= 0 &&
  loss.value <= 0 &&
  (equalError.high < 0 || (loss.high < 0 && loss.value <= -leastGain * before.logLoss));

function isSameRatio(weights: readonly number[], present: readonly number[]): boolean {
  const largest = Math.max(...present);
  return weights.every((weight, k) => Math.abs(weight - present[k]! / largest) < 0.005);
}

function explain({ before, equalError, logLoss: loss }: ScoringDifference, isBetter: boolean): string {
  if (before.equalError === 0)
    return 'The weights in use separate these pictures without errors, so there is nothing to improve.';
  const points = (value: number): string => `${value > 0 ? '+' : ''}${(value * 100).toFixed(1)}`;
  const found = `On held-out presentations, the learned weights change the EER (${percent(before.equalError)} with the weights in use) by ${points(equalError.value)} percentage points (95 % interval: ${points(equalError.low)} to ${points(equalError.high)}) and the log loss (${before.logLoss.toFixed(3)}) by ${loss.value.toFixed(3)} (${loss.low.toFixed(3)} to ${loss.high.toFixed(3)}).`;
  if (isBetter) return `${found} This is a significant improvement.`;
  const worse = equalError.value > 0 || loss.value > 0;
  const verdict = worse ? 'This is not an improvement' : 'The difference is not significant, or too small to matter';
  return `${found} ${verdict}: keep the weights in use.`;
}

/** The `triface models use …` command for these weights. */
function describeCommand(weights: Readonly<Record<string, number>>): string {
  const { [shippedName]: shipped = 1, ...others } = weights;
  const packs = Object.entries(others).flatMap(([id, weight]) => (weight > 0 ? [`${id} --weight ${weight}`] : []));
  return packs.length > 0
    ? `${commandName} models use ${packs.join(' ')} --shipped ${shipped}`
    : `${commandName} models use --none`;
}
