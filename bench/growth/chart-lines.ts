import { type Html, html } from '../../src/evaluation/html-page.js';
import type { Area, Place } from '../../src/evaluation/plot.js';
import type { Run, Version } from './figures.js';
import type { DatabaseName } from './options.js';
import { databaseTitles } from './table.js';

/** The cost of one operation on one database and of one version. */
export interface Line {
  readonly database: DatabaseName;
  readonly version: Version;
  readonly places: readonly Place[];
  /** the last value */
  readonly label: string;
}

const colours: Readonly<Record<DatabaseName, string>> = { sqlite: '#1f6fb2', postgres: '#c2571a' };
/** Pixels between two labels at the end of lines. */
const labelHeight = 13;

const locate = (area: Area, { x, y }: Place): readonly [number, number] => [
  Math.round((area.x + x * area.width) * 10) / 10,
  Math.round((area.y + (1 - y) * area.height) * 10) / 10,
];

/** Dashed with hollow dots: before. Solid with filled dots: after. */
function drawStroke(
  { database, version }: Pick<Line, 'database' | 'version'>,
  points: readonly (readonly [number, number])[],
): Html {
  const colour = colours[database];
  const isBefore = version === 'before';
  const dashes = isBefore ? '5 4' : 'none';
  const fill = isBefore ? '#fff' : colour;
  return html`<polyline points="${points.map((point) => point.join(',')).join(' ')}" stroke="${colour}" stroke-width="2" stroke-dasharray="${dashes}"/>${points.map(
    ([x, y]) => html`<circle cx="${x}" cy="${y}" r="3.5" fill="${fill}" stroke="${colour}" stroke-width="1.5"/>`,
  )}`;
}

export const drawLine = (area: Area, line: Line): Html =>
  drawStroke(
    line,
    line.places.map((place) => locate(area, place)),
  );

/** The last value of each line, right of its end, moved apart where labels would touch. */
export function endLabels(area: Area, lines: readonly Line[]): Html {
  const labels = lines
    .map((line) => {
      const [x, y] = locate(area, line.places.at(-1)!);
      return { line, x, y };
    })
    .sort((a, b) => a.y - b.y);
  for (let i = 1; i < labels.length; i++) labels[i]!.y = Math.max(labels[i]!.y, labels[i - 1]!.y + labelHeight);
  const over = Math.max(0, (labels.at(-1)?.y ?? 0) - (area.y + area.height));
  return html`<g font-size="11">${labels.map(
    ({ line, x, y }) =>
      html`<text x="${x + 9}" y="${y - over + 4}" fill="${colours[line.database]}">${line.label}${line.version === 'before' ? ' before' : ''}</text>`,
  )}</g>`;
}

/** Names and strokes of the kinds of lines, in one row. */
export function drawLineLegend(x: number, y: number, lines: readonly Line[], versions: Run['versions']): Html {
  const kinds = new Map(lines.map((line) => [`${line.database} ${line.version}`, line]));
  const isCompared = versions.before !== undefined;
  let left = x;
  const entries = [...kinds.values()].map(({ database, version }) => {
    const name = `${databaseTitles[database]}${isCompared ? `, ${version} (${versions[version]})` : ''}`;
    const at = left;
    left += 60 + name.length * 7.2;
    return html`${drawStroke({ database, version }, [
      [at, y - 4],
      [at + 28, y - 4],
    ])}<text x="${at + 36}" y="${y}" fill="currentColor">${name}</text>`;
  });
  return html`<g font-size="12">${entries}</g>`;
}
