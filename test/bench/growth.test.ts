import { test } from 'tap';
import { drawGrowth } from '../../bench/growth/chart.js';
import { type Figure, quantile, type Run, summarizeValues } from '../../bench/growth/figures.js';
import { mergeRuns } from '../../bench/growth/merge-runs.js';
import { readOptions } from '../../bench/growth/options.js';
import { describeRun, showNumber, showSize } from '../../bench/growth/table.js';
import { describeSamples, fitSlope, type Sample } from '../../bench/soak/samples.js';

const figure = (more: Partial<Figure>): Figure => ({
  ...{ section: 'scans', operation: 'list page 0', database: 'sqlite', size: 1000, version: 'after', unit: 'ms' },
  ...summarizeValues(Array.from({ length: 30 }, (_, i) => i + 1)),
  ...more,
});
const run = (figures: readonly Figure[], versions: Run['versions'] = { before: 'aaaaaaa', after: 'bbbbbbb' }): Run => ({
  ...{ measuredAt: '2026-11-29T12:00:00.000Z', machine: '2 cores', versions, load: { least: 0.5, most: 2 }, figures },
});

test('options of the bench of growth', async (t) => {
  const options = readOptions(['--sizes', '10000,1000', '--only', 'sweeps,scans', '--databases', 'sqlite', '--env', 'A=b=c']);
  t.same(options.sizes, [1000, 10000], 'ascending');
  t.same(options.only, ['scans', 'sweeps'], 'in their own order');
  t.same(options.databases, ['sqlite']);
  t.same(options.env, { A: 'b=c' });
  t.equal(options.rounds, 30);
  t.equal(options.against, undefined);
  t.throws(() => readOptions(['--sizes', '0']), /--sizes: "0" is not an integer of at least 1/);
  t.throws(() => readOptions(['--sizes', '1e3']), /"1e3" is not an integer/);
  t.throws(() => readOptions(['--only', 'scan']), /--only: "scan" is not one of scans, sweeps/);
  t.throws(() => readOptions(['--databases', 'mysql']), /not one of sqlite, postgres/);
  t.throws(() => readOptions(['--env', 'A']), /--env: "A" is not KEY=VALUE/);
  t.throws(() => readOptions(['--size', '1']), /Unknown option/);
});

test('figures', async (t) => {
  t.equal(quantile([3, 1, 2], 0.5), 2);
  t.equal(quantile([5], 0.95), 5);
  t.same(summarizeValues([4, 2, 9]), { n: 3, p50: 4, p95: 9, max: 9 });
  t.equal(showNumber(0.04), '0.0');
  t.equal(showNumber(9.94), '9.9');
  t.equal(showNumber(12345.6), '12,346');
  t.same([60, 1000, 1500, 10_000, 1_000_000].map(showSize), ['60', '1 k', '1.5 k', '10 k', '1 M']);
});

test('tables', async (t) => {
  const one = { n: 1, p50: 3, p95: 3, max: 3 };
  const text = describeRun(
    run([
      figure({}),
      figure({ version: 'before' }),
      figure({ size: 10_000 }),
      figure({ operation: 'start', ...one }),
      figure({ operation: 'command', n: 3, p50: 4, p95: 9, max: 9 }),
      figure({ database: 'postgres' }),
      figure({ section: 'pictures', size: 0, operation: 'ready: RSS', unit: 'MB', ...one }),
    ]),
  );
  t.match(text, 'Before: aaaaaaa. After: bbbbbbb.');
  t.match(text, '### Stored scans, SQLite\n\n| rows | 1 k before | 1 k after | 10 k after |\n|---|---|---|---|\n');
  t.match(text, '| list page 0, ms | 16 / 29 | 16 / 29 | 16 / 29 |');
  t.match(text, '| start, ms | – | 3.0 | – |', 'a single measurement, and those that are missing');
  t.match(text, '| command, ms | – | 4.0 (≤ 9.0) | – |', 'few measurements have no p95');
  t.match(text, '### Stored scans, PostgreSQL\n\n| rows | 1 k |\n', 'a table of one version does not name it');
  t.match(
    describeRun(run([figure({ section: 'sweeps' })])),
    /### Sweeps and erasures, SQLite\n\nLongest silence: [^\n]+\n\n\| rows/,
    'how the silence was measured',
  );
  t.match(text, '### Memory after large pictures\n\n| rows | measured |\n|---|---|\n| ready: RSS, MB | 3.0 |');
});

