import { type BenchRun, costOf, type Figure, shareOf, showRatio } from './figures.js';

/** A ratio of a run that is worse than that of the committed run. */
export interface Worsening {
  /** part, series and point of the figure */
  readonly figure: string;
  readonly measure: 'cost' | 'throughput' | 'refused';
  /** what the ratio is to */
  readonly reference: 'bare' | 'human';
  /** the ratio in the committed run, and now */
  readonly committed: number;
  readonly now: number;
  /** how much worse: 0.2 is 20 %; of refused requests, the difference of their parts */
  readonly worseBy: number;
}

/** What a comparison found. */
export interface Comparison {
  /** ratios that both runs have */
  readonly compared: number;
  /** the worst first */
  readonly worse: readonly Worsening[];
}

/** A ratio of a figure, and whether more of it is better. */
interface Ratio {
  readonly measure: Worsening['measure'];
  readonly value: number;
  /** how much worse `now` is than `committed`: 0.2 is 20 % */
  readonly rate: (now: number, committed: number) => number;
}

const rateCost = (now: number, committed: number): number => now / committed - 1;
const rateShare = (now: number, committed: number): number => committed / now - 1;

/**
 * Compares ratios to the bare loop of the same run, so that runs of different machines can be compared: the cost of a request in pictures of
 * the bare loop, and the throughput as a part of what as many bare loops reach. A slower bare loop itself shows only beside
 * @vladmandic/human, whose own cost is not compared.
 * @param tolerance how much worse a ratio may be: 0.1 is 10 %
 */
export function compareRuns(run: BenchRun, committed: BenchRun, tolerance = 0.1): Comparison {
  const before = new Map(committed.figures.map((figure) => [nameOf(figure), figure]));
  const human = { now: findHuman(run), committed: findHuman(committed) };
  const worse: Worsening[] = [];
  let compared = 0;
  for (const figure of run.figures) {
    const name = nameOf(figure);
    const old = before.get(name);
    if (!old) continue;
    const reference = figure.part === 'human' ? 'human' : 'bare';
    const [now, then] = [ratiosOf(figure, human.now), ratiosOf(old, human.committed)];
    for (const { measure, value, rate } of now) {
      const other = then.find((ratio) => ratio.measure === measure);
      if (!other) continue;
      compared++;
      const worseBy = rate(value, other.value);
      if (worseBy > tolerance) worse.push({ figure: name, measure, reference, committed: other.value, now: value, worseBy });
    }
  }
  return { compared, worse: worse.sort((a, b) => b.worseBy - a.worseBy) };
}

/** The result of a comparison, in lines for a terminal. */
export function describeComparison({ compared, worse }: Comparison, committed: BenchRun): string {
  const than = `the committed run (${committed.measuredAt.slice(0, 10)}, ${committed.commit || committed.version}, ${committed.machine.cores} cores)`;
  if (compared === 0) return `Nothing to compare with ${than}: it has none of these figures.`;
  const count = compared === 1 ? '1 ratio' : `${compared} ratios`;
  if (worse.length === 0) return `${count} compared with ${than}: none is more than 10 % worse.`;
  const lines = worse.map(({ figure, measure, reference, committed: old, now, worseBy }) =>
    measure === 'refused'
      ? `  ${figure}: ${percent(now)} refused instead of ${percent(old)}`
      : `  ${figure}: ${measure} ${showRatio(now)} × ${reference} instead of ${showRatio(old)}, ${percent(worseBy)} worse`,
  );
  return [`${count} compared with ${than}; more than 10 % worse:`, ...lines].join('\n');
}

const nameOf = ({ part, series, point }: Figure): string => `${part}, ${series}, ${point}`;

/** Median of @vladmandic/human in milliseconds. */
const findHuman = ({ figures }: BenchRun): Figure | undefined =>
  figures.find(({ part, series }) => part === 'human' && series.startsWith('@'));

function ratiosOf(figure: Figure, human: Figure | undefined): Ratio[] {
  if (figure.part === 'human') {
    if (figure === human || !human) return [];
    return [{ measure: 'cost', value: figure.p50 / human.p50, rate: rateCost }];
  }
  const ratios: Ratio[] = [{ measure: 'cost', value: costOf(figure), rate: rateCost }];
  const { load } = figure;
  if (!load) return ratios;
  ratios.push({ measure: 'throughput', value: shareOf(load, figure.bareP50), rate: rateShare });
  ratios.push({ measure: 'refused', value: load.refused / (load.refused + figure.n), rate: (now, committed) => now - committed });
  return ratios;
}

const percent = (part: number): string => `${Math.round(part * 100)} %`;
