/**
 * One way to set the threshold: a score at or above it is accepted. For liveness the false accepts are attacks (APCER) and the false
 * rejects bona fide presentations (BPCER); for recognition different persons (FMR) and the same one (FNMR).
 */
export interface OperatingPoint {
  /** in the middle between the two scores that it parts; above the highest possible score where everything must be refused */
  readonly threshold: number;
  /** 0..1 */
  readonly falseAccept: number;
  /** 0..1 */
  readonly falseReject: number;
}

/** Every distinguishable operating point of some scores, and what follows from them. */
export interface ErrorCurve {
  /** from the lowest threshold (all accepted) to the highest (all refused): false accepts fall, false rejects rise */
  readonly points: readonly OperatingPoint[];
  /** probability that a score that ought to be accepted is above one that ought to be refused, ties counting half (Mann-Whitney) */
  readonly area: number;
  /** equal error rate, 0..1, on the straight line between the two points around it */
  readonly equalError: number;
}

/** Distinct scores in rising order, with how many of each kind have them. */
export interface ScoreTable {
  readonly scores: Float64Array;
  readonly wanted: Uint32Array;
  readonly unwanted: Uint32Array;
}

/**
 * @param wanted scores of what ought to be accepted
 * @param unwanted scores of what ought to be refused
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

/** Area and equal error of a table in one pass; both kinds must be there. */
export function summarizeTable({ wanted, unwanted }: Pick<ScoreTable, 'wanted' | 'unwanted'>): {
  area: number;
  equalError: number;
} {
  const total = (counts: Uint32Array): number => counts.reduce((a, b) => a + b, 0);
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

/** @throws RangeError when one of the kinds is missing: then there is no curve */
export function makeErrorCurve(wanted: ArrayLike<number>, unwanted: ArrayLike<number>): ErrorCurve {
  if (wanted.length === 0 || unwanted.length === 0) throw new RangeError('a curve needs scores of both kinds');
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

/** The highest score there is: of a probability and of a cosine. */
const highestScore = 1;

/** A threshold that refuses the first `i` distinct scores and accepts the others. */
function thresholdBefore(scores: Float64Array, i: number): number {
  if (i === 0) return scores[0]!;
  const below = scores[i - 1]!;
  if (i === scores.length) return below < highestScore ? (below + highestScore) / 2 : Number.POSITIVE_INFINITY;
  const middle = (below + scores[i]!) / 2;
  // Two neighbouring doubles have no middle: it would be the lower one, and accept it.
  return middle > below ? middle : scores[i]!;
}

/** What a threshold is to keep: at most this rate of false accepts, or of false rejects. Exactly one is given. */
export type ErrorTarget = { readonly falseAccept: number } | { readonly falseReject: number };

/**
 * The operating point that keeps a target with the least of the other error.
 * @returns undefined where only refusing every possible score would keep it
 */
export function findOperatingPoint(curve: ErrorCurve, target: ErrorTarget): OperatingPoint | undefined {
  const point =
    'falseAccept' in target
      ? curve.points.find(({ falseAccept }) => falseAccept <= target.falseAccept)
      : curve.points.findLast(({ falseReject }) => falseReject <= target.falseReject);
  return point && Number.isFinite(point.threshold) ? point : undefined;
}
