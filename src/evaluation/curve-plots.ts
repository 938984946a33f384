import { quantileNormal } from 'vega';
import { makeErrorCurve } from './error-curve.js';
import { drawPlot, plotStyle, plotWidth, wantedColour } from './plot-style.js';

// vega exports it, but its types omit it.
declare module 'vega' {
  export function quantileNormal(p: number): number;
}

/** The scores behind one curve. */
export interface CurveScores {
  readonly name: string;
  readonly wanted: readonly number[];
  readonly unwanted: readonly number[];
}

/** A marked point on a curve. */
export interface MarkedPoint {
  readonly name: string;
  readonly falseAccept: number;
  readonly falseReject: number;
}

const axisRates = [0.0001, 0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8];
const highestRate = 0.85;

/**
 * Draws a detection error trade-off plot (Martin et al., 1997). On its normal-deviate axes, normally distributed scores give
 * straight lines. A rate of zero cannot be represented; it is drawn on the border.
 */
export function drawErrorTradeOff(
  curves: readonly CurveScores[],
  mark: MarkedPoint | undefined,
  titles: { readonly falseAccept: string; readonly falseReject: string },
): Promise<string> {
  const most = Math.max(...curves.map(({ wanted, unwanted }) => Math.max(wanted.length, unwanted.length)));
  const lowest = Math.min(0.005, Math.max(0.0001, 0.5 / most));
  const deviate = (rate: number): number => quantileNormal(Math.min(highestRate, Math.max(lowest, rate)));
  const domain = [deviate(0), deviate(1)];
  const values = curves.flatMap(({ name, ...scores }) =>
    thin(
      makeErrorCurve(scores.wanted, scores.unwanted).points.map(({ falseAccept, falseReject }) => ({
        x: deviate(falseAccept),
        y: deviate(falseReject),
      })),
    ).map((point, order) => ({ name, ...point, order })),
  );
  const names = curves.map(({ name }) => name);
  const axis = {
    values: axisRates.filter((rate) => rate >= lowest).map(deviate),
    labelExpr: "format(100 * cumulativeNormal(datum.value), '.2~r') + ' %'",
    labelOverlap: true,
  };
  const x = {
    field: 'x',
    type: 'quantitative',
    scale: { domain, nice: false, zero: false },
    axis,
    title: titles.falseAccept,
  } as const;
  const y = {
    field: 'y',
    type: 'quantitative',
    scale: { domain, nice: false, zero: false },
    axis,
    title: titles.falseReject,
  } as const;
  const marked = mark ? [{ name: mark.name, x: deviate(mark.falseAccept), y: deviate(mark.falseReject) }] : [];
  return drawPlot({
    width: plotWidth,
    height: 390,
    config: plotStyle,
    layer: [
      {
        data: { values: domain.map((d) => ({ x: d, y: d })) },
        mark: { type: 'line', color: 'currentColor', strokeDash: [3, 4], strokeOpacity: 0.5, strokeWidth: 1 },
        encoding: { x, y },
      },
      {
        data: { values },
        mark: { type: 'line', interpolate: 'linear', clip: true },
        encoding: {
          x,
          y,
          order: { field: 'order' },
          color: { field: 'name', type: 'nominal', sort: names, title: null, legend: { orient: 'bottom', columns: 3 } },
          strokeWidth: { condition: { test: `datum.name === ${JSON.stringify(names[0])}`, value: 3 }, value: 1.5 },
        },
      },
      {
        data: { values: marked },
        mark: { type: 'point', filled: true, size: 90, color: 'currentColor', opacity: 1 },
        encoding: { x, y },
      },
      {
        data: { values: marked },
        mark: { type: 'text', align: 'left', dx: 9, dy: -7, color: 'currentColor', fontSize: 12 },
        encoding: { x, y, text: { field: 'name' } },
      },
    ],
  });
}

/** Drops points that coincide with their neighbours: 10,000 scores do not need 10,000 vertices. */
function thin<P extends { readonly x: number; readonly y: number }>(points: readonly P[], least = 0.004): P[] {
  let last: P | undefined;
  return points.filter((point, i) => {
    const keep = !last || i === points.length - 1 || Math.abs(point.x - last.x) > least || Math.abs(point.y - last.y) > least;
    if (keep) last = point;
    return keep;
  });
}

/** Draws a ROC curve: the rate of same-person pairs that match over the false match rate, the latter on a log scale. */
export function drawMatchRates({ wanted, unwanted }: Omit<CurveScores, 'name'>, mark: MarkedPoint): Promise<string> {
  const lowest = 10 ** -Math.ceil(Math.log10(Math.max(100, unwanted.length)));
  const clamp = (rate: number): number => Math.max(lowest, rate);
  const points = makeErrorCurve(wanted, unwanted).points.map(({ falseAccept, falseReject }, order) => ({
    x: clamp(falseAccept),
    y: 1 - falseReject,
    order,
  }));
  const floor = Math.min(0.95, 1 - mark.falseReject, points.find(({ x }) => x <= lowest)?.y ?? 0.95);
  const least = Math.max(0, Math.floor(floor * 20 - 0.5) / 20);
  const x = {
    field: 'x',
    type: 'quantitative',
    scale: { type: 'log', domain: [lowest, 1], nice: false },
    axis: { values: powersOfTen(lowest), labelExpr: "format(datum.value * 100, '~r') + ' %'" },
    title: 'false match rate (FMR)',
  } as const;
  const y = {
    field: 'y',
    type: 'quantitative',
    scale: { domain: [least, 1], zero: false, nice: false },
    axis: { format: '.1~%' },
    title: 'same person matched (1 − FNMR)',
  } as const;
  const marked = { values: [{ name: mark.name, x: clamp(mark.falseAccept), y: 1 - mark.falseReject }] };
  return drawPlot({
    width: plotWidth,
    height: 330,
    config: plotStyle,
    layer: [
      {
        data: {
          values: thin(
            points.map((p) => ({ ...p, x: Math.log10(p.x) })),
            0.0002,
          ).map((p) => ({ ...p, x: 10 ** p.x })),
        },
        mark: { type: 'line', color: wantedColour, strokeWidth: 3, clip: true },
        encoding: { x, y, order: { field: 'order' } },
      },
      { data: marked, mark: { type: 'point', filled: true, size: 90, color: 'currentColor', opacity: 1 }, encoding: { x, y } },
      {
        data: marked,
        mark: { type: 'text', align: 'left', dx: 9, dy: 14, color: 'currentColor', fontSize: 12 },
        encoding: { x, y, text: { field: 'name' } },
      },
    ],
  });
}

const powersOfTen = (lowest: number): number[] => {
  const count = Math.round(-Math.log10(lowest));
  return Array.from({ length: count + 1 }, (_, i) => 10 ** (i - count));
};
