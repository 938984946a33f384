import { shippedName } from '../inference/packs/pack-description.js';
import { compareScorings, type Scoring, type ScoringDifference } from './compare-scores.js';
import { percent } from './describe-numbers.js';
import { logLoss } from './fit-logistic.js';
import { fuse, type LearnedWeights, learnWeights, type Opinion, predict } from './learn-weights.js';
import type { FoldKind, Folds } from './make-folds.js';

/** Whether other weights than those in use are worth taking, and which. */
export interface WeightSuggestion {
  /** for people: what was found, or why nothing was learned */
  readonly why: string;
  /** weight by model, 0 leaving one out; null: keep those in use */
  readonly suggested: Readonly<Record<string, number>> | null;
  /** what puts them in use; null with them */
  readonly command: string | null;
  /** what learning on all presentations gave, taken or not; null where nothing was learned */
  readonly learned: Readonly<Record<string, number>> | null;
  readonly folds: { readonly by: FoldKind; readonly count: number } | null;
  /** learned less present, on presentations that had no part in the learning */
  readonly difference: ScoringDifference | null;
}

/** A suggestion with the scores behind it, logits in the order of the opinions. */
export interface WeighedSuggestion extends WeightSuggestion {
  /** each presentation by the weights learned without its fold; null where nothing was learned */
  readonly crossValidated: readonly number[] | null;
  /** each presentation by the weights learned on all, itself among them: better than it will be on others */
  readonly learnedOnAll: readonly number[] | null;
}

/** With fewer of a label nothing can be held against them. */
const leastOfLabel = 20;
/** A log loss that is lower by less than this part of itself is not worth other weights, however sure. */
const leastGain = 0.05;

/**
 * Learns weights for the fusion and holds them against those in use, fold by fold on presentations that had no part in the learning. They
 * are suggested only if neither the equal error rate nor the log loss is worse there and at least one is better beyond its 95 % interval
 * (the log loss by a twentieth of itself at least). Where those in use make no error there is nothing to mend.
 * @param models names, `shipped` first, in the order of each opinion's logits
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
    ...{ suggested: null, command: null, learned: null, folds: null, difference: null, crossValidated: null, learnedOnAll: null },
  });
  if (models.length < 2) return refuse('There is one model only: nothing to weigh.');
  const bonaFide = opinions.filter((opinion) => opinion.bonaFide).length;
  const least = Math.min(bonaFide, opinions.length - bonaFide);
  if (least < leastOfLabel)
    return refuse(
      `Weights are learned from ${leastOfLabel} bona fide presentations and ${leastOfLabel} attacks with a score at least; there are ${bonaFide} and ${opinions.length - bonaFide}.`,
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

/** Each fold scored by what was learned on the others; where those have one label only, by the weights in use. */
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
  if (before.equalError === 0) return 'The weights in use part these pictures without an error: nothing to mend.';
  const points = (value: number): string => `${value > 0 ? '+' : ''}${(value * 100).toFixed(1)}`;
  const found = `On presentations that had no part in the learning, the learned weights change the EER (${percent(before.equalError)} by those in use) by ${points(equalError.value)} points (95 %: ${points(equalError.low)} to ${points(equalError.high)}) and the log loss (${before.logLoss.toFixed(3)}) by ${loss.value.toFixed(3)} (${loss.low.toFixed(3)} to ${loss.high.toFixed(3)}).`;
  if (isBetter) return `${found} That is better beyond chance.`;
  const worse = equalError.value > 0 || loss.value > 0;
  const verdict = worse ? 'no improvement' : 'within chance, or too little to matter';
  return `${found} That is ${verdict}: keep the weights in use.`;
}

/** `npx triface models use …` for these weights. */
function describeCommand(weights: Readonly<Record<string, number>>): string {
  const { [shippedName]: shipped = 1, ...others } = weights;
  const packs = Object.entries(others).flatMap(([id, weight]) => (weight > 0 ? [`${id} --weight ${weight}`] : []));
  return packs.length > 0 ? `npx triface models use ${packs.join(' ')} --shipped ${shipped}` : 'npx triface models use --none';
}
