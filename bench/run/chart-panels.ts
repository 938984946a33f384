import { type Html, html } from '../../src/evaluation/html-page.js';
import { type Area, drawAxes } from '../../src/evaluation/plot.js';
import type { Scale } from './scales.js';

/** A line of a panel. */
export interface PanelLine {
  readonly name: string;
  readonly colour: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
  /** without dots, and without the last value: a reference, or a second quantile of the line before */
  readonly isDashed?: boolean;
  /** absent from the legend */
  readonly isUnnamed?: boolean;
  /** the last value, written at the end of the line */
  readonly label?: string;
}

/** A panel with lines over an axis. */
export interface LinePanel {
  readonly title: string;
  /** what the vertical axis shows, with its unit */
  readonly unit: string;
  readonly xTitle: string;
  readonly x: Scale;
  readonly y: Scale;
  readonly lines: readonly PanelLine[];
}

/** A panel with one bar per thing. */
export interface BarPanel {
  readonly title: string;
  readonly unit: string;
  readonly bars: readonly { readonly name: string; readonly value: number; readonly label: string; readonly colour: string }[];
  /** below the bars */
  readonly note?: string;
}

/** Size of a panel in pixels, with the space around it. */
export const panelSize = { width: 420, height: 340 } as const;
/** Space around the area of a panel: for labels of the axes, the title with its legend, and the last values. */
const margins = { left: 58, right: 78, top: 92, bottom: 62 } as const;
/** Pixels between two labels at the end of lines. */
const labelHeight = 14;

const areaAt = (x: number, y: number): Area => ({
  x: x + margins.left,
  y: y + margins.top,
  width: panelSize.width - margins.left - margins.right,
  height: panelSize.height - margins.top - margins.bottom,
});

/** @param x @param y the panel's upper left corner */
export function drawLinePanel(panel: LinePanel, x: number, y: number): Html {
  const area = areaAt(x, y);
  return html`${drawTitle(panel, x, y)}
${drawLegend(
  panel.lines.filter(({ isUnnamed }) => !isUnnamed),
  x + 14,
  y + 58,
)}
${drawAxes(area, { x: { title: panel.xTitle, ticks: panel.x.ticks }, y: { title: '', ticks: panel.y.ticks } })}
${panel.lines.map((line) => drawLine(panel, area, line))}
${drawEndLabels(panel, area)}`;
}

/** Horizontal bars from zero. @param x @param y the panel's upper left corner */
export function drawBarPanel(panel: BarPanel, x: number, y: number): Html {
  const most = Math.max(...panel.bars.map(({ value }) => value));
  const width = panelSize.width - 110;
  const rowHeight = Math.min(52, (panelSize.height - 120) / Math.max(1, panel.bars.length));
  const bars = panel.bars.map(({ name, value, label, colour }, i) => {
    const top = y + 68 + i * rowHeight;
    const length = place((value / most) * width);
    return html`<text x="${x + 14}" y="${top}" fill="currentColor" font-size="12">${name}</text>
<rect x="${x + 14}" y="${top + 6}" width="${length}" height="${place(rowHeight - 30)}" rx="2" fill="${colour}"/>
<text x="${x + 22 + length}" y="${place(top + 6 + (rowHeight - 30) / 2 + 4)}" fill="currentColor" font-size="12">${label}</text>`;
  });
  const note = panel.note ?? '';
  const below = y + 68 + panel.bars.length * rowHeight;
  return html`${drawTitle(panel, x, y)}
${bars}
<text x="${x + 14}" y="${below}" fill="currentColor" font-size="12">${note}</text>`;
}

const drawTitle = ({ title, unit }: { readonly title: string; readonly unit: string }, x: number, y: number): Html =>
  html`<text x="${x + 14}" y="${y + 18}" fill="currentColor" font-size="14" font-weight="bold">${title}</text>
<text x="${x + 14}" y="${y + 36}" fill="#59636d" font-size="12">${unit}</text>`;

const place = (pixels: number): number => Math.round(pixels * 10) / 10;

const locate = (panel: LinePanel, area: Area, point: PanelLine['points'][number]): readonly [number, number] => [
  place(area.x + panel.x.place(point.x) * area.width),
  place(area.y + (1 - panel.y.place(point.y)) * area.height),
];

function drawLine(panel: LinePanel, area: Area, { points, colour, isDashed = false }: PanelLine): Html {
  const places = points.map((point) => locate(panel, area, point));
  const dots = isDashed ? [] : places.map(([x, y]) => html`<circle cx="${x}" cy="${y}" r="3" fill="${colour}"/>`);
  return html`<polyline points="${places.map((at) => at.join(',')).join(' ')}" stroke="${colour}" stroke-width="${isDashed ? 1.5 : 2}" stroke-dasharray="${isDashed ? '5 4' : 'none'}" stroke-linejoin="round"/>${dots}`;
}

/** The last value of each line: above its end where the line ends within the area, else right of it, moved apart where labels would touch. */
function drawEndLabels(panel: LinePanel, area: Area): Html {
  const all = panel.lines
    .flatMap(({ points, label, colour }) => {
      const last = points.at(-1);
      if (!last || label === undefined) return [];
      const [x, y] = locate(panel, area, last);
      return [{ label, colour, x, y }];
    })
    .sort((a, b) => a.y - b.y);
  const isWithin = ({ x }: { readonly x: number }): boolean => x < area.x + area.width - 20 && panel.x.ticks.length > 1;
  const within = all.filter(isWithin);
  const labels = all.filter((label) => !isWithin(label));
  for (let i = 1; i < labels.length; i++) labels[i]!.y = Math.max(labels[i]!.y, labels[i - 1]!.y + labelHeight);
  // What would leave the area at its lower border moves the others up.
  const bottom = area.y + area.height;
  for (let i = labels.length - 1; i >= 0; i--)
    labels[i]!.y = Math.min(labels[i]!.y, i === labels.length - 1 ? bottom : labels[i + 1]!.y - labelHeight);
  // A white rim keeps them legible where another line passes.
  return html`<g font-size="12" stroke="#fff" stroke-width="3" paint-order="stroke">${[
    ...labels.map(
      ({ label, colour, x, y }) => html`<text x="${place(x + 8)}" y="${place(y + 4)}" fill="${colour}">${label}</text>`,
    ),
    ...within.map(
      ({ label, colour, x, y }) => html`<text x="${x}" y="${place(y - 9)}" fill="${colour}" text-anchor="middle">${label}</text>`,
    ),
  ]}</g>`;
}

/** Pixels, roughly: fonts differ. */
const measureText = (text: string): number => text.length * 6.6;

/** In as many rows as the names need; the panel has space for two. */
function drawLegend(lines: readonly PanelLine[], x: number, y: number): Html {
  const [symbol, gap, rowHeight] = [21, 12, 17];
  const right = x + panelSize.width - 30;
  let [left, row] = [x, 0];
  const entries = lines.map(({ name, colour, isDashed = false }) => {
    const width = symbol + measureText(name);
    if (left > x && left + width > right) [left, row] = [x, row + 1];
    const at = { x: place(left), y: y + row * rowHeight };
    left += width + gap;
    return html`<path d="M${at.x} ${at.y - 4}h16" stroke="${colour}" stroke-width="${isDashed ? 1.5 : 2.5}" stroke-dasharray="${isDashed ? '5 4' : 'none'}"/><text x="${place(at.x + symbol)}" y="${at.y}" fill="currentColor">${name}</text>`;
  });
  return html`<g font-size="12">${entries}</g>`;
}
