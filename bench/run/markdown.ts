import { showNumber } from '../growth/table.js';
import { type BenchRun, costOf, type Figure, isDisturbed, shareOf, showRatio } from './figures.js';
import type { PartName } from './options.js';

const marks = ['<!-- bench: begin -->', '<!-- bench: end -->'] as const;

/** The tables of a run, as docs/bench.md shows them. */
export function describeRun(run: BenchRun): string {
  const { machine, load, bare } = run;
  const parts = [
    `Measured ${run.measuredAt.slice(0, 10)} on ${machine.cores} cores (${machine.cpu}, ${machine.memoryGb} GB), Node ${machine.node}, Triface ${run.version}${run.commit ? ` at ${run.commit}` : ''}. Load average ${load.before} before, at most ${load.most} meanwhile, this bench included.`,
    isDisturbed(load.before, machine.cores)
      ? '**Other programs were running.** These figures show what the bench measures, not how fast Triface is on this machine.'
      : '',
    `**Bare loop**: ${showMs(bare.p50)} ms median, ${showMs(bare.p95)} ms p95, ${(1000 / bare.p50).toFixed(1)} pictures per second on one core (${bare.n.toLocaleString('en')} rounds; ${run.picture}). In all tables, × is the ratio to the bare loop immediately before and after.`,
    section(run, 'contracts', 'Contracts and clients', describeLoads),
    section(run, 'sizes', 'Size and format of the picture', (figures) => matrix('picture', figures)),
    section(run, 'faces', 'Faces in the picture', (figures) => matrix('faces', figures)),
    section(run, 'persons', 'Persons', (figures) => list('request', figures)),
    section(run, 'gallery', '1:N identification', (figures) => matrix('persons', figures)),
    section(run, 'workers', 'Workers', describeWorkers),
    section(run, 'scans', 'Stored scans', (figures) => matrix('scans', figures)),
    section(run, 'human', 'Beside @vladmandic/human', describeHuman),
    run.notes.length > 0 ? run.notes.map((note) => `- ${note}`).join('\n') : '',
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/** Puts tables into a page: between its marks, or alone if it has none. @param page '' for a new one */
export function insertTables(page: string, tables: string): string {
  const [begin, end] = [page.indexOf(marks[0]), page.indexOf(marks[1])];
  if (begin < 0 || end < begin) return tables;
  return `${page.slice(0, begin + marks[0].length)}\n${tables}${page.slice(end)}`;
}

function section(run: BenchRun, part: PartName, title: string, describe: (figures: readonly Figure[]) => string): string {
  const figures = run.figures.filter((figure) => figure.part === part);
  return figures.length === 0 ? '' : `### ${title}\n\n${describe(figures)}`;
}

const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

function describeLoads(figures: readonly Figure[]): string {
  const heads = [
    'contract',
    'clients',
    'answered per second',
    'of the bare loops',
    'p50 ms',
    'p99 ms',
    '× bare',
    'refused',
    'event loop delay p99 (greatest) ms',
  ];
  const rows = figures.flatMap((figure) => {
    const { load } = figure;
    if (!load) return [];
    const clients = figure.point === '1 client' ? '1' : `${load.clients} (${figure.point})`;
    return [
      [
        ...[figure.series, clients, load.perSecond.toFixed(1), shareOf(load, figure.bareP50).toFixed(2)],
        ...[showMs(figure.p50), showMs(figure.p99), costOf(figure).toFixed(2), String(load.refused)],
        `${load.loopP99.toFixed(1)} (${load.loopMax.toFixed(0)})`,
      ],
    ];
  });
  return table(heads, rows);
}

function describeWorkers(figures: readonly Figure[]): string {
  const rows = figures.flatMap((figure) => {
    const { load } = figure;
    if (!load) return [];
    return [
      [
        figure.point,
        String(load.clients),
        load.perSecond.toFixed(1),
        shareOf(load, figure.bareP50).toFixed(2),
        showMs(figure.p50),
      ],
    ];
  });
  return table(['workers', 'clients', 'answered per second', 'of the bare loops', 'p50 ms'], rows);
}

function describeHuman(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    ...[figure.series, showMs(figure.p50), showMs(figure.p95), (1000 / figure.p50).toFixed(1)],
    figure.cpuMs === undefined ? '' : showMs(figure.cpuMs),
  ]);
  const ratio = ratioToHuman(figures);
  const text = ratio === undefined ? '' : `\n\nTriface analyses ${ratio.toFixed(2)} times as many pictures per core.`;
  return `${table(['', 'p50 ms', 'p95 ms', 'per second and core', 'CPU ms per picture'], rows)}${text}`;
}

/** How many times as many pictures per core the bare loop analyses; undefined if @vladmandic/human was not measured. */
export function ratioToHuman(figures: readonly Figure[]): number | undefined {
  const ofPart = figures.filter(({ part }) => part === 'human');
  const human = ofPart.find(({ series }) => series.startsWith('@'));
  const own = ofPart.find(({ series }) => !series.startsWith('@'));
  return human && own ? human.p50 / own.p50 : undefined;
}

/** A point per line, a series per column: median and ratio. */
function matrix(name: string, figures: readonly Figure[]): string {
  const series = [...new Set(figures.map((figure) => figure.series))];
  const points = [...new Set(figures.map((figure) => figure.point))];
  const rows = points.map((point) => [
    point,
    ...series.map((one) => {
      const figure = figures.find((other) => other.series === one && other.point === point);
      return figure ? `${showMs(figure.p50)} (${showRatio(costOf(figure))} ×)` : '–';
    }),
  ]);
  return table([name, ...series.map((one) => `${one}, p50 ms`)], rows);
}

const list = (name: string, figures: readonly Figure[]): string =>
  table(
    [name, 'p50 ms', 'p95 ms', '× bare'],
    figures.map((figure) => [figure.series, showMs(figure.p50), showMs(figure.p95), showRatio(costOf(figure))]),
  );

/** Milliseconds as the tables and the chart show them. */
export const showMs = (ms: number): string => (ms < 1 ? ms.toFixed(2) : ms < 100 ? ms.toFixed(1) : showNumber(ms));
