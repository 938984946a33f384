import type { Interval } from './bootstrap.js';
import { summarizeTable } from './error-curve.js';
import { bootstrapPaired } from './paired-bootstrap.js';
import { prepareTable } from './resampled-table.js';

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
  readonly before: Figures;
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
  const kinds = [true, false].map((kind) => bonaFide.flatMap((is, i) => (is === kind ? [i] : [])));
  const ways = [before, after].map((way) => prepare(way, kinds));
  const measure = (drawn: Uint32Array) => ways.map((way) => way(drawn));
  const differ = ([first, second]: readonly Figures[]): [equalError: number, logLoss: number] => [
    second!.equalError - first!.equalError,
    second!.logLoss - first!.logLoss,
  ];
  const whole = measure(new Uint32Array(bonaFide.length).fill(1));
  const [equalError, logLoss] = differ(whole);
  const intervals = bootstrapPaired(bonaFide, (drawn) => differ(measure(drawn)), { seed, replicates });
  return {
    before: whole[0]!,
    equalError: { value: equalError, ...intervals[0]! },
    logLoss: { value: logLoss, ...intervals[1]! },
  };
}

interface Figures {
  readonly equalError: number;
  readonly logLoss: number;
}

/**
 * Returns a function that computes the figures of one method from how often each presentation was drawn.
 * @param kinds indices of the bona fide presentations, and of the attacks
 */
function prepare({ scores, losses }: Scoring, kinds: readonly (readonly number[])[]): (drawn: Uint32Array) => Figures {
  const tabulate = prepareTable((i) => scores[i]!, kinds[0]!, kinds[1]!);
  return (drawn) => {
    let logLoss = 0;
    for (const members of kinds) {
      let sum = 0;
      for (const i of members) sum += drawn[i]! * losses[i]!;
      logLoss += sum / members.length / 2;
    }
    return { equalError: summarizeTable(tabulate(drawn)).equalError, logLoss };
  };
}
