import { parse, quantileNormal, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { makeErrorCurve } from './error-curve.js';

// It is there, but vega's types leave it out.
declare module 'vega' {
  export function quantileNormal(p: number): number;
}

// Every colour is seen on light and on dark paper; text and rules take the colour of the page's text.
const wantedColour = '#1f9e89';
const unwantedColour = '#e4572e';
/** So that two stand side by side on a page. */
const plotWidth = 410;
const text = { labelColor: 'currentColor', titleColor: 'currentColor' };
const config = {
  background: 'transparent',
  font: 'system-ui, sans-serif',
  view: { stroke: 'currentColor', strokeOpacity: 0.25 },
  axis: {
    ...text,
    gridColor: 'currentColor',
    gridOpacity: 0.12,
    domainColor: 'currentColor',
    domainOpacity: 0.4,
    tickColor: 'currentColor',
    tickOpacity: 0.4,
    labelFontSize: 11,
    titleFontSize: 12,
    titleFontWeight: 'normal' as const,
  },
  legend: { ...text, labelFontSize: 12, labelLimit: 320, titleFontSize: 12, symbolStrokeWidth: 3 },
  header: { ...text, labelFontSize: 12 },
};

/** @param spec Vega-Lite's; its types take no arrays that are built from shared parts */
async function draw(spec: object): Promise<string> {
  const view = new View(parse(compile(spec as TopLevelSpec).spec), { renderer: 'none' });
  const svg = await view.toSVG();
  view.finalize();
  return svg;
}

/** Scores of one group whose errors are drawn as one curve. */
export interface CurveScores {
  readonly name: string;
  readonly wanted: readonly number[];
  readonly unwanted: readonly number[];
}

/** A place on a curve that is marked. */
export interface MarkedPoint {
  readonly name: string;
  readonly falseAccept: number;
  readonly falseReject: number;
}

const axisRates = [0.0001, 0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8];
const highestRate = 0.85;

/**
 * Detection error trade-off (Martin et al., 1997): both errors on normal-deviate axes, where normally distributed scores give straight
 * lines. Rates of zero have no place there and lie on the border.
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
  return draw({
    width: plotWidth,
    height: 390,
    config,
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

/** Leaves off points that lie on their neighbours: 10,000 scores need no 10,000 corners. */
function thin<P extends { readonly x: number; readonly y: number }>(points: readonly P[], least = 0.004): P[] {
  let last: P | undefined;
  return points.filter((point, i) => {
    const keep = !last || i === points.length - 1 || Math.abs(point.x - last.x) > least || Math.abs(point.y - last.y) > least;
    if (keep) last = point;
    return keep;
  });
}

/** Part of the same person's pairs that match, against the part of different persons' pairs that do, the latter in powers of ten. */
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
  return draw({
    width: plotWidth,
    height: 330,
    config,
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

/** How scores are spread on paper: as they are (a cosine), or as log-odds (a probability, which piles up at 0 and 1). */
export type ScoreScale = 'linear' | 'log-odds';

const bins = 50;
/** log-odds shown; scores beyond lie in the last bin */
const widest = 12;

/** Two histograms over one another, each of its own kind's share, with the threshold across both. */
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
  return draw({
    config: { ...config, facet: { spacing: 12 } },
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
          // One datum of its own: else the rule is drawn anew for every bar.
          data: { values: [{}] },
          mark: { type: 'rule', color: 'currentColor', strokeDash: [4, 3], strokeWidth: 1.5 },
          encoding: { x: { datum: fence, type: 'quantitative' } },
        },
      ],
    },
  });
}
