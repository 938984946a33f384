import type { Figure, Run, Version } from './figures.js';
import { databaseNames, type SectionName, sectionNames } from './options.js';

const titles: Readonly<Record<SectionName, string>> = {
  scans: 'Stored scans',
  sweeps: 'Sweeps and erasures',
  persons: 'Persons',
  accounts: 'Accounts, audit log and OpenID',
  pictures: 'Memory after large pictures',
};
/** What stands below a title. */
const notes: Readonly<Partial<Record<SectionName, string>>> = {
  sweeps:
    'Longest silence: the longest wait of a request for /health/live, asked every 5 ms by another process; at a start, that of the start included.',
};
export const databaseTitles = { sqlite: 'SQLite', postgres: 'PostgreSQL' } as const;
const versions: readonly Version[] = ['before', 'after'];

/** The figures of a run as Markdown: a table for each section and database, an operation per line. */
export function describeRun(run: Run): string {
  const { before, after } = run.versions;
  const compared = before === undefined ? `Version: ${after}.` : `Before: ${before}. After: ${after}.`;
  const parts = [
    `Measured ${run.measuredAt.slice(0, 10)} on ${run.machine}, load average ${run.load.least.toFixed(1)} to ${run.load.most.toFixed(1)} (this bench included). ${compared}`,
  ];
  for (const section of sectionNames)
    for (const database of databaseNames) {
      const figures = run.figures.filter((figure) => figure.section === section && figure.database === database);
      if (figures.length === 0) continue;
      const name = section === 'pictures' ? titles[section] : `${titles[section]}, ${databaseTitles[database]}`;
      const note = notes[section];
      parts.push([`### ${name}`, ...(note === undefined ? [] : [note]), describeFigures(figures)].join('\n\n'));
    }
  return `${parts.join('\n\n')}\n`;
}

/** One table: an operation per line; a column for each size and version. */
function describeFigures(figures: readonly Figure[]): string {
  const sizes = [...new Set(figures.map(({ size }) => size))].sort((a, b) => a - b);
  const columns = sizes.flatMap((size) =>
    versions
      .filter((version) => figures.some((figure) => figure.size === size && figure.version === version))
      .map((version) => ({ size, version })),
  );
  const isCompared = new Set(columns.map(({ version }) => version)).size > 1;
  const heading = ({ size, version }: (typeof columns)[number]): string =>
    [size > 0 ? showSize(size) : '', isCompared ? version : ''].filter((word) => word !== '').join(' ') || 'measured';
  const lines = [...new Set(figures.map(({ operation }) => operation))].map((operation) => {
    const ofOperation = figures.filter((figure) => figure.operation === operation);
    const cells = columns.map(({ size, version }) => {
      const found = ofOperation.find((figure) => figure.size === size && figure.version === version);
      return found ? showFigure(found) : '–';
    });
    return `| ${[`${operation}, ${ofOperation[0]!.unit}`, ...cells].join(' | ')} |`;
  });
  return [`| rows | ${columns.map(heading).join(' | ')} |`, `|---|${columns.map(() => '---|').join('')}`, ...lines].join('\n');
}

/** `p50 / p95` of several measurements, with the greatest if there are at least ten; a single one as it is. */
function showFigure({ n, p50, p95, max }: Figure): string {
  if (n === 1) return showNumber(p50);
  return n < 10 ? `${showNumber(p50)} (≤ ${showNumber(max)})` : `${showNumber(p50)} / ${showNumber(p95)}`;
}

/** A number with two or three significant digits, thousands separated. */
export function showNumber(value: number): string {
  if (value < 10) return value.toFixed(1);
  return Math.round(value).toLocaleString('en');
}

/** 1,000 → `1 k`, 1,000,000 → `1 M` */
export function showSize(rows: number): string {
  if (rows >= 1_000_000 && rows % 100_000 === 0) return `${rows / 1_000_000} M`;
  return rows >= 1000 && rows % 100 === 0 ? `${rows / 1000} k` : String(rows);
}
