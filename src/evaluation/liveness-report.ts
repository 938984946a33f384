import { type Finding, findings } from '../analysis/findings.js';
import { bootstrapCurve, type CurveIntervals } from './bootstrap.js';
import { compareModels, type ModelComparison } from './compare-models.js';
import type { Comparison } from './comparison.js';
import { type ErrorCurve, type ErrorTarget, findOperatingPoint, makeErrorCurve } from './error-curve.js';
import { decideByScore, type JudgedSample, scoresOf } from './judge-sample.js';
import { type JudgeabilityBand, splitByJudgeability } from './judgeability-bands.js';
import { type ListedErrors, listErrors } from './listed-errors.js';
import { countOutcomes, decideByVerdict, isGiven, type OutcomeReport } from './outcome.js';
import { groupBy, measureErrors, type PresentationErrors } from './presentation-errors.js';
import { measureThreshold, type SuggestedThreshold, suggestThreshold } from './suggest-threshold.js';

/** BPCER at a given APCER, named as in the standard: BPCER20 is the BPCER at an APCER of 1/20. */
export interface NamedOperatingPoint {
  readonly name: string;
  /** upper bound of the APCER, 0..1 */
  readonly apcer: number;
  /** with all attacks pooled; undefined if only rejecting everything would keep the bound */
  readonly pooled: SuggestedThreshold | undefined;
  /** for each species separately, as the standard requires; `falseAccept` is still that of all attacks pooled */
  readonly everySpecies: SuggestedThreshold | undefined;
}

/** How often a finding occurred. */
export interface FindingCount {
  readonly finding: Finding;
  /** `any`: pictures that have it; `first`: pictures for which it has precedence (what a contract with one error code shows) */
  readonly bonaFide: { readonly any: number; readonly first: number };
  readonly attack: { readonly any: number; readonly first: number };
}

/** Errors on the pictures of one source. */
export interface SourceErrors {
  readonly source: string;
  /** of the liveness decision */
  readonly errors: PresentationErrors;
  /** null if the source has only bona fide presentations or only attacks */
  readonly auc: number | null;
}

/** The complete results for a set of labelled presentations. Rates are 0..1 with 95 % intervals. */
export interface LivenessReport {
  readonly kind: 'liveness';
  /** a score at or above it counts as bona fide */
  readonly threshold: number;
  readonly policyVersion: string;
  readonly presentations: { readonly bonaFide: number; readonly attack: number; readonly species: number };
  /** only the liveness score is compared with the threshold */
  readonly livenessDecision: PresentationErrors;
  /** the whole verdict; a rejection for another finding than `attack` is a non-response */
  readonly wholeVerdict: PresentationErrors;
  /** what became of every presentation in the whole verdict */
  readonly outcomes: OutcomeReport;
  /** by judgeability, the lowest first; empty if the pictures have none */
  readonly judgeabilityBands: readonly JudgeabilityBand[];
  /** null if bona fide presentations or attacks have no scores */
  readonly curve: (Pick<ErrorCurve, 'area' | 'equalError'> & { readonly intervals: CurveIntervals }) | null;
  readonly operatingPoints: readonly NamedOperatingPoint[];
  readonly suggestions: readonly { readonly target: ErrorTarget; readonly found: SuggestedThreshold | undefined }[];
  /** null if only the shipped model is in use */
  readonly models: ModelComparison | null;
  /** this run (A) with other models or another policy (B); null if none was requested */
  readonly comparison: Comparison | null;
  readonly findings: readonly FindingCount[];
  /** empty if no source was given */
  readonly sources: readonly SourceErrors[];
  readonly errors: ListedErrors;
}

export interface LivenessReportOptions {
  readonly threshold: number;
  /** the policy's judgeability threshold */
  readonly judgeability: number;
  readonly comparison: Comparison | null;
  readonly policyVersion: string;
  /** weight by liveness model, `shipped` first */
  readonly weights: Readonly<Record<string, number>>;
  readonly targets: readonly ErrorTarget[];
  readonly seed: number;
  /** maximum number of errors listed per kind */
  readonly listed: number;
}

