import { type ComparedFigure, compareFigures, type ResultPair, type ThresholdPair } from './compared-figures.js';
import type { JudgedSample } from './judge-sample.js';
import { type Outcome, outcomeOf } from './outcome.js';
import type { ResamplingOptions } from './paired-bootstrap.js';
import { makeRate, type Rate } from './rate.js';

/** Models and policy of one side of a comparison. */
export interface ComparedSide {
  /** which part of each presentation was judged; absent: all of it, on both sides */
  readonly input?: string;
  /** weights by model, in one line */
  readonly models: string;
  readonly policyVersion: string;
  /** liveness threshold */
  readonly threshold: number;
}

/** A picture whose outcome differs between A and B. */
export interface DifferingPicture {
  readonly path: string;
  readonly bonaFide: boolean;
  readonly species: string;
  readonly source: string;
  readonly a: PictureResult;
  readonly b: PictureResult;
  /** what B's outcome is, compared with A's */
  readonly change: 'worse' | 'better' | 'other';
}

/** What one side made of a picture. */
export interface PictureResult {
  readonly outcome: Outcome;
  readonly score: number | null;
  readonly findings: readonly string[];
}

/** Two model sets or policies on the same pictures. Differences are B minus A. */
export interface Comparison {
  readonly a: ComparedSide;
  readonly b: ComparedSide;
  readonly presentations: { readonly bonaFide: number; readonly attack: number };
  /** what the bootstrap draws: presentations, or clients with all of theirs */
  readonly resampled: 'presentations' | 'clients';
  readonly figures: readonly ComparedFigure[];
  /** pictures with different outcomes, of all */
  readonly differing: Rate;
  /** of those, how many are worse and how many are better with B */
  readonly worse: number;
  readonly better: number;
  /** the worst changes first; limited to the number of listed errors */
  readonly pictures: readonly DifferingPicture[];
}

export interface ComparisonOptions extends ResamplingOptions {
  readonly a: ComparedSide;
  readonly b: ComparedSide;
  /** maximum number of differing pictures listed */
  readonly listed: number;
}

/**
 * Compares two results of the same pictures.
 * @param a results of A; @param b results of B, in the same order
 */
export function compareResults(
  a: readonly JudgedSample[],
  b: readonly JudgedSample[],
  { listed, a: sideA, b: sideB, ...resampling }: ComparisonOptions,
): Comparison {
  const pairs = a.map(({ bonaFide, species }, i): ResultPair => ({ bonaFide, species, a: a[i]!, b: b[i]! }));
  const thresholds: ThresholdPair = { a: sideA.threshold, b: sideB.threshold };
  const pictures = pairs.filter((pair) => outcomeOf(pair.a) !== outcomeOf(pair.b)).sort(byHarm);
  const described = pictures.map(describe);
  const bonaFide = pairs.filter((pair) => pair.bonaFide).length;
  return {
    a: sideA,
    b: sideB,
    presentations: { bonaFide, attack: pairs.length - bonaFide },
    resampled: resampling.clusters ? 'clients' : 'presentations',
    figures: compareFigures(pairs, thresholds, resampling),
    differing: makeRate(pictures.length, pairs.length),
    worse: described.filter(({ change }) => change === 'worse').length,
    better: described.filter(({ change }) => change === 'better').length,
    pictures: described.slice(0, listed),
  };
}

/** How good an outcome is: for an attack any rejection is right; for a bona fide presentation only acceptance is. */
const worth: Record<'attack' | 'bonaFide', Record<Outcome, number>> = {
  attack: { accepted: 0, 'asked-again': 2, attack: 3, refused: 3, 'no-response': 3 },
  bonaFide: { accepted: 3, 'asked-again': 2, refused: 1, 'no-response': 1, attack: 0 },
};

/** Positive if B's outcome is better. */
function gain({ bonaFide, a, b }: ResultPair): number {
  const of = worth[bonaFide ? 'bonaFide' : 'attack'];
  return of[outcomeOf(b)] - of[outcomeOf(a)];
}

/** The largest loss first; between equal losses, the larger move of the score in the wrong direction. */
const byHarm = (p: ResultPair, q: ResultPair): number => gain(p) - gain(q) || scoreGain(p) - scoreGain(q);

const scoreGain = ({ bonaFide, a, b }: ResultPair): number => ((b.score ?? 0) - (a.score ?? 0)) * (bonaFide ? 1 : -1);

function describe(pair: ResultPair): DifferingPicture {
  const change = Math.sign(gain(pair));
  const { path, bonaFide, species, source } = pair.a;
  return {
    path,
    bonaFide,
    species,
    source,
    a: resultOf(pair.a),
    b: resultOf(pair.b),
    change: change < 0 ? 'worse' : change > 0 ? 'better' : 'other',
  };
}

const resultOf = (sample: JudgedSample): PictureResult => ({
  outcome: outcomeOf(sample),
  score: sample.score,
  findings: sample.findings,
});
