import { toLogit, toProbability } from '../base/logit.js';
import { bootstrapCurve, type CurveIntervals } from './bootstrap.js';
import { makeErrorCurve } from './error-curve.js';
import type { JudgedSample } from './judge-sample.js';
import { fuse, type Opinion } from './learn-weights.js';
import { makeFolds } from './make-folds.js';
import type { Rate } from './rate.js';
import { measureThreshold, suggestThreshold } from './suggest-threshold.js';
import { suggestWeights, type WeightSuggestion } from './suggest-weights.js';

/** How well one scoring method separates bona fide presentations from attacks. Rates are 0..1. */
export interface ModelFigures {
  readonly name: string;
  readonly area: number;
  readonly equalError: number;
  readonly intervals: CurveIntervals;
  /** BPCER at the threshold that keeps the pooled APCER within 5 %; null if only rejecting everything would keep it */
  readonly bpcer20: Rate | null;
  /** at the report's threshold */
  readonly apcer: Rate;
  readonly bpcer: Rate;
}

/** Each liveness model on its own, and their fusion. */
export interface ModelComparison {
  /** weights in use, by model, `shipped` first */
  readonly present: Readonly<Record<string, number>>;
  /** presentations with a score, attacks pooled */
  readonly presentations: { readonly bonaFide: number; readonly attack: number };
  /** empty if there are no bona fide presentations or no attacks */
  readonly figures: readonly ModelFigures[];
  readonly weights: WeightSuggestion;
}

/** A scoring method: its name, and one logit per presentation. */
type Way = readonly [string, readonly number[]];

/**
 * Measures each model on its own and their fusion, on the presentations that have a score, and checks whether other weights would
 * do better.
 * @param present weights in use, by model, `shipped` first
 * @returns null if there is only one model: the report's own figures are then that model's
 */
export function compareModels(
  samples: readonly JudgedSample[],
  present: Readonly<Record<string, number>>,
  threshold: number,
  seed: number,
): ModelComparison | null {
  const models = Object.keys(present);
  if (models.length < 2) return null;
  const scored = samples.filter(({ score, modelScores }) => score !== null && models.every((model) => model in modelScores));
  const folds = makeFolds(scored, seed);
  const opinions = scored.map(
    ({ modelScores, bonaFide }, i): Opinion => ({
      logits: models.map((model) => toLogit(modelScores[model]!)),
      bonaFide,
      group: folds.groups[i]!,
    }),
  );
  const inUse = Object.values(present);
  const equal = inUse.map(() => 1);
  const isEqual = inUse.every((weight) => weight === inUse[0]);
  const { crossValidated, learnedOnAll, ...weights } = suggestWeights(models, inUse, opinions, folds, seed);
  const fused = (by: readonly number[]): number[] => opinions.map(({ logits }) => fuse(logits, by));
  const ways: Way[] = [
    ...models.map((model, k): Way => [model, opinions.map(({ logits }) => logits[k]!)]),
    [`fused, ${isEqual ? 'equal ' : ''}weights in use`, fused(inUse)],
    ...(isEqual ? [] : [['fused, equal weights', fused(equal)] as Way]),
    ...(crossValidated ? [['fused, learned weights, cross-validated', crossValidated] as Way] : []),
    ...(learnedOnAll ? [['fused, learned weights, on their training data (optimistic)', learnedOnAll] as Way] : []),
  ];
  const bonaFide = opinions.filter((opinion) => opinion.bonaFide).length;
  const attack = opinions.length - bonaFide;
  const figures =
    bonaFide > 0 && attack > 0 ? ways.map(([name, logits]) => measureWay(name, logits, opinions, threshold, seed)) : [];
  return { present, presentations: { bonaFide, attack }, figures, weights };
}

function measureWay(
  name: string,
  logits: readonly number[],
  opinions: readonly Opinion[],
  threshold: number,
  seed: number,
): ModelFigures {
  const of = (kind: boolean): number[] =>
    logits.filter((_, i) => opinions[i]!.bonaFide === kind).map((logit) => toProbability(logit));
  const [live, attack] = [of(true), of(false)];
  const { area, equalError } = makeErrorCurve(live, attack);
  const { falseAccept, falseReject } = measureThreshold(live, attack, threshold);
  return {
    name,
    area,
    equalError,
    intervals: bootstrapCurve(live, attack, seed),
    bpcer20: suggestThreshold(live, attack, { falseAccept: 0.05 })?.falseReject ?? null,
    apcer: falseAccept,
    bpcer: falseReject,
  };
}