test('figures of several runs', async (t) => {
  const first = run([figure({ p50: 1 }), figure({ size: 10_000, p50: 2 })]);
  const second = { ...run([figure({ p50: 3 })], { after: 'ccccccc' }), load: { least: 0.1, most: 9 } };
  const merged = mergeRuns([first, second]);
  t.same(
    merged.figures.map(({ size, p50 }) => [size, p50]),
    [
      [1000, 3],
      [10_000, 2],
    ],
    'the later run counts',
  );
  t.same(merged.versions, { before: 'aaaaaaa', after: 'ccccccc' });
  t.same(merged.load, { least: 0.1, most: 9 });
});

test('the chart', async (t) => {
  const svg = drawGrowth(
    run([
      figure({ p50: 10 }),
      figure({ size: 10_000, p50: 100 }),
      figure({ version: 'before', p50: 1000 }),
      figure({ database: 'postgres', size: 10_000, p50: 7 }),
      figure({ operation: 'search nobody', section: 'persons', p50: 0 }),
      figure({ operation: 'an operation that is not drawn' }),
    ]),
  );
  t.equal(svg.match(/<polyline/g)?.length, 4 + 3, 'a line for each database and version, and those of the legend');
  t.match(svg, 'List of scans, first page');
  t.match(svg, 'Search for a person, none found');
  t.match(svg, 'SQLite, before (aaaaaaa)');
  t.match(svg, '1,000 before</text>', 'the last value of a line');
  t.notMatch(svg, /NaN|Infinity|undefined/);
  t.notMatch(svg, 'not drawn');
  t.notMatch(drawGrowth(run([])), /NaN|Infinity|undefined/, 'without figures');
});

test('the slope of a series with its standard error', async (t) => {
  const exact = fitSlope([0, 1, 2, 3].map((x) => ({ x, y: 5 + 2 * x })));
  t.ok(Math.abs(exact.slope - 2) < 1e-12 && exact.standardError < 1e-12);
  // By hand: residuals -0.2, 0.6, -0.6, 0.2; their squares add to 0.8; sqrt(0.8 / 2 / 5) = 0.2828.
  const noisy = fitSlope([1, 3, 3, 5].map((y, x) => ({ x, y })));
  t.ok(Math.abs(noisy.slope - 1.2) < 1e-12, `${noisy.slope}`);
  t.ok(Math.abs(noisy.standardError - Math.sqrt(0.08)) < 1e-12, `${noisy.standardError}`);
  t.ok(Number.isNaN(fitSlope([{ x: 0, y: 1 }]).slope), 'too few points have none');
});

test('the table of a soak leaves out the warm-up', async (t) => {
  const sample = (at: number, residentMb: number): Sample => ({
    ...{
      at,
      residentMb,
      anonymousMb: 1,
      heapMb: Number.NaN,
      externalMb: 1,
      descriptors: 20,
      threads: 9,
      walMb: 0,
      databaseMb: 1,
    },
  });
  const table = describeSamples([sample(0, 900), sample(1800, 100), sample(3600, 110), sample(5400, 120)], 1800);
  t.match(table, '| RSS, MB | 100.0 | 120.0 | 100.0 to 120.0 | 20.0 ± 0.0 |');
  t.match(table, '| heap in use (not collected), MB | – | – | – | – |', 'a series that could not be read');
});
