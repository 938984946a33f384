import { drawPlot, plotStyle, plotWidth, unwantedColour, wantedColour } from './plot-style.js';

/** Scale of the score axis: linear (cosines), or log-odds (probabilities, which cluster at 0 and 1). */
export type ScoreScale = 'linear' | 'log-odds';

const bins = 50;
/** Range of the log-odds axis; scores beyond it go into the last bin. */
const widest = 12;

/** Draws two histograms, one above the other, each as a share of its own group, with the threshold across both. */
export function drawDistributions(
  groups: readonly { readonly name: string; readonly scores: readonly number[] }[],
  threshold: number,
  scale: ScoreScale,
): Promise<string> {
  const place = (score: number): number =>
    scale === 'linear' ? score : Math.max(-widest, Math.min(widest, Math.log(score / (1 - score))));
  const all = groups.flatMap(({ scores }) => scores);
  const [low, high] = scale === 'linear' ? [all.reduce((a, b) => Math.min(a, b), 0), 1] : [-widest, widest];
  const width = (high - low) / bins;
  const names = groups.map(({ name, scores }) => `${name} (${scores.length})`);
  const values = groups.flatMap(({ scores }, g) => {
    const counts = new Array<number>(bins).fill(0);
    for (const score of scores) counts[Math.max(0, Math.min(bins - 1, Math.floor((place(score) - low) / width)))]!++;
    return counts.map((count, i) => ({
      group: names[g],
      from: low + i * width,
      to: low + (i + 1) * width,
      share: scores.length > 0 ? count / scores.length : 0,
    }));
  });
  const odds = [0.0001, 0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999].map((p) => Math.log(p / (1 - p)));
  const axis = scale === 'linear' ? {} : { values: odds, labelExpr: "format(1 / (1 + exp(-datum.value)), '.4~f')" };
  const x = {
    field: 'from',
    type: 'quantitative',
    scale: { domain: [low, high], nice: false, zero: false },
    axis: { ...axis, grid: true },
    title: scale === 'linear' ? 'cosine of the two faces' : 'liveness score (spaced by its log-odds)',
  } as const;
  const fence = place(Math.min(1, threshold));
  return drawPlot({
    config: { ...plotStyle, facet: { spacing: 12 } },
    data: { values },
    facet: {
      row: {
        field: 'group',
        type: 'nominal',
        sort: names,
        title: null,
        header: { labelAngle: 0, labelAnchor: 'start', labelAlign: 'left', labelOrient: 'top', labelFontWeight: 'bold' },
      },
    },
    spec: {
      width: plotWidth,
      height: 150,
      layer: [
        {
          mark: { type: 'bar', binSpacing: 1 },
          encoding: {
            x,
            x2: { field: 'to' },
            y: { field: 'share', type: 'quantitative', axis: { format: '.0%', tickCount: 4 }, title: 'share' },
            y2: { datum: 0 },
            color: {
              field: 'group',
              type: 'nominal',
              scale: { domain: names, range: [wantedColour, unwantedColour] },
              legend: null,
            },
          },
        },
        {
          // A single datum of its own; otherwise the rule is drawn once per bar.
          data: { values: [{}] },
          mark: { type: 'rule', color: 'currentColor', strokeDash: [4, 3], strokeWidth: 1.5 },
          encoding: { x: { datum: fence, type: 'quantitative' } },
        },
      ],
    },
  });
}
