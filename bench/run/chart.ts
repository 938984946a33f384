import { html } from '../../src/evaluation/html-page.js';
import { showSize } from '../growth/table.js';
import { type BarPanel, drawBarPanel, drawLinePanel, type LinePanel, type PanelLine, panelSize } from './chart-panels.js';
import { type BenchRun, costOf, type Figure } from './figures.js';
import { ratioToHuman, showMs } from './markdown.js';
import type { PartName } from './options.js';
import { linearScale, logScale, measuredScale } from './scales.js';

const colours = ['#1f6fb2', '#c2571a', '#2a8c5a', '#8a4fa3', '#a07800'];
const grey = '#6b7680';
const columns = 3;
/** Pixels above the panels. */
const top = 84;

/** All figures of a run on one page: a panel per part. @returns SVG */
export function drawRun(run: BenchRun): string {
  const cells = listPanels(run).map((panel, i) => {
    const [x, y] = [12 + (i % columns) * panelSize.width, top + Math.floor(i / columns) * panelSize.height];
    return 'bars' in panel ? drawBarPanel(panel, x, y) : drawLinePanel(panel, x, y);
  });
  const width = 24 + columns * panelSize.width;
  const height = top + Math.ceil(cells.length / columns) * panelSize.height;
  const { machine, bare } = run;
  const lines = [
    `${machine.cores} cores, ${machine.cpu}, Node ${machine.node}. Triface ${run.version}${run.commit ? `, ${run.commit}` : ''}, ${run.measuredAt.slice(0, 10)}. Load average ${run.load.before} before, at most ${run.load.most} meanwhile.`,
    `Bare loop (decoding and models in one thread, no HTTP, no store): ${showMs(bare.p50)} ms per selfie, ${(1000 / bare.p50).toFixed(1)} per second and core. The clients ran on the same machine.`,
  ];
  return html`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" fill="none" color="#1c2126" font-family="system-ui, 'DejaVu Sans', sans-serif">
<rect width="100%" height="100%" fill="#fff"/>
<text x="26" y="30" fill="currentColor" font-size="18" font-weight="bold">What Triface costs</text>
${lines.map((line, i) => html`<text x="26" y="${50 + i * 17}" fill="#59636d" font-size="12">${line}</text>`)}
${cells}
</svg>
`.text;
}

function listPanels(run: BenchRun): (LinePanel | BarPanel)[] {
  const of = (part: PartName): Figure[] => run.figures.filter((figure) => figure.part === part);
  const panels = [
    drawThroughput(of('contracts'), run.machine.cores),
    drawLatency(of('contracts'), run.machine.cores),
    drawWorkers(of('workers')),
    lineChart(of('sizes'), { title: 'Size and format of the picture', xTitle: 'megapixels', label: String, isLog: true }),
    lineChart(of('faces'), { title: 'Faces in the picture', xTitle: 'faces', label: String, isLog: false }),
    lineChart(of('gallery'), { title: '1:N identification', xTitle: 'persons', label: showSize, isLog: true }),
    lineChart(of('scans'), { title: 'Stored scans', xTitle: 'scans', label: showSize, isLog: true }),
    drawPersons(of('persons')),
    drawHuman(of('human')),
  ];
  return panels.flatMap((panel) => panel ?? []);
}

/** Medians in milliseconds, a line for each series. */
function lineChart(
  figures: readonly Figure[],
  {
    title,
    xTitle,
    label,
    isLog,
  }: Pick<LinePanel, 'title' | 'xTitle'> & { readonly label: (at: number) => string; readonly isLog: boolean },
): LinePanel | undefined {
  if (figures.length === 0) return undefined;
  const values = figures.map(({ p50 }) => p50);
  return {
    title,
    unit: `median, milliseconds${isLog ? ' (both axes logarithmic)' : ''}`,
    xTitle,
    x: measuredScale(
      figures.map(({ at }) => at),
      label,
      isLog,
    ),
    y: isLog ? logScale(values) : linearScale(values),
    lines: toLines(figures, ({ p50 }) => p50, showMs),
  };
}

/** A line per series. */
function toLines(figures: readonly Figure[], value: (figure: Figure) => number, show: (value: number) => string): PanelLine[] {
  return [...new Set(figures.map(({ series }) => series))].map((series, i) => {
    const points = figures
      .filter((figure) => figure.series === series)
      .toSorted((a, b) => a.at - b.at)
      .map((figure) => ({ x: figure.at, y: value(figure) }));
    return { name: series, colour: colours[i % colours.length]!, points, label: show(points.at(-1)!.y) };
  });
}

