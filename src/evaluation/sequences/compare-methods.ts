import type { Interval } from '../bootstrap.js';
import { summarizeTable } from '../error-curve.js';
import { bootstrapPaired, type ResamplingOptions } from '../paired-bootstrap.js';
import { groupBy } from '../presentation-errors.js';
import { countRate, type Rate } from '../rate.js';
import { prepareTable } from '../resampled-table.js';
import { signTest } from '../sign-test.js';
import { type JudgedSequence, type Method, type MotionNumbers, methods, motionNumbers } from './judge-sequence.js';
import {
  describeScoreFigures,
  type Estimate,
  figureNames,
  makeEstimate,
  prepareScoreFigures,
  type ScoreFigures,
} from './score-figures.js';

/** Sequences whose decision by the score differs between the last frame alone and the sequence. */
export interface ChangedDecisions {
  /** wrong by the picture, right by the sequence */
  readonly corrected: number;
  /** right by the picture, wrong by the sequence */
  readonly spoiled: number;
  /** probability of such a split by chance: exact sign test, which assumes independent sequences */
  readonly probability: number;
}

/** What the motion of the face against its surroundings says, taken alone. */
export interface MotionFigures {
  /** sequences with a statement */
  readonly statements: Rate;
  /** sequences without a statement, by reason */
  readonly reasons: Readonly<Record<string, number>>;
}

/** One group of attacks, or all of them, against all bona fide presentations. */
export interface GroupComparison extends Readonly<Record<Method, ScoreFigures>> {
  /** `all`: attacks pooled */
  readonly species: string;
  readonly attacks: number;
  /** attacks without a score, which every figure of a score leaves out */
  readonly nonResponse: Rate;
  /** sequence minus picture; a figure that cannot be computed is null */
  readonly difference: Readonly<Record<(typeof figureNames)[number], Estimate | null>>;
  /** decisions on the attacks of the group */
  readonly changed: ChangedDecisions;
  /** of the attacks of the group, with the AUC of each number alone against the bona fide presentations, where both have a statement */
  readonly motion: MotionFigures & { readonly areas: Readonly<Record<keyof MotionNumbers, Estimate | null>> };
}

/** The bona fide presentations; their rates are in every `GroupComparison`. */
export interface BonaFideComparison {
  readonly presentations: number;
  readonly nonResponse: Rate;
  readonly changed: ChangedDecisions;
  readonly motion: MotionFigures;
}

/** All comparisons of methods on the same sequences. */
export interface MethodComparison {
  readonly all: GroupComparison;
  readonly species: readonly GroupComparison[];
  readonly bonaFide: BonaFideComparison;
}

/** Compares the methods overall and by species. The same sequences and options give the same result. */
export function compareMethods(
  judged: readonly JudgedSequence[],
  threshold: number,
  resampling: ResamplingOptions,
): MethodComparison {
  const indices = [...judged.keys()];
  const live = indices.filter((i) => judged[i]!.sample.bonaFide);
  const attacks = indices.filter((i) => !judged[i]!.sample.bonaFide);
  const groups = [
    { name: 'all', members: attacks },
    ...[...groupBy(attacks, (i) => judged[i]!.sample.species)].map(([name, members]) => ({ name, members })),
  ].map(({ name, members }) => prepareGroup(name, judged, live, members, threshold));
  const measure = (drawn: Uint32Array): number[] => groups.flatMap((group) => group.measure(drawn));
  const values = measure(new Uint32Array(judged.length).fill(1));
  const intervals = bootstrapPaired(
    judged.map(({ sample }) => sample.bonaFide),
    measure,
    resampling,
  );
  const [all, ...species] = groups.map((group, g) => {
    const own = <T>(of: readonly T[]): readonly T[] => of.slice(g * numbersOfGroup, (g + 1) * numbersOfGroup);
    return group.describe(own(values), own(intervals));
  });
  return {
    all: all!,
    species,
    bonaFide: {
      presentations: live.length,
      nonResponse: countRate(live, (i) => judged[i]!.picture.score === null),
      changed: countChanged(judged, live, threshold),
      motion: countStatements(judged, live),
    },
  };
}

