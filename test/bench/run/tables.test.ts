import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { drawRun } from '../../../bench/run/chart.js';
import type { BenchRun } from '../../../bench/run/figures.js';
import { describeRun, insertTables } from '../../../bench/run/markdown.js';
import { partNames } from '../../../bench/run/options.js';
import { linearScale, logScale, measuredScale } from '../../../bench/run/scales.js';
import { findInstallation } from '../../../src/base/installation.js';
import { figure, load, loaded, run } from './made-up-run.js';

const allParts = run(
  [
    loaded(load(), { point: '1 client', at: 1 }),
    loaded(load({ refused: 5 })),
    figure(),
    figure({ point: '12 MP', at: 12, p50: 120 }),
    figure({ series: 'PNG', p50: 0.5 }),
    ...[0, 10].map((at) => figure({ part: 'faces', series: 'one in full (A, B)', point: `${at}`, at })),
    figure({ part: 'persons', series: 'registered', point: '1 client', at: 1 }),
    figure({ part: 'gallery', series: 'search alone', point: '1,000', at: 1000, p50: 0.25 }),
    figure({ part: 'gallery', series: 'search alone', point: '100,000', at: 100_000, p50: 12 }),
    ...[1, 2].map((at) => loaded(load({ parallel: at }), { part: 'workers', series: 'contract A', point: `${at}`, at })),
    figure({ part: 'scans', series: 'first page', point: '1,000', at: 1000 }),
    figure({ part: 'human', series: '@vladmandic/human', p50: 60, cpuMs: 61 }),
    figure({ part: 'human', series: 'Triface, bare loop', p50: 20, cpuMs: 21 }),
  ],
  { notes: ['something: left out'] },
);

test('tables', async (t) => {
  const text = describeRun(allParts);
  t.match(text, 'Measured 2026-11-30 on 2 cores (CPU, 8 GB), Node 20.19.0, Triface 0.1.0 at abcdef0.');
  t.match(text, '**Bare loop**: 20.0 ms median, 22.0 ms p95, 50.0 pictures per second on one core (100 rounds; a JPEG)');
  t.match(text, '| A | 1 | 80.0 | 0.80 | 40.0 | 60.0 | 2.00 | 0 | 3.0 (9) |');
  t.match(text, '| A | 8 (4 × cores) | 80.0 | 0.80 | 40.0 | 60.0 | 2.00 | 5 | 3.0 (9) |');
  t.match(
    text,
    '| picture | JPEG, p50 ms | PNG, p50 ms |\n| --- | --- | --- |\n| 1 MP | 40.0 (2.00 ×) | 0.50 (0.025 ×) |\n| 12 MP | 120 (6.00 ×) | – |',
  );
  t.match(text, 'Triface analyses 3.00 times as many pictures per core.');
  t.match(text, '- something: left out');
  t.notMatch(text, 'Other programs were running');
  t.match(describeRun({ ...allParts, load: { before: 1, most: 2 } }), 'Other programs were running', 'a load of half the cores');
  t.notMatch(describeRun(run([figure()])), /human|Persons|undefined|NaN/, 'parts that were not measured are absent');
});

test('tables in a page', async (t) => {
  const page = 'before\n<!-- bench: begin -->\nold\n<!-- bench: end -->\nafter\n';
  const filled = insertTables(page, 'new\n');
  t.equal(filled, 'before\n<!-- bench: begin -->\nnew\n<!-- bench: end -->\nafter\n');
  t.equal(insertTables(filled, 'new\n'), filled, 'again');
  t.equal(insertTables('a page without marks', 'new\n'), 'new\n');
});

test('the chart', async (t) => {
  const svg = drawRun(allParts);
  for (const title of [
    'Throughput by contract',
    'Latency by contract',
    'Throughput by workers',
    'Size and format',
    'Faces in',
    '1:N',
    'Stored scans',
    'Persons',
    'Beside @vladmandic/human',
  ])
    t.match(svg, title);
  t.match(svg, '5 requests refused');
  t.match(svg, '3.00 times as many');
  t.match(svg, '>0.3</text>', 'labels of a logarithmic axis below one');
  t.notMatch(svg, /NaN|Infinity|undefined/);
  for (const one of allParts.figures) t.notMatch(drawRun(run([one])), /NaN|Infinity|undefined/, `${one.part} alone`);
  t.notMatch(drawRun(run([])), /NaN|Infinity|undefined/, 'without figures');
});

test('axes', async (t) => {
  const labels = (scale: { ticks: readonly { label: string }[] }) => scale.ticks.map(({ label }) => label);
  t.same(labels(linearScale([7, 83])), ['0', '50', '100']);
  t.same(labels(logScale([20, 21])), ['20', '50', '100', '200'], 'at least a decade');
  t.same(labels(logScale([0.2, 150])), ['0.1', '1', '10', '100', '1,000']);
  t.equal(logScale([1, 100]).place(10), 0.5);
  const scale = measuredScale([48, 0.3, 48], String, true);
  t.same(scale.ticks, [
    { at: 0, label: '0.3' },
    { at: 1, label: '48' },
  ]);
  t.equal(measuredScale([5], String, true).place(5), 0.5, 'a single value stands in the middle');
});

test('docs/bench.md shows the committed run', async (t) => {
  const read = (name: string) => readFileSync(join(findInstallation(), name), 'utf8');
  const committed = JSON.parse(read('bench/committed-run.json')) as BenchRun;
  const page = read('docs/bench.md');
  const how =
    '`node dist/bench/run.js --from bench/committed-run.json --svg docs/pictures/bench.svg --markdown docs/bench.md` writes them';
  t.equal(insertTables(page, describeRun(committed)), page, `the tables: ${how}`);
  t.equal(drawRun(committed), read('docs/pictures/bench.svg'), `the chart: ${how}`);
  t.same([...new Set(committed.figures.map(({ part }) => part))].sort(), [...partNames].sort(), 'every part was measured');
});
