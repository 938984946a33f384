import { Html, html } from './html-page.js';

// Parts of a plot, as SVG. Every colour is visible on light and on dark paper; text and rules take the colour of the page's text.
export const wantedColour = '#1f9e89';
export const unwantedColour = '#e4572e';
/** Tableau's ten, for curves side by side. */
const curveColours = [
  '#4c78a8',
  '#f58518',
  '#e45756',
  '#72b7b2',
  '#54a24b',
  '#eeca3b',
  '#b279a2',
  '#ff9da6',
  '#9d755d',
  '#bab0ac',
];
/** Pixels, so that two plots stand side by side on a page. */
export const plotWidth = 458;
/** Pixels to the left of the area for labels and a title, and to its right for half a label. */
export const margin = { left: 58, right: 22 } as const;
/** Pixels below an area with the labels and the title of its horizontal axis. */
export const axisHeight = 40;
const labelSize = 11;
const textSize = 12;

/** A place on an axis. */
export interface Tick {
  /** 0 at the start of the axis (left, bottom), 1 at its end */
  readonly at: number;
  readonly label: string;
}

/** An axis; `title` may be empty. */
export interface Axis {
  readonly title: string;
  readonly ticks: readonly Tick[];
}

/** Where the data are drawn, in pixels of the plot. */
export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A point in an area: 0..1 of its width from the left and of its height from the bottom. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** A name in the legend and the line that it stands for. */
export interface Curve {
  readonly name: string;
  readonly places: readonly Place[];
  readonly colour: string;
  /** pixels */
  readonly strokeWidth: number;
}

/** The whole plot. @param height pixels */
export const svg = (height: number, ...parts: readonly Html[]): string =>
  html`<svg xmlns="http://www.w3.org/2000/svg" width="${plotWidth}" height="${height}" viewBox="0 0 ${plotWidth} ${height}" fill="none" font-family="system-ui, sans-serif">${parts}</svg>`
    .text;

/** @returns the colour of the curve with this number; after ten they begin again */
export const curveColour = (index: number): string => curveColours[index % curveColours.length]!;

/** Grid, frame, labels and titles. @param labelsBelow false for an area above another that has the same horizontal axis */
export function drawAxes(area: Area, { x, y, labelsBelow = true }: { x: Axis; y: Axis; labelsBelow?: boolean }): Html {
  const left = area.x;
  const bottom = area.y + area.height;
  const [across, up] = [(at: number) => round(left + at * area.width), (at: number) => round(bottom - at * area.height)];
  const lines = [
    ...x.ticks.map(({ at }) => `M${across(at)} ${area.y}V${bottom}`),
    ...y.ticks.map(({ at }) => `M${left} ${up(at)}H${left + area.width}`),
  ];
  const marks = [
    ...(labelsBelow ? x.ticks.map(({ at }) => `M${across(at)} ${bottom}v5`) : []),
    ...y.ticks.map(({ at }) => `M${left} ${up(at)}h-5`),
  ];
  const middle = round(area.y + area.height / 2);
  return html`<path d="${lines.join('')}" stroke="currentColor" stroke-opacity=".12"/>
<path d="${marks.join('')}" stroke="currentColor" stroke-opacity=".4"/>
<rect x="${left}" y="${area.y}" width="${area.width}" height="${area.height}" stroke="currentColor" stroke-opacity=".3"/>
<g fill="currentColor" font-size="${labelSize}" text-anchor="middle">${
    labelsBelow
      ? thinLabels(x.ticks, area.width).map(({ at, label }) => html`<text x="${across(at)}" y="${bottom + 16}">${label}</text>`)
      : []
  }</g>
<g fill="currentColor" font-size="${labelSize}" text-anchor="end">${y.ticks.map(({ at, label }) => html`<text x="${left - 8}" y="${up(at) + 4}">${label}</text>`)}</g>
<g fill="currentColor" font-size="${textSize}" text-anchor="middle">${
    labelsBelow ? html`<text x="${round(left + area.width / 2)}" y="${bottom + 34}">${x.title}</text>` : ''
  }<text transform="translate(13 ${middle}) rotate(-90)">${y.title}</text></g>`;
}

/** A line through places; what lies beyond the area is drawn on its border. */
export const drawCurve = (area: Area, { places, colour, strokeWidth }: Omit<Curve, 'name'>): Html =>
  html`<polyline points="${places.map((place) => locate(area, place).join(' ')).join(',')}" stroke="${colour}" stroke-width="${strokeWidth}" stroke-linejoin="round"/>`;

