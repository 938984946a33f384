import type { Difference } from './compare-scores.js';
import { summarizeTable } from './error-curve.js';
import type { JudgedSample } from './judge-sample.js';
import { type Outcome, outcomeOf } from './outcome.js';
import { bootstrapPaired, type ResamplingOptions } from './paired-bootstrap.js';
import { groupBy } from './presentation-errors.js';
import { countRate, type Rate } from './rate.js';
import { prepareTable } from './resampled-table.js';
import { signTest } from './sign-test.js';

/** A presentation with both of its results. */
export interface ResultPair {
  readonly bonaFide: boolean;
  readonly species: string;
  readonly a: JudgedSample;
  readonly b: JudgedSample;
}

/** One figure of A and of B, and how certain their difference is. */
export interface ComparedFigure {
  /** `auc`, `eer`, `apcer`, `bpcer` (score alone), or an outcome of the whole verdict */
  readonly figure: 'auc' | 'eer' | 'apcer' | 'bpcer' | Outcome;
  /** which presentations */
  readonly label: 'both' | 'attack' | 'bona-fide';
  /** the species or kind; absent: all of the label */
  readonly species?: string;
  readonly better: 'higher' | 'lower' | 'neither';
  readonly a: number;
  readonly b: number;
  /** counts and intervals, if the figure is a rate of presentations */
  readonly rates?: { readonly a: Rate; readonly b: Rate };
  /** B minus A, with its 95 % interval by paired bootstrap */
  readonly difference: Difference;
  /** presentations counted only by A and only by B, and the probability of such a split by chance (exact sign test) */
  readonly changed?: { readonly onlyA: number; readonly onlyB: number; readonly probability: number };
  /** the interval excludes 0 and, for rates, the sign test's probability is below 0.05 */
  readonly beyondChance: boolean;
}

/** Figures before their intervals are known, and how they differ in a resample (B minus A; NaN if that cannot be computed). */
interface FigureGroup {
  readonly figures: readonly Omit<ComparedFigure, 'difference' | 'beyondChance'>[];
  readonly differ: (drawn: Uint32Array) => readonly number[];
}

type Side = 'a' | 'b';
/** Liveness thresholds of A and B. */
export type ThresholdPair = Readonly<Record<Side, number>>;

/** A smaller species or kind does not get figures of its own. */
const leastOfSpecies = 20;

/** Compares every figure on the same presentations. The same pairs and seed give the same result. */
export function compareFigures(
  pairs: readonly ResultPair[],
  thresholds: ThresholdPair,
  resampling: ResamplingOptions,
): ComparedFigure[] {
  const groups = [...scoreFigures(pairs, thresholds), ...outcomeFigures(pairs)];
  const intervals = bootstrapPaired(
    pairs.map(({ bonaFide }) => bonaFide),
    (drawn) => groups.flatMap(({ differ }) => differ(drawn)),
    resampling,
  );
  return groups
    .flatMap(({ figures }) => figures)
    .map((figure, i) => {
      const difference: Difference = { value: figure.b - figure.a, ...intervals[i]! };
      const excludesZero = difference.low > 0 || difference.high < 0;
      // Few differing pictures make the bootstrap's interval too narrow; the sign test is exact.
      return { ...figure, difference, beyondChance: excludesZero && (figure.changed?.probability ?? 0) < 0.05 };
    });
}

/** Figures of the score alone, on the presentations that both A and B scored. */
function scoreFigures(pairs: readonly ResultPair[], thresholds: ThresholdPair): FigureGroup[] {
  const scored = (label: boolean): number[] =>
    pairs.flatMap(({ bonaFide, a, b }, i) => (bonaFide === label && a.score !== null && b.score !== null ? [i] : []));
  const [live, attacks] = [scored(true), scored(false)];
  const apcer = countPairs(pairs, attacks, ({ score }, side) => score! >= thresholds[side]);
  const bpcer = countPairs(pairs, live, ({ score }, side) => score! < thresholds[side]);
  return [
    ...(live.length > 0 && attacks.length > 0 ? [curveFigures(pairs, live, attacks)] : []),
    makeGroup(apcer, { figure: 'apcer', label: 'attack', better: 'lower' }),
    makeGroup(bpcer, { figure: 'bpcer', label: 'bona-fide', better: 'lower' }),
  ];
}

