import { type Html, html } from '../../src/evaluation/html-page.js';
import { type Area, drawAxes, type Tick } from '../../src/evaluation/plot.js';
import { drawLine, drawLineLegend, endLabels, type Line } from './chart-lines.js';
import type { Figure, Run } from './figures.js';
import { showNumber, showSize } from './table.js';

/** Operations that are drawn, where they were measured, with the title of their panel. */
const panels: readonly (readonly [operation: string, title: string])[] = [
  ['list page 0', 'List of scans, first page'],
  ['list middle page', 'List of scans, a middle page'],
  ['filter date + result', 'List by date and result'],
  ['sort two fields (result, livenessScore)', 'List sorted by two fields'],
  ['contract A person list, beside 4 readers of date + result', 'Person list beside 4 readers of scans'],
  ['start with expired pictures (a tenth of the rows, at most 300): longest silence', 'Expired pictures: longest silence'],
  ['start with retention of scans (a tenth of the rows): longest silence', 'Retention of scans: longest silence'],
  [
    'start with retention of accounts without old scans (one account per row): longest silence',
    'Retention of accounts: longest silence',
  ],
  ['start with nonces (all rows): longest silence', 'Expired nonces: longest silence'],
  ['start with gallery changes (all rows): longest silence', 'Old gallery changes: longest silence'],
  ['DELETE of a person compared in a tenth of the scans: longest silence', 'Erasure of a person: longest silence'],
  ['delete', 'Erasure of a person without scans'],
  ['search nobody', 'Search for a person, none found'],
  ['first identify after the start', 'First identification after a start'],
  ['identify', 'Identification'],
  ['`audit verify`', 'Verification of the audit log'],
];
const columns = 4;
const panelWidth = 316;
const panelHeight = 236;
const top = 62;

/** Small multiples: the cost of operations against the stored rows, both logarithmic. @returns SVG */
export function drawGrowth(run: Run): string {
  const drawn = panels.flatMap(([operation, title]) => {
    const figures = run.figures.filter((figure) => figure.operation === operation);
    return figures.length > 0 ? [{ title, figures }] : [];
  });
  const sizes = [...new Set(drawn.flatMap(({ figures }) => figures.map(({ size }) => size)))].sort((a, b) => a - b);
  const width = columns * panelWidth + 16;
  const height = top + Math.ceil(drawn.length / columns) * panelHeight + 12;
  const cells = drawn.map((panel, i) =>
    drawPanel(panel.title, panel.figures, sizes, {
      x: (i % columns) * panelWidth + 56,
      y: top + Math.floor(i / columns) * panelHeight + 26,
      width: panelWidth - 140,
      height: panelHeight - 76,
    }),
  );
  const kinds = drawn.flatMap(({ figures }) => toLines(figures, sizes, [1, 10]));
  const title = 'Cost of operations against stored rows (median, milliseconds; both axes logarithmic)';
  return html`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" fill="none" color="#1c2126" font-family="system-ui, 'DejaVu Sans', sans-serif">
<rect width="100%" height="100%" fill="#fff"/>
<text x="16" y="26" fill="currentColor" font-size="16" font-weight="bold">${title}</text>
${drawLineLegend(16, 48, kinds, run.versions)}
${cells}
</svg>
`.text;
}

function drawPanel(title: string, figures: readonly Figure[], sizes: readonly number[], area: Area): Html {
  const values = figures.map(({ p50 }) => Math.max(p50, 0.1));
  // At least two decades, so that noise does not look like growth.
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(low + 2, Math.ceil(Math.log10(Math.max(...values))));
  const lines = toLines(figures, sizes, [low, high]);
  const y: Tick[] = Array.from({ length: high - low + 1 }, (_, i) => ({ at: i / (high - low), label: showPower(low + i) }));
  const x: Tick[] = sizes.map((size) => ({ at: placeOf(size, sizes), label: showSize(size) }));
  return html`<text x="${area.x - 40}" y="${area.y - 10}" fill="currentColor" font-size="13" font-weight="bold">${title}<tspan font-weight="normal">, ms</tspan></text>
${drawAxes(area, { x: { title: 'rows', ticks: x }, y: { title: '', ticks: y } })}
${lines.map((line) => drawLine(area, line))}
${endLabels(area, lines)}`;
}

const showPower = (exponent: number): string => (exponent < 0 ? String(10 ** exponent) : (10 ** exponent).toLocaleString('en'));

/** A line per database and version. @param decades exponents of ten at the bottom and at the top */
function toLines(figures: readonly Figure[], sizes: readonly number[], [low, high]: readonly [number, number]): Line[] {
  const lines: Line[] = [];
  for (const database of ['sqlite', 'postgres'] as const)
    for (const version of ['before', 'after'] as const) {
      const ofLine = figures.filter((figure) => figure.database === database && figure.version === version);
      if (ofLine.length === 0) continue;
      const sorted = ofLine.toSorted((a, b) => a.size - b.size);
      const places = sorted.map(({ size, p50 }) => ({
        x: placeOf(size, sizes),
        y: (Math.log10(Math.max(p50, 0.1)) - low) / (high - low),
      }));
      lines.push({ database, version, places, label: showNumber(sorted.at(-1)!.p50) });
    }
  return lines;
}

/** 0 for the least size, 1 for the greatest, logarithmic. A single size stands in the middle. */
function placeOf(size: number, sizes: readonly number[]): number {
  const [least, most] = [Math.log10(sizes[0]!), Math.log10(sizes.at(-1)!)];
  return most > least ? (Math.log10(size) - least) / (most - least) : 0.5;
}