/** Dots that show how many lie upon each other; those beyond the area are drawn on its border. */
export const drawDots = (area: Area, places: readonly Place[], colour: string): Html =>
  html`<g fill="${colour}" fill-opacity=".6">${places.map((place) => {
    const [x, y] = locate(area, place);
    return html`<circle cx="${x}" cy="${y}" r="3.2"/>`;
  })}</g>`;

/** A straight dashed line between two places. */
export function drawDashes(area: Area, from: Place, to: Place, opacity = 1): Html {
  const [a, b] = [locate(area, from), locate(area, to)];
  return html`<path d="M${a.join(' ')}L${b.join(' ')}" stroke="currentColor" stroke-opacity="${opacity}" stroke-width="1.5" stroke-dasharray="4 3"/>`;
}

/** A dot with its name, which stands where it does not leave the area. @param below whether it stands below the dot */
export function drawMark(area: Area, place: Place, name: string, below: boolean): Html {
  const [x, y] = locate(area, place);
  const isRight = x + 9 + measureText(name, textSize) > area.x + area.width;
  const isBelow = below ? y + 20 < area.y + area.height : y - 20 < area.y;
  return html`<circle cx="${x}" cy="${y}" r="4.8" fill="currentColor"/>
<text x="${isRight ? x - 9 : x + 9}" y="${isBelow ? y + 17 : y - 8}" fill="currentColor" font-size="${textSize}" text-anchor="${isRight ? 'end' : 'start'}">${name}</text>`;
}

/** A heading at the left border of an area that starts at `y`. */
export const drawHeading = (area: Area, y: number, text: string): Html =>
  html`<text x="${area.x}" y="${y}" fill="currentColor" font-size="${textSize}" font-weight="bold">${text}</text>`;

/** Names and colours of curves or dots in lines as wide as the plot. @returns the drawing, and the pixels that it takes */
export function drawLegend(y: number, curves: readonly Pick<Curve, 'name' | 'colour'>[]): { drawing: Html; height: number } {
  const lineHeight = 18;
  const [symbol, gap] = [22, 18];
  let [x, line] = [margin.left, 0];
  const entries = curves.map(({ name, colour }) => {
    const shown = name.length > 50 ? `${name.slice(0, 49)}…` : name;
    const width = symbol + measureText(shown, textSize);
    if (x > margin.left && x + width > plotWidth) [x, line] = [margin.left, line + 1];
    const at = { x, y: y + line * lineHeight + 12 };
    x += width + gap;
    return html`<path d="M${round(at.x)} ${at.y - 4}h15" stroke="${colour}" stroke-width="3"/><text x="${round(at.x + symbol)}" y="${at.y}">${shown}</text>`;
  });
  const drawing = html`<g fill="currentColor" font-size="${textSize}">${entries}</g>`;
  return { drawing, height: (line + 1) * lineHeight };
}

/** Evenly spaced round numbers from `low` to `high`, some `count` of them: steps of 1, 2 or 5 times a power of ten. */
export function roundNumbers(low: number, high: number, count: number): number[] {
  const least = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= least * 0.999)!;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  // Rounded: 3 · 0.1 is 0.30000000000000004.
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** A part of one in per cent, as many digits as it has: 0.005 → `0.5 %`. */
export const labelPercent = (part: number): string => `${Number((part * 100).toPrecision(6))} %`;

const round = (pixels: number): number => Math.round(pixels * 100) / 100;

const clamp = (part: number): number => Math.min(1, Math.max(0, part));

const locate = (area: Area, { x, y }: Place): [number, number] => [
  round(area.x + clamp(x) * area.width),
  round(area.y + (1 - clamp(y)) * area.height),
];

/** Pixels, roughly: fonts differ. */
const measureText = (text: string, size: number): number => text.length * size * 0.58;

/** Leaves off labels that would touch the one before them; the last one is kept. */
function thinLabels(ticks: readonly Tick[], width: number): Tick[] {
  const kept: Tick[] = [];
  for (const tick of [...ticks].sort((a, b) => b.at - a.at)) {
    const next = kept.at(-1);
    const needed = next ? (measureText(tick.label, labelSize) + measureText(next.label, labelSize)) / 2 + 8 : 0;
    if (!next || (next.at - tick.at) * width >= needed) kept.push(tick);
  }
  return kept;
}

/** Nothing: for a part of a plot that is not there. */
export const nothing = new Html('');
