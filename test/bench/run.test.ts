import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'tap';
import { request } from 'undici';
import type { BenchServer } from '../../bench/run/bench-server.js';
import { drawRun } from '../../bench/run/chart.js';
import { compareRuns, describeComparison } from '../../bench/run/compare.js';
import { type BenchRun, type Figure, type LoadFigure, summarizeTimes } from '../../bench/run/figures.js';
import { Load } from '../../bench/run/load.js';
import { describeRun, insertTables } from '../../bench/run/markdown.js';
import { partNames, readRunOptions, UsageError } from '../../bench/run/options.js';
import { listWorkers } from '../../bench/run/parts/workers.js';
import { linearScale, logScale, measuredScale } from '../../bench/run/scales.js';
import { measureInTurns, Steps } from '../../bench/run/slices.js';
import { findInstallation } from '../../src/base/installation.js';

const figure = (more: Partial<Figure> = {}): Figure => ({
  ...{ part: 'sizes', series: 'JPEG', point: '1 MP', at: 1, n: 30, p50: 40, p95: 50, p99: 60, bareP50: 20 },
  ...more,
});
const load = (more: Partial<LoadFigure> = {}): LoadFigure => ({
  ...{ clients: 8, parallel: 2, perSecond: 80, refused: 0, loopP99: 3, loopMax: 9 },
  ...more,
});
const loaded = (loadFigure: LoadFigure, more: Partial<Figure> = {}): Figure =>
  figure({ part: 'contracts', series: 'A', point: '4 × cores', at: 8, load: loadFigure, ...more });
const run = (figures: readonly Figure[], more: Partial<BenchRun> = {}): BenchRun => ({
  ...{ measuredAt: '2026-11-30T12:00:00.000Z', version: '0.1.0', commit: 'abcdef0', turns: 3, sliceMs: 1000, picture: 'a JPEG' },
  ...{ machine: { cores: 2, cpu: 'CPU', memoryGb: 8, platform: 'linux x64', node: '20.19.0' }, load: { before: 0.1, most: 2 } },
  ...{ bare: { n: 100, p50: 20, p95: 22, p99: 25 }, figures, notes: [], ...more },
});

test('options of the bench', async (t) => {
  const { plan } = readRunOptions([]);
  t.same(plan.parts, partNames);
  t.ok(Math.abs(plan.turns * plan.sliceMs - 2500) < 1e-6);
  t.same(plan.megapixels, [0.3, 1, 2, 12, 48]);
  const quick = readRunOptions(['--quick', '--only', 'scans,contracts', '--persons', '200,100,200', '--json', 'a.json']);
  t.same(quick.plan.parts, ['contracts', 'scans'], 'in their own order');
  t.same(quick.plan.persons, [100, 200], 'ascending, each once');
  t.same(quick.plan.scans, [1000, 10_000]);
  t.equal(quick.plan.turns, 1);
  t.equal(quick.json, 'a.json');
  t.equal(readRunOptions(['--quick', '--turns', '2', '--seconds', '1']).plan.sliceMs, 500, 'what is said comes before --quick');
  const rejected: readonly (readonly [string[], RegExp])[] = [
    [['--only', 'scan'], /--only: "scan" is not one of contracts, sizes/],
    [['--seconds', '0'], /--seconds: "0" is not a number above 0/],
    [['--seconds', 'x'], /--seconds: "x" is not a number/],
    [['--turns', '1.5'], /--turns: "1.5" is not an integer of at least 1/],
    [['--persons', '10,'], /--persons: "" is not an integer/],
    [['--megapixels', '100'], /--megapixels: "100" is not a number above 0.05 and at most 64/],
    [['--fast'], /Unknown option '--fast'/],
    [['60'], /Unexpected argument '60'/],
  ];
  for (const [words, message] of rejected) {
    t.throws(() => readRunOptions(words), message);
    t.throws(() => readRunOptions(words), UsageError);
  }
});

test('a run is compared by its ratios', async (t) => {
  const committed = run([figure(), loaded(load()), loaded(load(), { point: '1 client', at: 1 })]);
  const same = compareRuns(committed, committed);
  t.same(same, { compared: 7, worse: [] }, 'two costs and throughputs with refusals, and one cost');

  const twice = run([figure({ p50: 80, bareP50: 40 }), loaded(load({ perSecond: 40 }), { p50: 80, bareP50: 40 })]);
  t.same(compareRuns(twice, committed).worse, [], 'a machine half as fast');

  const costly = compareRuns(run([figure({ p50: 43.9 })]), committed);
  t.same(costly.worse, [], '10 % are tolerated');
  const { worse } = compareRuns(run([figure({ p50: 48 }), loaded(load({ perSecond: 60 }))]), committed);
  t.match(worse, [
    { figure: 'contracts, A, 4 × cores', measure: 'throughput', committed: 0.8, now: 0.6 },
    { figure: 'sizes, JPEG, 1 MP', measure: 'cost', committed: 2, now: 2.4 },
  ]);
  t.same(
    worse.map(({ worseBy }) => worseBy.toFixed(3)),
    ['0.333', '0.200'],
    'the worst first',
  );
  t.same(compareRuns(run([figure({ p50: 4 }), loaded(load({ perSecond: 100 }))]), committed).worse, [], 'better is not worse');

  const crowd = compareRuns(run([loaded(load({ refused: 10 }))]), committed);
  t.match(crowd.worse, [{ measure: 'refused', committed: 0, now: 0.25, worseBy: 0.25 }]);
  t.same(compareRuns(run([loaded(load({ refused: 3 }))]), committed).worse, [], 'some refusals');

  const wide = loaded(load({ clients: 64, parallel: 16, perSecond: 640 }), { at: 64 });
  t.same(compareRuns(run([wide]), committed).worse, [], 'another number of cores');
  t.equal(compareRuns(run([figure({ point: '3 MP' })]), committed).compared, 0, 'a figure that the other lacks');
});

