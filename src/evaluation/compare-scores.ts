import { type Interval, middle95, seedRandom } from './bootstrap.js';
import { summarizeTable, tabulateScores } from './error-curve.js';

/** The scores of one scoring method. */
export interface Scoring {
  /** higher is more likely bona fide; in the order of the presentations */
  readonly scores: readonly number[];
  /** log loss of each prediction, in nats */
  readonly losses: readonly number[];
}

/** A difference with its 95 % interval; negative if the second method is better. */
export interface Difference extends Interval {
  readonly value: number;
}

/** The second method minus the first. */
export interface ScoringDifference {
  /** figures of the first method */
  readonly before: { readonly equalError: number; readonly logLoss: number };
  readonly equalError: Difference;
  /** mean log loss; bona fide presentations and attacks each count half */
  readonly logLoss: Difference;
}

/**
 * Compares two scoring methods on the same presentations with a paired bootstrap: both use the same resamples, which reveals
 * differences that two separate intervals would hide. Bona fide presentations and attacks are resampled separately; there must be
 * some of both.
 */
export function compareScorings(
  bonaFide: readonly boolean[],
  before: Scoring,
  after: Scoring,
  seed: number,
  replicates = 1000,
): ScoringDifference {
  const random = seedRandom(seed);
  const kinds = [true, false].map((kind) => bonaFide.flatMap((is, i) => (is === kind ? [i] : [])));
  const ways = [before, after].map((way) => prepare(way, kinds));
  const differ = (): readonly [number, number, ScoringDifference['before']] => {
    const [first, second] = ways.map((way) => way.take());
    return [second!.equalError - first!.equalError, second!.logLoss - first!.logLoss, first!];
  };
  for (const [kind, members] of kinds.entries()) for (const i of members) for (const way of ways) way.add(kind, i);
  const whole = differ();
  const errors = new Float64Array(replicates);
  const losses = new Float64Array(replicates);
  for (let draw = 0; draw < replicates; draw++) {
    for (const [kind, members] of kinds.entries()) {
      for (let n = 0; n < members.length; n++) {
        const i = members[Math.floor(random() * members.length)]!;
        for (const way of ways) way.add(kind, i);
      }
    }
    const [error, loss] = differ();
    errors[draw] = error;
    losses[draw] = loss;
  }
  const [equalError, logLoss, first] = whole;
  return {
    before: first,
    equalError: { value: equalError, ...middle95(errors) },
    logLoss: { value: logLoss, ...middle95(losses) },
  };
}

/** Collects a resample for one method. @param kinds indices of the bona fide presentations, and of the attacks */
function prepare({ scores, losses }: Scoring, kinds: readonly (readonly number[])[]) {
  const table = tabulateScores(scores, []);
  const place = new Map(Array.from(table.scores, (score, position) => [score, position]));
  const places = Uint32Array.from(scores, (score) => place.get(score)!);
  const counts = kinds.map(() => new Uint32Array(table.scores.length));
  const sums = kinds.map(() => 0);
  return {
    add(kind: number, i: number): void {
      counts[kind]![places[i]!]!++;
      sums[kind]! += losses[i]!;
    },
    /** @returns the figures of what was added; starts a new resample */
    take(): { equalError: number; logLoss: number } {
      const { equalError } = summarizeTable({ wanted: counts[0]!, unwanted: counts[1]! });
      const logLoss = sums.reduce((sum, of, kind) => sum + of / kinds[kind]!.length / 2, 0);
      for (const of of counts) of.fill(0);
      sums.fill(0);
      return { equalError, logLoss };
    },
  };
}
