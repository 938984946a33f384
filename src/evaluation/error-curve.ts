/**
 * One setting of the threshold; a score at or above it is accepted. For liveness, false accepts are attacks (APCER) and false
 * rejects are bona fide presentations (BPCER). For recognition, they are false matches (FMR) and false non-matches (FNMR).
 */
export interface OperatingPoint {
  /** midway between the two scores that it separates; above the highest possible score if everything must be rejected */
  readonly threshold: number;
  /** 0..1 */
  readonly falseAccept: number;
  /** 0..1 */
  readonly falseReject: number;
}

/** All distinguishable operating points of a set of scores, and summary figures. */
export interface ErrorCurve {
  /** from the lowest threshold (all accepted) to the highest (all rejected): false accepts fall, false rejects rise */
  readonly points: readonly OperatingPoint[];
  /** AUC: probability that a score to be accepted is above a score to be rejected; ties count half (Mann-Whitney) */
  readonly area: number;
  /** equal error rate, 0..1, interpolated linearly between the two points around it */
  readonly equalError: number;
}

/** Distinct scores in ascending order, with the number of occurrences of each kind. */
export interface ScoreTable {
  readonly scores: Float64Array;
  readonly wanted: Uint32Array;
  readonly unwanted: Uint32Array;
}

/**
 * Counts the occurrences of each distinct score.
 * @param wanted scores that should be accepted
 * @param unwanted scores that should be rejected
 */
export function tabulateScores(wanted: ArrayLike<number>, unwanted: ArrayLike<number>): ScoreTable {
  const scores = Float64Array.from(new Set([...Array.from(wanted), ...Array.from(unwanted)])).sort();
  const position = new Map(Array.from(scores, (score, i) => [score, i]));
  const count = (values: ArrayLike<number>): Uint32Array => {
    const counts = new Uint32Array(scores.length);
    for (let i = 0; i < values.length; i++) counts[position.get(values[i]!)!]!++;
    return counts;
  };
  return { scores, wanted: count(wanted), unwanted: count(unwanted) };
}

function total(counts: Uint32Array): number {
  let sum = 0;
  for (let i = 0; i < counts.length; i++) sum += counts[i]!;
  return sum;
}

/** Area and equal error rate of a table, in one pass. There must be scores of both kinds. */
export function summarizeTable({ wanted, unwanted }: Pick<ScoreTable, 'wanted' | 'unwanted'>): {
  area: number;
  equalError: number;
} {
  const [wantedTotal, unwantedTotal] = [total(wanted), total(unwanted)];
  let [below, pairs] = [0, 0];
  let [falseAccept, falseReject] = [1, 0];
  let equalError = 0;
  let crossed = false;
  for (let i = 0; i < wanted.length; i++) {
    pairs += wanted[i]! * (below + unwanted[i]! / 2);
    below += unwanted[i]!;
    const nextAccept = 1 - below / unwantedTotal;
    const nextReject = falseReject + wanted[i]! / wantedTotal;
    if (!crossed && nextReject >= nextAccept) {
      crossed = true;
      const before = falseAccept - falseReject;
      const part = before / (before + nextReject - nextAccept);
      equalError = falseAccept + part * (nextAccept - falseAccept);
    }
    [falseAccept, falseReject] = [nextAccept, nextReject];
  }
  return { area: pairs / (wantedTotal * unwantedTotal), equalError };
}

/**
 * The share of wanted scores that are rejected at the lowest threshold that accepts at most a given share of the unwanted ones, in one
 * pass; 1 if only rejecting all scores of the table meets the bound. There must be scores of both kinds.
 */
export function findFalseReject({ wanted, unwanted }: Pick<ScoreTable, 'wanted' | 'unwanted'>, mostAccepted: number): number {
  const [wantedTotal, unwantedTotal] = [total(wanted), total(unwanted)];
  let [rejected, accepted] = [0, unwantedTotal];
  for (let i = 0; i < wanted.length && accepted / unwantedTotal > mostAccepted; i++) {
    rejected += wanted[i]!;
    accepted -= unwanted[i]!;
  }
  return rejected / wantedTotal;
}

/** Builds the error curve of a set of scores. @throws RangeError if one of the two kinds is empty */
export function makeErrorCurve(wanted: ArrayLike<number>, unwanted: ArrayLike<number>): ErrorCurve {
  if (wanted.length === 0 || unwanted.length === 0) throw new RangeError('an error curve needs scores of both kinds');
  const table = tabulateScores(wanted, unwanted);
  const { scores } = table;
  const points: OperatingPoint[] = [];
  let [rejected, accepted] = [0, unwanted.length];
  for (let i = 0; i <= scores.length; i++) {
    const falseAccept = accepted / unwanted.length;
    points.push({ threshold: thresholdBefore(scores, i), falseAccept, falseReject: rejected / wanted.length });
    rejected += table.wanted[i] ?? 0;
    accepted -= table.unwanted[i] ?? 0;
  }
  return { points, ...summarizeTable(table) };
}

/** The highest possible score, for probabilities and cosines. */
const highestScore = 1;

/** A threshold that rejects the first `i` distinct scores and accepts the others. */
function thresholdBefore(scores: Float64Array, i: number): number {
  if (i === 0) return scores[0]!;
  const below = scores[i - 1]!;
  if (i === scores.length) return below < highestScore ? (below + highestScore) / 2 : Number.POSITIVE_INFINITY;
  const middle = (below + scores[i]!) / 2;
  // The midpoint of two adjacent doubles rounds to the lower one, which would then be accepted.
  return middle > below ? middle : scores[i]!;
}

/** The bound that a threshold must keep: a maximum rate of false accepts, or of false rejects. Exactly one is given. */
export type ErrorTarget = { readonly falseAccept: number } | { readonly falseReject: number };

/**
 * The operating point that meets a target with the lowest rate of the other error.
 * @returns undefined if only rejecting every possible score would meet it
 */
export function findOperatingPoint(curve: ErrorCurve, target: ErrorTarget): OperatingPoint | undefined {
  const point =
    'falseAccept' in target
      ? curve.points.find(({ falseAccept }) => falseAccept <= target.falseAccept)
      : curve.points.findLast(({ falseReject }) => falseReject <= target.falseReject);
  return point && Number.isFinite(point.threshold) ? point : undefined;
}
