import { roundNumbers, type Tick } from '../../src/evaluation/plot.js';

/** An axis: where values lie, and what is written beside it. */
export interface Scale {
  readonly ticks: readonly Tick[];
  /** @returns 0 at the start of the axis, 1 at its end */
  place(value: number): number;
}

/** Steps within a decade of a logarithmic axis: as many as leave the labels apart. */
const steps = { few: [1], some: [1, 3], many: [1, 2, 5] } as const;

/** From zero to a round number above all values. */
export function linearScale(values: readonly number[], count = 4): Scale {
  const most = Math.max(...values, 1e-9);
  const ticks = roundNumbers(0, most * 1.25, count);
  const top = ticks.find((tick) => tick >= most) ?? most * 1.1;
  return {
    place: (value) => value / top,
    ticks: ticks.filter((tick) => tick <= top).map((tick) => ({ at: tick / top, label: showTick(tick) })),
  };
}

/** Logarithmic, over at least one decade, so that noise does not look like growth. @param values above zero */
export function logScale(values: readonly number[]): Scale {
  const [least, most] = [Math.log10(Math.min(...values)), Math.log10(Math.max(...values))];
  const all = most - least > 2.6 ? steps.few : most - least > 1.2 ? steps.some : steps.many;
  const marks = Array.from({ length: 18 }, (_, i) => i - 6).flatMap((power) => all.map((step) => step * 10 ** power));
  const low = marks.findLast((mark) => Math.log10(mark) <= least + 1e-9)!;
  const high = marks.find((mark) => Math.log10(mark) >= Math.max(most, Math.log10(low) + 1) - 1e-9)!;
  const place = (value: number) => Math.log10(value / low) / Math.log10(high / low);
  return {
    place,
    ticks: marks.filter((mark) => mark >= low && mark <= high).map((mark) => ({ at: place(mark), label: showTick(mark) })),
  };
}

/**
 * With a label for each value that was measured, and for no other.
 * @param isLog whether distances are ratios; values are then above zero
 */
export function measuredScale(values: readonly number[], label: (value: number) => string, isLog: boolean): Scale {
  const sorted = [...new Set(values)].sort((a, b) => a - b);
  const turn = isLog ? Math.log10 : (value: number) => value;
  const [least, most] = [turn(sorted[0]!), turn(sorted.at(-1)!)];
  // One value stands in the middle.
  const place = (value: number) => (most > least ? (turn(value) - least) / (most - least) : 0.5);
  return { place, ticks: sorted.map((value) => ({ at: place(value), label: label(value) })) };
}

const showTick = (value: number): string => (value >= 1 ? value.toLocaleString('en') : String(Number(value.toPrecision(3))));
