import { Html } from './html-page.js';
import { logOddsTicks, placeLogOdds } from './log-odds-axis.js';
import {
  type Area,
  axisHeight,
  drawAxes,
  drawDashes,
  drawHeading,
  labelPercent,
  margin,
  plotWidth,
  roundNumbers,
  svg,
  unwantedColour,
  wantedColour,
} from './plot.js';

/** Scale of the score axis: linear (cosines), or log-odds (probabilities, which cluster at 0 and 1). */
export type ScoreScale = 'linear' | 'log-odds';

const bins = 50;
const headingHeight = 26;
const areaHeight = 150;

/**
 * Draws two histograms, one above the other, each as a share of its own group, with the threshold across both.
 * @returns SVG
 */
export function drawDistributions(
  groups: readonly { readonly name: string; readonly scores: readonly number[] }[],
  threshold: number,
  scale: ScoreScale,
): string {
  const low = groups.flatMap(({ scores }) => scores).reduce((a, b) => Math.min(a, b), 0);
  const place = scale === 'linear' ? (score: number): number => (score - low) / (1 - low) : placeLogOdds;
  const shares = groups.map(({ scores }) => {
    const counts = new Array<number>(bins).fill(0);
    for (const score of scores) counts[Math.max(0, Math.min(bins - 1, Math.floor(place(score) * bins)))]!++;
    return counts.map((count) => (scores.length > 0 ? count / scores.length : 0));
  });
  // One scale for both, so that the heights can be compared.
  const highest = Math.max(0.01, ...shares.flat());
  const top = highest * 1.04;
  const x =
    scale === 'log-odds'
      ? { title: 'liveness score (spaced by its log-odds)', ticks: logOddsTicks }
      : {
          title: 'cosine of the two faces',
          ticks: roundNumbers(low, 1, 8).map((score) => ({ at: place(score), label: String(score).replace('-', '−') })),
        };
  const y = { title: 'share', ticks: roundNumbers(0, top, 5).map((share) => ({ at: share / top, label: labelPercent(share) })) };
  const fence = place(Math.min(1, threshold));
  const parts = groups.flatMap(({ name, scores }, g) => {
    const from = g * (headingHeight + areaHeight + 10);
    const area: Area = {
      x: margin.left,
      y: from + headingHeight,
      width: plotWidth - margin.left - margin.right,
      height: areaHeight,
    };
    return [
      drawHeading(area, from + 17, `${name} (${scores.length})`),
      drawAxes(area, { x, y, labelsBelow: g === groups.length - 1 }),
      drawBars(
        area,
        shares[g]!.map((share) => share / top),
        g === 0 ? wantedColour : unwantedColour,
      ),
      drawDashes(area, { x: fence, y: 0 }, { x: fence, y: 1 }),
    ];
  });
  return svg(groups.length * (headingHeight + areaHeight + 10) - 10 + axisHeight, ...parts);
}

/** Bars side by side over the whole width. @param heights 0..1 of the area's height */
function drawBars(area: Area, heights: readonly number[], colour: string): Html {
  const step = area.width / heights.length;
  const bottom = area.y + area.height;
  const bars = heights.map((height, i) =>
    height > 0
      ? `M${(area.x + i * step + 0.4).toFixed(2)} ${bottom}v-${(height * area.height).toFixed(2)}h${(step - 0.8).toFixed(2)}V${bottom}z`
      : '',
  );
  return new Html(`<path d="${bars.join('')}" fill="${colour}"/>`);
}
