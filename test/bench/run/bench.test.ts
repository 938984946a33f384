import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { test } from 'tap';
import { openBareLoop } from '../../../bench/bare-models.js';
import type { BenchRun } from '../../../bench/run/figures.js';
import { formats, makeFaces, makeSized } from '../../../bench/run/make-pictures.js';
import { partNames } from '../../../bench/run/options.js';
import { findInstallation } from '../../../src/base/installation.js';

const program = join(findInstallation(), 'dist/bench/run.js');
const start = promisify(execFile);
/** Runs the bench with a database that it must not use. @param tmp folder of its temporary files @returns exit code and output */
async function runBench(words: readonly string[], tmp = tmpdir()) {
  const env = { ...process.env, DATABASE_URL: 'postgres://in.use.invalid/', TMPDIR: tmp };
  try {
    return { code: 0, ...(await start(process.execPath, [program, ...words], { env })) };
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string };
  }
}

/** Packages with the interface of @vladmandic/human that the bench uses: the real ones are no dependency. */
function writeHuman(folder: string, detect = 'return { face: [{ mesh: Array(468), real: 1, live: 1 }] };'): string {
  const files = {
    'package.json': '{}',
    'node_modules/@tensorflow/tfjs-core/index.js': '',
    'node_modules/@tensorflow/tfjs-converter/index.js': '',
    'node_modules/@tensorflow/tfjs-backend-wasm/dist/index.js': '',
    'node_modules/@tensorflow/tfjs-backend-wasm/package.json': '{ "main": "dist/index.js" }',
    'node_modules/@vladmandic/human/package.json': '{ "main": "dist/human.node.js" }',
    'node_modules/@vladmandic/human/dist/human.node.js': '',
    'node_modules/@vladmandic/human/models/liveness.json': 'a model',
    'node_modules/@vladmandic/human/dist/human.node-wasm.js': `exports.Human = class {
      constructor(config) { this.config = config; }
      async load() {
        const answer = await fetch(this.config.modelBasePath + 'liveness.json');
        if ((await answer.text()) !== 'a model') throw new Error('no model');
      }
      async detect({ values, shape }) {
        if (values.length !== shape[0] * shape[1] * shape[2]) throw new Error('no pixels');
        ${detect}
      }
      tf = { tensor3d: (values, shape) => ({ values, shape }), dispose() {}, getBackend: () => 'wasm' };
    };`,
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

test('the bench measures every part and writes figures, chart and tables', async (t) => {
  const folder = t.testdir();
  const [json, svg, markdown] = ['run.json', 'run.svg', 'run.md'].map((name) => join(folder, name)) as [string, string, string];
  const words = ['--turns', '1', '--seconds', '0.01', '--megapixels', '0.3,1', '--persons', '20,60', '--scans', '30'];
  const files = ['--json', json, '--svg', svg, '--markdown', markdown];
  const tmp = join(folder, 'tmp');
  mkdirSync(tmp);
  const outcome = await runBench([...words, ...files, '--human', writeHuman(folder)], tmp);
  t.equal(outcome.code, 0, outcome.stderr);
  t.same(readdirSync(tmp), [], 'no temporary file is left');

  const run = JSON.parse(readFileSync(json, 'utf8')) as BenchRun;
  const pointsOf = (part: string, series: string) =>
    run.figures.filter((figure) => figure.part === part && figure.series === series).map(({ point }) => point);
  t.same([...new Set(run.figures.map(({ part }) => part))], [...partNames]);
  for (const contract of ['A', 'B', 'C'])
    t.same(
      pointsOf('contracts', contract),
      ['1 client', '1 × cores', '4 × cores', '16 × cores'].filter((point) => run.machine.cores > 1 || point !== '1 × cores'),
      `contract ${contract}`,
    );
  for (const format of ['JPEG', 'PNG', 'WebP', 'JPEG, contract A']) t.same(pointsOf('sizes', format), ['0.3 MP', '1 MP'], format);
  t.same(pointsOf('faces', 'all in full (C)'), ['0', '1', '4', '10']);
  t.same(pointsOf('gallery', 'identification'), ['20', '60']);
  t.same(pointsOf('scans', 'middle page'), ['30']);
  for (const series of ['registered', 'compared', 'erased']) t.same(pointsOf('persons', series), ['1 client'], series);
  t.equal(pointsOf('workers', 'contract A').at(-1), String(run.machine.cores));
  t.same(pointsOf('human', '@vladmandic/human'), ['selfie']);
  t.ok(
    run.figures.every(({ n, p50, p99, bareP50 }) => n >= 1 && p50 > 0 && p99 >= p50 && bareP50 > 0),
    'every figure has times',
  );
  t.ok(run.bare.n >= 100, 'the bare loop ran beside all parts');

  t.match(readFileSync(svg, 'utf8'), /^<svg [\s\S]*1:N identification[\s\S]*<\/svg>\n$/);
  const tables = readFileSync(markdown, 'utf8');
  t.equal(outcome.stdout.startsWith(tables), true, 'the tables are printed as well');
  t.match(outcome.stdout, /(ratios? compared with|Nothing to compare with) the committed run/);

  const shown = await runBench(['--from', json, '--svg', `${svg}.again`]);
  t.equal(shown.stdout, outcome.stdout, 'figures of an earlier run');
  t.equal(readFileSync(`${svg}.again`, 'utf8'), readFileSync(svg, 'utf8'));
});

test('a part that fails does not cost the figures of the others', async (t) => {
  const folder = t.testdir();
  const json = join(folder, 'run.json');
  const words = ['--only', 'faces,human', '--turns', '1', '--seconds', '0.01', '--json', json];
  const { code, stderr } = await runBench([...words, '--human', writeHuman(folder, 'return { face: [] };')]);
  t.equal(code, 1);
  t.match(stderr, '@vladmandic/human did not measure the face', 'why');
  const { figures, notes } = JSON.parse(readFileSync(json, 'utf8')) as BenchRun;
  t.same([...new Set(figures.map(({ part }) => part))], ['faces']);
  t.match(notes, [/^human: failed \(@vladmandic\/human ended \(exit 1\)/]);
});

test('without @vladmandic/human the bench says so', async (t) => {
  const folder = t.testdir();
  const { code, stdout, stderr } = await runBench(['--only', 'human', '--turns', '1', '--seconds', '0.01', '--human', folder]);
  t.equal(code, 0, stderr);
  t.match(stdout, `- @vladmandic/human: left out, not installed in ${folder}: @vladmandic/human`);
});

test('an unusable command line is refused before anything is measured', async (t) => {
  const folder = t.testdir();
  const cases: readonly (readonly [string[], string])[] = [
    [['--only', 'scan'], 'bench: --only: "scan" is not one of contracts'],
    [['--json', join(folder, 'none/run.json')], `bench: --json: there is no folder ${folder}/none`],
    [['--from', join(folder, 'none.json')], `bench: --from: there is no file ${folder}/none.json`],
  ];
  for (const [words, message] of cases) {
    const { code, stdout, stderr } = await runBench(words);
    t.equal(code, 2, words.join(' '));
    t.match(stderr, message);
    t.match(stderr, 'npm run bench -- --help');
    t.equal(stdout, '');
  }
  const help = await runBench(['--help']);
  t.equal(help.code, 0);
  t.match(help.stdout, '--quick');
});

test('the pictures of the bench differ in nothing but what is measured', async (t) => {
  const bare = await openBareLoop();
  t.teardown(() => bare.close());
  for (const megapixels of [0.3, 1, 2, 12]) {
    const make = await makeSized(megapixels);
    for (const format of megapixels > 2 ? (['JPEG'] as const) : formats) {
      const { width, height, faces } = await bare.look(await make(format));
      const name = `${megapixels} MP, ${format}`;
      t.ok(Math.abs((width * height) / 1e6 / megapixels - 1) < 0.01, `${name}: size`);
      t.same(
        faces.map(({ livenessViews }) => livenessViews),
        [1],
        `${name}: a face whose liveness score is certain`,
      );
    }
  }
  for (const count of [0, 1, 4, 10]) {
    const picture = await makeFaces(count);
    const { faces } = await bare.look(picture, { maxFaces: 10 });
    t.same(
      faces.map(({ livenessViews }) => livenessViews),
      Array(count).fill(1),
      `${count} faces`,
    );
  }
});
