import { makeErrorCurve } from './error-curve.js';
import { normalQuantile } from './normal-quantile.js';
import {
  type Area,
  axisHeight,
  type Curve,
  curveColour,
  drawAxes,
  drawCurve,
  drawDashes,
  drawLegend,
  drawMark,
  labelPercent,
  margin,
  nothing,
  type Place,
  plotWidth,
  roundNumbers,
  svg,
  wantedColour,
} from './plot.js';

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
const areaWidth = plotWidth - margin.left - margin.right;

/**
 * Draws a detection error trade-off plot (Martin et al., 1997). On its normal-deviate axes, normally distributed scores give
 * straight lines. A rate of zero cannot be represented; it is drawn on the border.
 * @returns SVG
 */
export function drawErrorTradeOff(
  groups: readonly CurveScores[],
  mark: MarkedPoint | undefined,
  titles: { readonly falseAccept: string; readonly falseReject: string },
): string {
  const most = Math.max(...groups.map(({ wanted, unwanted }) => Math.max(wanted.length, unwanted.length)));
  const lowest = Math.min(0.005, Math.max(0.0001, 0.5 / most));
  const [start, end] = [normalQuantile(lowest), normalQuantile(highestRate)];
  const place = (rate: number): number => (normalQuantile(Math.min(highestRate, Math.max(lowest, rate))) - start) / (end - start);
  const curves = groups.map(({ name, wanted, unwanted }, i): Curve => {
    const points = makeErrorCurve(wanted, unwanted).points;
    const places = thin(points.map(({ falseAccept, falseReject }) => ({ x: place(falseAccept), y: place(falseReject) })));
    return { name, places, colour: curveColour(i), strokeWidth: i === 0 ? 3 : 1.5 };
  });
  const ticks = axisRates.filter((rate) => rate >= lowest).map((rate) => ({ at: place(rate), label: labelPercent(rate) }));
  const area: Area = { x: margin.left, y: 8, width: areaWidth, height: areaWidth };
  const legendTop = area.y + area.height + axisHeight + 6;
  const legend = drawLegend(legendTop, curves);
  return svg(
    legendTop + legend.height,
    drawAxes(area, { x: { title: titles.falseAccept, ticks }, y: { title: titles.falseReject, ticks } }),
    drawDashes(area, { x: 0, y: 0 }, { x: 1, y: 1 }, 0.4),
    // The first curve covers all presentations and is drawn on top of its parts.
    ...curves.toReversed().map((curve) => drawCurve(area, curve)),
    mark ? drawMark(area, { x: place(mark.falseAccept), y: place(mark.falseReject) }, mark.name, false) : nothing,
    legend.drawing,
  );
}

/**
 * Drops points that coincide with their neighbours: 10,000 scores do not need 10,000 vertices.
 * @param least distance, as a part of the area's width
 */
function thin(places: readonly Place[], least = 0.001): Place[] {
  let last: Place | undefined;
  return places.filter((place, i) => {
    const keep = !last || i === places.length - 1 || Math.abs(place.x - last.x) > least || Math.abs(place.y - last.y) > least;
    if (keep) last = place;
    return keep;
  });
}

/**
 * Draws a ROC curve: the rate of same-person pairs that match over the false match rate, the latter on a log scale.
 * @returns SVG
 */
export function drawMatchRates({ wanted, unwanted }: Omit<CurveScores, 'name'>, mark: MarkedPoint): string {
  const decades = Math.ceil(Math.log10(Math.max(100, unwanted.length)));
  const lowest = 10 ** -decades;
  const { points } = makeErrorCurve(wanted, unwanted);
  const atLowest = points.find(({ falseAccept }) => falseAccept <= lowest);
  const floor = Math.min(0.95, 1 - mark.falseReject, atLowest ? 1 - atLowest.falseReject : 0.95);
  const least = Math.max(0, Math.floor(floor * 20 - 0.5) / 20);
  const place = ({ falseAccept, falseReject }: Omit<MarkedPoint, 'name'>): Place => ({
    x: 1 + Math.log10(Math.max(lowest, falseAccept)) / decades,
    y: (1 - falseReject - least) / (1 - least),
  });
  const area: Area = { x: margin.left, y: 8, width: areaWidth, height: 330 };
  const powers = Array.from({ length: decades + 1 }, (_, i) => ({ at: i / decades, label: labelPercent(10 ** (i - decades)) }));
  const rates = roundNumbers(least, 1, 8).map((rate) => ({ at: (rate - least) / (1 - least), label: labelPercent(rate) }));
  return svg(
    area.y + area.height + axisHeight,
    drawAxes(area, {
      x: { title: 'false match rate (FMR)', ticks: powers },
      y: { title: 'same person matched (1 − FNMR)', ticks: rates },
    }),
    drawCurve(area, { places: thin(points.map(place)), colour: wantedColour, strokeWidth: 3 }),
    drawMark(area, place(mark), mark.name, true),
  );
}