const perSecond = ({ load }: Figure): number => load!.perSecond;
/** Pictures per second that bare loops would analyse on the cores of a figure. */
const idealOf = ({ load, bareP50 }: Figure): number => (1000 / bareP50) * load!.parallel;

/** The dashed line of the bare loops: of several series, the mean. */
function drawIdeal(figures: readonly Figure[]): PanelLine {
  const points = [...new Set(figures.map(({ at }) => at))]
    .sort((a, b) => a - b)
    .map((at) => {
      const here = figures.filter((figure) => figure.at === at).map(idealOf);
      return { x: at, y: here.reduce((sum, value) => sum + value, 0) / here.length };
    });
  return { name: 'bare loops', colour: grey, isDashed: true, points };
}

function drawThroughput(all: readonly Figure[], cores: number): LinePanel | undefined {
  const figures = all.filter(({ load }) => load);
  if (figures.length === 0) return undefined;
  const ideal = drawIdeal(figures);
  const lines = toLines(figures, perSecond, (value) => value.toFixed(0)).map((line) => ({
    ...line,
    name: `contract ${line.name}`,
  }));
  return {
    title: 'Throughput by contract and clients',
    unit: 'pictures answered per second',
    xTitle: `clients (${cores} cores; logarithmic)`,
    x: measuredScale(
      figures.map(({ at }) => at),
      String,
      true,
    ),
    y: linearScale([...figures.map(perSecond), ...ideal.points.map(({ y }) => y)]),
    lines: [...lines, ideal],
  };
}

function drawLatency(all: readonly Figure[], cores: number): LinePanel | undefined {
  const figures = all.filter(({ load }) => load);
  if (figures.length === 0) return undefined;
  const refused = figures.reduce((sum, { load }) => sum + load!.refused, 0);
  const solid = toLines(figures, ({ p50 }) => p50, showMs);
  const dashed = toLines(
    figures,
    ({ p99 }) => p99,
    (ms) => `p99 ${showMs(ms)}`,
  ).map((line) => ({ ...line, isDashed: true, isUnnamed: true }));
  return {
    title: 'Latency by contract and clients',
    unit: `median and p99 (dashed), ms, logarithmic; ${refused === 0 ? 'no' : refused} ${refused === 1 ? 'request' : 'requests'} refused`,
    xTitle: `clients (${cores} cores; logarithmic)`,
    x: measuredScale(
      figures.map(({ at }) => at),
      String,
      true,
    ),
    y: logScale(figures.flatMap(({ p50, p99 }) => [p50, p99])),
    lines: [...solid.map((line) => ({ ...line, name: `contract ${line.name}` })), ...dashed],
  };
}

function drawWorkers(all: readonly Figure[]): LinePanel | undefined {
  const figures = all.filter(({ load }) => load);
  if (figures.length === 0) return undefined;
  const ideal = drawIdeal(figures);
  return {
    title: 'Throughput by workers',
    unit: 'pictures answered per second, four clients per worker',
    xTitle: 'workers',
    x: measuredScale(
      figures.map(({ at }) => at),
      String,
      false,
    ),
    y: linearScale([...figures.map(perSecond), ...ideal.points.map(({ y }) => y)]),
    lines: [...toLines(figures, perSecond, (value) => value.toFixed(0)), ideal],
  };
}

function drawPersons(figures: readonly Figure[]): BarPanel | undefined {
  if (figures.length === 0) return undefined;
  return {
    title: 'Persons, contract A, one client',
    unit: 'median, milliseconds (× the bare loop)',
    bars: figures.map((figure, i) => ({
      name: figure.series,
      value: figure.p50,
      label: `${showMs(figure.p50)} (${costOf(figure).toFixed(2)} ×)`,
      colour: i === 0 ? grey : colours[0]!,
    })),
  };
}

function drawHuman(figures: readonly Figure[]): BarPanel | undefined {
  if (figures.length === 0) return undefined;
  const ratio = ratioToHuman(figures);
  return {
    title: 'Beside @vladmandic/human (WebAssembly)',
    unit: 'pictures per second and core, the same selfie',
    bars: figures
      .toSorted((a, b) => a.p50 - b.p50)
      .map((figure) => ({
        name: figure.series,
        value: 1000 / figure.p50,
        label: (1000 / figure.p50).toFixed(1),
        colour: figure.series.startsWith('@') ? grey : colours[0]!,
      })),
    ...(ratio === undefined ? {} : { note: `Triface: ${ratio.toFixed(2)} times as many` }),
  };
}