/** AUC and EER. */
function curveFigures(pairs: readonly ResultPair[], live: readonly number[], attacks: readonly number[]): FigureGroup {
  const [first, second] = [prepareCurve(pairs, live, attacks, 'a'), prepareCurve(pairs, live, attacks, 'b')];
  const once = new Uint32Array(pairs.length).fill(1);
  const [a, b] = [first(once), second(once)];
  return {
    figures: [
      { figure: 'auc', label: 'both', better: 'higher', a: a.area, b: b.area },
      { figure: 'eer', label: 'both', better: 'lower', a: a.equalError, b: b.equalError },
    ],
    differ: (drawn) => {
      const [of, others] = [first(drawn), second(drawn)];
      return [others.area - of.area, others.equalError - of.equalError];
    },
  };
}

function prepareCurve(pairs: readonly ResultPair[], live: readonly number[], attacks: readonly number[], side: Side) {
  const tabulate = prepareTable((i) => pairs[i]![side].score!, live, attacks);
  return (drawn: Uint32Array) => summarizeTable(tabulate(drawn));
}

/** Outcomes of the whole verdict, of all presentations: of each label, and of each species or kind with enough pictures. */
function outcomeFigures(pairs: readonly ResultPair[]): FigureGroup[] {
  const indices = [...pairs.keys()];
  const group = (members: readonly number[], outcome: Outcome, better: ComparedFigure['better'], species?: string): FigureGroup =>
    makeGroup(
      countPairs(pairs, members, (result) => outcomeOf(result) === outcome),
      { figure: outcome, label: pairs[members[0]!]!.bonaFide ? 'bona-fide' : 'attack', better, ...(species ? { species } : {}) },
    );
  return [false, true].flatMap((label) => {
    const members = indices.filter((i) => pairs[i]!.bonaFide === label);
    if (members.length === 0) return [];
    const kinds = groupBy(members, (i) => pairs[i]!.species);
    const large = kinds.size > 1 ? [...kinds].filter(([name, of]) => name !== '' && of.length >= leastOfSpecies) : [];
    return [
      group(members, 'accepted', label ? 'higher' : 'lower'),
      group(members, 'asked-again', label ? 'lower' : 'neither'),
      group(members, 'attack', label ? 'lower' : 'neither'),
      ...large.flatMap(([name, of]) => [
        group(of, 'accepted', label ? 'higher' : 'lower', name),
        group(of, 'asked-again', label ? 'lower' : 'neither', name),
      ]),
    ];
  });
}

/** Which of some presentations A and B count. */
interface PairCount {
  readonly members: readonly number[];
  readonly a: readonly boolean[];
  readonly b: readonly boolean[];
}

function countPairs(
  pairs: readonly ResultPair[],
  members: readonly number[],
  holds: (result: JudgedSample, side: Side) => boolean,
): PairCount {
  return { members, a: members.map((i) => holds(pairs[i]!.a, 'a')), b: members.map((i) => holds(pairs[i]!.b, 'b')) };
}

function makeGroup(
  { members, a, b }: PairCount,
  figure: Pick<ComparedFigure, 'figure' | 'label' | 'better' | 'species'>,
): FigureGroup {
  const rates = { a: countRate(a, Boolean), b: countRate(b, Boolean) };
  const onlyA = a.filter((counts, n) => counts && !b[n]).length;
  const onlyB = b.filter((counts, n) => counts && !a[n]).length;
  const changed = { onlyA, onlyB, probability: signTest(onlyA, onlyB) };
  return {
    figures: members.length > 0 ? [{ ...figure, a: rates.a.value!, b: rates.b.value!, rates, changed }] : [],
    differ: (drawn) => {
      if (members.length === 0) return [];
      let [sum, total] = [0, 0];
      for (const [n, i] of members.entries()) {
        total += drawn[i]!;
        sum += (Number(b[n]) - Number(a[n])) * drawn[i]!;
      }
      // 0 / 0 is NaN: a resample without any of them.
      return [sum / total];
    },
  };
}
