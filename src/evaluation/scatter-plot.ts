import { logOddsTicks, placeLogOdds } from './log-odds-axis.js';
import { type Area, axisHeight, drawAxes, drawDashes, drawDots, drawLegend, margin, plotWidth, svg } from './plot.js';

/** Dots of one colour: two scores of each presentation. */
export interface ScoreDots {
  readonly name: string;
  readonly colour: string;
  readonly scores: readonly { readonly x: number; readonly y: number }[];
}

const side = plotWidth - margin.left - margin.right;

/**
 * Draws two liveness scores of the same presentations against each other, with the threshold of both. Dots above the thin diagonal have
 * a higher vertical score.
 * @returns SVG
 */
export function drawScoreDots(
  groups: readonly ScoreDots[],
  threshold: number,
  titles: { readonly x: string; readonly y: string },
): string {
  const area: Area = { x: margin.left, y: 8, width: side, height: side };
  const at = placeLogOdds(Math.max(0, Math.min(1, threshold)));
  const legendTop = area.y + area.height + axisHeight + 6;
  const legend = drawLegend(
    legendTop,
    groups.map(({ name, colour, scores }) => ({ name: `${name} (${scores.length})`, colour })),
  );
  return svg(
    legendTop + legend.height,
    drawAxes(area, { x: { title: titles.x, ticks: logOddsTicks }, y: { title: titles.y, ticks: logOddsTicks } }),
    drawDashes(area, { x: 0, y: 0 }, { x: 1, y: 1 }, 0.4),
    drawDashes(area, { x: at, y: 0 }, { x: at, y: 1 }),
    drawDashes(area, { x: 0, y: at }, { x: 1, y: at }),
    ...groups.map(({ colour, scores }) =>
      drawDots(
        area,
        scores.map(({ x, y }) => ({ x: placeLogOdds(x), y: placeLogOdds(y) })),
        colour,
      ),
    ),
    legend.drawing,
  );
}