const namedPoints = [
  { name: 'BPCER10', apcer: 0.1 },
  { name: 'BPCER20', apcer: 0.05 },
  { name: 'BPCER100', apcer: 0.01 },
] as const;

/** Computes the report. The same samples and options give the same report. */
export function reportLiveness(samples: readonly JudgedSample[], options: LivenessReportOptions): LivenessReport {
  const { threshold, targets, seed, listed } = options;
  const attacks = samples.filter((sample) => !sample.bonaFide);
  const bonaFide = samples.filter((sample) => sample.bonaFide);
  const live = scoresOf(bonaFide);
  const attack = scoresOf(attacks);
  const species = [...groupBy(attacks, (sample) => sample.species)].map(([, of]) => scoresOf(of)).filter((of) => of.length > 0);
  const byScore = (sample: JudgedSample) => decideByScore(sample, threshold);
  const sources = groupBy(samples, (sample) => sample.source);
  return {
    kind: 'liveness',
    threshold,
    policyVersion: options.policyVersion,
    presentations: {
      bonaFide: bonaFide.length,
      attack: attacks.length,
      species: groupBy(attacks, (sample) => sample.species).size,
    },
    livenessDecision: measureErrors(samples, byScore),
    wholeVerdict: measureErrors(samples, decideByVerdict),
    outcomes: countOutcomes(samples),
    judgeabilityBands: splitByJudgeability(samples, { threshold, judgeability: options.judgeability, targets, seed }),
    curve: summarize(live, attack, seed),
    operatingPoints: namedPoints.map(({ name, apcer }) => ({
      name,
      apcer,
      pooled: suggestThreshold(live, attack, { falseAccept: apcer }),
      everySpecies: keepEverySpecies(live, species, attack, apcer),
    })),
    suggestions: targets.map((target) => ({ target, found: suggestThreshold(live, attack, target) })),
    models: compareModels(samples, options.weights, threshold, seed),
    comparison: options.comparison,
    findings: findings
      .map((finding) => ({ finding, bonaFide: countFinding(bonaFide, finding), attack: countFinding(attacks, finding) }))
      .filter((count) => count.bonaFide.any + count.attack.any > 0),
    sources: isGiven(sources) ? [...sources].map(([source, of]) => reportSource(source, of, threshold)) : [],
    errors: listErrors(samples, listed),
  };
}

function summarize(live: readonly number[], attack: readonly number[], seed: number): LivenessReport['curve'] {
  if (live.length === 0 || attack.length === 0) return null;
  const { area, equalError } = makeErrorCurve(live, attack);
  return { area, equalError, intervals: bootstrapCurve(live, attack, seed) };
}

/** The lowest threshold at which no species exceeds the bound. */
function keepEverySpecies(
  live: readonly number[],
  species: readonly (readonly number[])[],
  attack: readonly number[],
  apcer: number,
): SuggestedThreshold | undefined {
  if (live.length === 0 || species.length === 0) return undefined;
  const points = species.map((of) => findOperatingPoint(makeErrorCurve(live, of), { falseAccept: apcer }));
  if (points.some((point) => point === undefined)) return undefined;
  return measureThreshold(live, attack, Math.max(...points.map((point) => point!.threshold)));
}

const countFinding = (samples: readonly JudgedSample[], finding: Finding): FindingCount['bonaFide'] => ({
  any: samples.filter((sample) => sample.findings.includes(finding)).length,
  first: samples.filter((sample) => sample.findings[0] === finding).length,
});

function reportSource(source: string, samples: readonly JudgedSample[], threshold: number): SourceErrors {
  const live = scoresOf(samples.filter((sample) => sample.bonaFide));
  const attack = scoresOf(samples.filter((sample) => !sample.bonaFide));
  return {
    source,
    errors: measureErrors(samples, (sample) => decideByScore(sample, threshold)),
    auc: live.length > 0 && attack.length > 0 ? makeErrorCurve(live, attack).area : null,
  };
}
