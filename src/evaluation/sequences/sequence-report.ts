import { type Comparison, compareResults } from '../comparison.js';
import type { ErrorTarget } from '../error-curve.js';
import { scoresOf } from '../judge-sample.js';
import { type ListedErrors, listErrors } from '../listed-errors.js';
import { countOutcomes, type OutcomeReport } from '../outcome.js';
import { type SuggestedThreshold, suggestThreshold } from '../suggest-threshold.js';
import { compareMethods, type MethodComparison } from './compare-methods.js';
import type { JudgedSequence, Method } from './judge-sequence.js';
import { describeFrames, describeTimes, type FrameFacts, type LabelledTimes } from './sequence-facts.js';

/** The complete results for a set of labelled sequences: single picture and sequence. Rates are 0..1. docs/evaluate-sequences.md lists all fields. */
export interface SequenceReport extends MethodComparison {
  readonly kind: 'sequences';
  /** a score at or above it counts as bona fide, by every method */
  readonly threshold: number;
  readonly policyVersion: string;
  /** weights of the liveness models */
  readonly models: string;
  readonly presentations: {
    readonly bonaFide: number;
    readonly attack: number;
    readonly species: number;
    /** 0: the table names no clients */
    readonly clients: number;
  };
  /** what the bootstrap draws: clients with all of their sequences, or sequences */
  readonly resampled: 'clients' | 'presentations';
  readonly frames: FrameFacts;
  readonly times: LabelledTimes;
  /** thresholds for the score of the sequence; empty if none were requested */
  readonly suggestions: readonly { readonly target: ErrorTarget; readonly found: SuggestedThreshold | undefined }[];
  /** the whole verdict */
  readonly outcomes: Readonly<Record<Method, OutcomeReport>>;
  /** the last frame alone (A) and the sequence (B) */
  readonly comparison: Comparison;
  /** of the whole verdict on the sequence */
  readonly errors: ListedErrors;
}

export interface SequenceReportOptions {
  readonly threshold: number;
  readonly policyVersion: string;
  readonly models: string;
  readonly targets: readonly ErrorTarget[];
  readonly seed: number;
  /** maximum number of errors listed per kind */
  readonly listed: number;
}

/** Computes the report. The same sequences and options give the same report. */
export function reportSequences(judged: readonly JudgedSequence[], options: SequenceReportOptions): SequenceReport {
  const { threshold, policyVersion, models, targets, seed, listed } = options;
  const samples = judged.map(({ sample }) => sample);
  const results = (method: Method) => judged.map((one) => one[method]);
  const [picture, sequence] = [results('picture'), results('sequence')];
  const clients = new Set(samples.flatMap(({ client }) => client || []));
  const resampling = { seed, clusters: clients.size > 0 ? samples.map(({ client }) => client) : undefined };
  const [live, attack] = [true, false].map((label) => scoresOf(sequence.filter(({ bonaFide }) => bonaFide === label)));
  const side = { models, policyVersion, threshold };
  const comparison = compareResults(picture, sequence, {
    a: { input: 'last frame alone', ...side },
    b: { input: 'sequence', ...side },
    listed,
    ...resampling,
  });
  const compared = compareMethods(judged, threshold, resampling);
  return {
    kind: 'sequences',
    threshold,
    policyVersion,
    models,
    presentations: { ...comparison.presentations, species: compared.species.length, clients: clients.size },
    resampled: comparison.resampled,
    frames: describeFrames(samples),
    times: describeTimes(samples),
    ...compared,
    suggestions: targets.map((target) => ({ target, found: suggestThreshold(live!, attack!, target) })),
    outcomes: {
      picture: countOutcomes(picture),
      withoutMotion: countOutcomes(results('withoutMotion')),
      sequence: countOutcomes(sequence),
    },
    comparison,
    errors: listErrors(sequence, listed),
  };
}