test('a slower bare loop shows beside @vladmandic/human alone', async (t) => {
  const beside = (human: number, own: number) =>
    run([
      figure({ part: 'human', series: '@vladmandic/human', p50: human, bareP50: own }),
      figure({ part: 'human', series: 'Triface, bare loop', p50: own, bareP50: own }),
    ]);
  t.same(compareRuns(beside(120, 40), beside(60, 20)), { compared: 1, worse: [] }, 'a slower machine');
  t.match(
    compareRuns(beside(60, 30), beside(60, 20)).worse,
    [{ figure: 'human, Triface, bare loop, selfie', measure: 'cost' }].map(({ measure }) => ({ measure, worseBy: 0.5 })),
  );
  t.same(compareRuns(beside(40, 20), beside(60, 20)).worse.length, 1, 'a faster human counts against it as well');
  t.same(compareRuns(beside(90, 20), beside(60, 20)).worse, [], 'a slower human does not');
});

test('what a comparison says', async (t) => {
  const committed = run([figure(), loaded(load())]);
  t.match(
    describeComparison(compareRuns(committed, committed), committed),
    /^4 ratios compared with the committed run \(2026-11-30, abcdef0, 2 cores\): none is more than 10 % worse\.$/,
  );
  const text = describeComparison(compareRuns(run([figure({ p50: 60 }), loaded(load({ refused: 30 }))]), committed), committed);
  t.match(text, 'sizes, JPEG, 1 MP: cost 3.00 × bare instead of 2.00, 50 % worse');
  t.match(text, 'contracts, A, 4 × cores: 50 % refused instead of 0 %');
  t.match(describeComparison({ compared: 0, worse: [] }, committed), /Nothing to compare/);
});

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

test('slices are measured in turns, each between two runs of the bare loop', async (t) => {
  const order: string[] = [];
  const slice = (name: string) => ({
    run: async (_: number, isWarmUp: boolean) => void order.push(isWarmUp ? `(${name})` : name),
  });
  let bare = 0;
  const runBare = async () => {
    order.push('bare');
    return [bare++];
  };
  const [a, b] = [slice('a'), slice('b')];
  const beside = await measureInTurns([a, b], runBare, { turns: 2, sliceMs: 3 });
  t.same(order.join(' '), '(a) (b) bare a bare b bare bare b bare a bare');
  t.same(beside.get(a), [0, 1, 4, 5]);
  t.same(beside.get(b), [1, 2, 3, 4]);

  const steps = new Steps({ first: async () => {}, second: async () => {} });
  await steps.run(0, true);
  t.same(steps.times, { first: [], second: [] }, 'a warm-up does not count');
  await steps.run(0, false);
  t.same([steps.times.first.length, steps.times.second.length], [3, 3], 'a median has at least three measurements');
  t.same(summarizeTimes([3, 1, 2]), { n: 3, p50: 2, p95: 3, p99: 3 });
});

test('workers', async (t) => {
  t.same([1, 2, 3, 8, 12].map(listWorkers), [[1], [1, 2], [1, 2, 3], [1, 2, 4, 8], [1, 2, 4, 8, 12]]);
});

test('clients wait after a refusal, which is counted apart', async (t) => {
  let asked = 0;
  const server = createServer((message, response) => {
    message.resume();
    response.statusCode = message.url === '/broken' ? 400 : asked++ % 2 === 0 ? 503 : 200;
    response.end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const call = (path: string, retryAfterSeconds: number) => ({
    name: 'call',
    send: async () => {
      const { statusCode, body } = await request(url + path);
      await body.dump();
      return { status: statusCode, retryAfterSeconds };
    },
  });
  const watched = { resetLoopDelay() {}, readLoopDelay: async () => ({ p50: 1, p99: 2, max: 3 }) } as unknown as BenchServer;

  const patient = new Load(watched, call('/', 0.001), 1, 1);
  while (patient.times.length < 3) await patient.run(50, false);
  const described = patient.describe()!;
  t.ok(Math.abs(described.refused - patient.times.length) <= 1, 'every second one');
  t.equal(described.loopP99, 2);
  t.ok(described.perSecond > 0);

  asked = 0;
  const refused = new Load(watched, call('/', 3600), 1, 1);
  await refused.run(50, false);
  t.equal(asked, 1, 'a client that would have to wait beyond the end stops');
  t.equal(refused.describe(), undefined, 'nothing was answered');
  await t.rejects(new Load(watched, call('/broken', 1), 1, 1).run(50, false), /call: HTTP 400/, 'any other status is an error');
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