const figures = figureNames.length;
/** The figures of each method, the differences, and the AUCs of the motion. */
const numbersOfGroup = figures * (methods.length + 1) + motionNumbers.length;

/** A group before its intervals are known. `measure` computes `numbersOfGroup` numbers, of which NaN cannot be computed. */
interface PreparedGroup {
  readonly measure: (drawn: Uint32Array) => number[];
  readonly describe: (values: readonly number[], intervals: readonly Interval[]) => GroupComparison;
}

function prepareGroup(
  species: string,
  judged: readonly JudgedSequence[],
  allLive: readonly number[],
  allAttacks: readonly number[],
  threshold: number,
): PreparedGroup {
  const isScored = (i: number): boolean => judged[i]!.picture.score !== null;
  const [live, attacks] = [allLive.filter(isScored), allAttacks.filter(isScored)];
  const results = methods.map((method) => judged.map((one) => one[method]));
  const ways = results.map((of) => prepareScoreFigures(of, live, attacks, threshold));
  const motion = motionNumbers.map((number) => prepareMotion(number, judged, allLive, allAttacks));
  const [first, last] = [methods.indexOf('picture'), methods.indexOf('sequence')];
  return {
    measure: (drawn) => {
      const numbers = ways.map((way) => way(drawn));
      return [
        ...numbers.flat(),
        ...numbers[last]!.map((value, i) => value - numbers[first]![i]!),
        ...motion.map((area) => area(drawn)),
      ];
    },
    describe: (values, intervals) => {
      const part = <T>(of: readonly T[], n: number): readonly T[] => of.slice(n * figures, (n + 1) * figures);
      const scores = results.map((of, n) =>
        describeScoreFigures(of, live, attacks, threshold, part(values, n), part(intervals, n)),
      );
      const estimates = values.map((value, i) => makeEstimate(value, intervals[i]!));
      const differences = part(estimates, methods.length);
      const areas = estimates.slice(-motionNumbers.length);
      return {
        species,
        attacks: allAttacks.length,
        nonResponse: countRate(allAttacks, (i) => !isScored(i)),
        ...nameAll(methods, scores),
        difference: nameAll(figureNames, differences),
        changed: countChanged(judged, allAttacks, threshold),
        motion: { ...countStatements(judged, allAttacks), areas: nameAll(motionNumbers, areas) },
      };
    },
  };
}

const nameAll = <Name extends string, T>(names: readonly Name[], values: readonly T[]): Record<Name, T> =>
  Object.fromEntries(names.map((name, i) => [name, values[i]!])) as Record<Name, T>;

/** The AUC of one number of the motion, where there is a statement. */
function prepareMotion(
  number: keyof MotionNumbers,
  judged: readonly JudgedSequence[],
  live: readonly number[],
  attacks: readonly number[],
): (drawn: Uint32Array) => number {
  const stated = (i: number): boolean => judged[i]!.motion !== null;
  const tabulate = prepareTable((i) => judged[i]!.motion![number], live.filter(stated), attacks.filter(stated));
  // 0 / 0 is NaN: a resample without statements of one label.
  return (drawn) => summarizeTable(tabulate(drawn)).area;
}

function countChanged(judged: readonly JudgedSequence[], members: readonly number[], threshold: number): ChangedDecisions {
  const isRight = (i: number, method: Method): boolean | undefined => {
    const { score, bonaFide } = judged[i]![method];
    return score === null ? undefined : score >= threshold === bonaFide;
  };
  const count = (picture: boolean, sequence: boolean): number =>
    members.filter((i) => isRight(i, 'picture') === picture && isRight(i, 'sequence') === sequence).length;
  const [corrected, spoiled] = [count(false, true), count(true, false)];
  return { corrected, spoiled, probability: signTest(corrected, spoiled) };
}

function countStatements(judged: readonly JudgedSequence[], members: readonly number[]): MotionFigures {
  const reasons = groupBy(
    members.flatMap((i) => judged[i]!.motionReason ?? []),
    (reason) => reason,
  );
  return {
    statements: countRate(members, (i) => judged[i]!.motion !== null),
    reasons: Object.fromEntries([...reasons].map(([reason, of]) => [reason, of.length])),
  };
}
