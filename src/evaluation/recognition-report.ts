import { bootstrapCurve, type CurveIntervals } from './bootstrap.js';
import { type ErrorCurve, type ErrorTarget, makeErrorCurve, type OperatingPoint } from './error-curve.js';
import { countRate, makeRate, type Rate } from './rate.js';
import type { PairSample } from './sample.js';
import { measureThreshold, type SuggestedThreshold, suggestThreshold } from './suggest-threshold.js';

/** A labelled pair and the similarity of its faces. */
export interface ComparedPair extends PairSample {
  /** cosine of the embeddings, −1..1; null if a picture has no embedding */
  readonly score: number | null;
  /** why there is no score; undefined if there is one */
  readonly reason: string | undefined;
}

/** The complete results for a set of labelled pairs. Rates are 0..1 with 95 % intervals. */
export interface RecognitionReport {
  readonly kind: 'recognition';
  /** a cosine at or above it is a match */
  readonly threshold: number;
  readonly pairs: { readonly same: number; readonly different: number };
  /** pairs that could not be compared, of all */
  readonly failedToCompare: Rate;
  /** correct decisions at the threshold, of the pairs that could be compared */
  readonly accuracy: Rate;
  /** the best accuracy of any threshold on these same pairs: often published as accuracy, slightly optimistic */
  readonly best: { readonly threshold: number; readonly accuracy: Rate } | null;
  /** FMR (`falseAccept`) and FNMR (`falseReject`) at the threshold */
  readonly atThreshold: SuggestedThreshold;
  readonly curve: (Pick<ErrorCurve, 'area' | 'equalError'> & { readonly intervals: CurveIntervals }) | null;
  /**
   * FNMR at an FMR of at most 1e-2 … 1e-4; `enough`: whether there are so many different-person pairs that one match is within it
   */
  readonly operatingPoints: readonly {
    readonly fmr: number;
    readonly found: SuggestedThreshold | undefined;
    readonly enough: boolean;
  }[];
  readonly suggestions: readonly { readonly target: ErrorTarget; readonly found: SuggestedThreshold | undefined }[];
  readonly errors: {
    /** different-person pairs that match, highest cosine first */
    readonly falseMatches: readonly ComparedPair[];
    /** same-person pairs that do not match, lowest cosine first */
    readonly falseNonMatches: readonly ComparedPair[];
    readonly notCompared: readonly ComparedPair[];
  };
}

export interface RecognitionReportOptions {
  readonly threshold: number;
  readonly targets: readonly ErrorTarget[];
  readonly seed: number;
  /** maximum number of errors listed per kind */
  readonly listed: number;
}

/** Computes the report. The same pairs and options give the same report. */
export function reportRecognition(pairs: readonly ComparedPair[], options: RecognitionReportOptions): RecognitionReport {
  const { threshold, targets, seed, listed } = options;
  const compared = pairs.filter(({ score }) => score !== null);
  const { same, different } = pairScores(pairs);
  const complete = same.length > 0 && different.length > 0;
  const isRight = ({ same, score }: ComparedPair): boolean => score! >= threshold === same;
  const wrong = compared.filter((pair) => !isRight(pair));
  return {
    kind: 'recognition',
    threshold,
    pairs: { same: pairs.filter((pair) => pair.same).length, different: pairs.filter((pair) => !pair.same).length },
    failedToCompare: countRate(pairs, ({ score }) => score === null),
    accuracy: countRate(compared, isRight),
    best: complete ? findBest(same, different) : null,
    atThreshold: measureThreshold(same, different, threshold),
    curve: complete ? summarize(same, different, seed) : null,
    operatingPoints: [1e-2, 1e-3, 1e-4].map((fmr) => ({
      fmr,
      found: suggestThreshold(same, different, { falseAccept: fmr }),
      enough: different.length * fmr >= 1,
    })),
    suggestions: targets.map((target) => ({ target, found: suggestThreshold(same, different, target) })),
    errors: {
      falseMatches: wrong
        .filter((pair) => !pair.same)
        .sort((a, b) => b.score! - a.score!)
        .slice(0, listed),
      falseNonMatches: wrong
        .filter((pair) => pair.same)
        .sort((a, b) => a.score! - b.score!)
        .slice(0, listed),
      notCompared: pairs.filter(({ score }) => score === null).slice(0, listed),
    },
  };
}

function findBest(same: readonly number[], different: readonly number[]): RecognitionReport['best'] {
  const right = ({ falseAccept, falseReject }: OperatingPoint): number =>
    Math.round((1 - falseReject) * same.length + (1 - falseAccept) * different.length);
  const best = makeErrorCurve(same, different).points.reduce((a, b) => (right(b) > right(a) ? b : a));
  return { threshold: best.threshold, accuracy: makeRate(right(best), same.length + different.length) };
}

/** The scores of the pairs that could be compared. */
export function pairScores(pairs: readonly ComparedPair[]): { same: number[]; different: number[] } {
  const scores = (same: boolean): number[] =>
    pairs.flatMap((pair) => (pair.same === same && pair.score !== null ? [pair.score] : []));
  return { same: scores(true), different: scores(false) };
}

function summarize(same: readonly number[], different: readonly number[], seed: number): RecognitionReport['curve'] {
  const { area, equalError } = makeErrorCurve(same, different);
  return { area, equalError, intervals: bootstrapCurve(same, different, seed) };
}

/** Cosine of two vectors of length 1. */
export const cosine = (a: Float32Array, b: Float32Array): number => a.reduce((sum, v, i) => sum + v * b[i]!, 0);
