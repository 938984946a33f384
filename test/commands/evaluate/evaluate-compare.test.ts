import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { test } from 'tap';
import { findPackCatalog } from '../../../src/base/installation.js';
import { addPack } from '../../../src/inference/packs/pack-store.js';
import { replay, selfie, tinyFace } from '../../fixtures/pictures.js';
import { startTestServer, temporaryDirectory } from '../../helper.js';
import { describeMade, makeNetwork, writePack } from '../../inference/packs/made-pack.js';
import { readCommand } from '../run-command.js';
import { readReport, runEvaluate, writeFiles } from './evaluate-program.js';

/** Asks again for every picture that no other condition refuses: no score is clear. */
const askAlways = 'regular,judgeability=1,sureLive=1,sureAttack=0';

/** Half the size: no face is perfectly judgeable. */
const reduce = async (picture: Uint8Array): Promise<Buffer> =>
  sharp(picture)
    .resize({ width: Math.round((await sharp(picture).metadata()).width / 2) })
    .jpeg({ quality: 95 })
    .toBuffer();

const writePictures = async (directory: string): Promise<void> =>
  writeFiles(directory, {
    'bona-fide/one.jpg': await reduce(await selfie()),
    'bona-fide/two.jpg': await reduce(await selfie('other')),
    'bona-fide/tiny.jpg': await tinyFace(),
    'attack/replay/screen.jpg': await reduce(await replay()),
    'attack/paper/not-a-picture.jpg': 'text',
  });

test('two policies on the same pictures, analysed once', async (t) => {
  const directory = join(t.testdir(), 'set');
  await writePictures(directory);
  const { out, err, status } = await runEvaluate([directory, '--compare-policy', askAlways, '--thumbnails']);
  t.equal(status, 0, err);
  t.match(err, /5\/5 pictures, 100 %/);
  const report = readReport(`${directory}-report`);
  t.match(report.outcomes, {
    bonaFide: { shares: { accepted: { count: 2, of: 3 }, refused: { count: 1 }, 'asked-again': { count: 0 } } },
    attack: { shares: { attack: { count: 1, of: 2 }, 'no-response': { count: 1 } } },
  });
  t.match(report.comparison, {
    a: { models: 'shipped*1', policyVersion: /^regular-\d+$/ },
    b: { policyVersion: /\+judgeability=1\+sureAttack=0\+sureLive=1$/ },
    differing: { count: 3, of: 5 },
    worse: 3,
  });
  const asked = report.comparison.figures.find(
    (one: { figure: string; label: string }) => one.figure === 'asked-again' && one.label === 'bona-fide',
  );
  t.match(asked, { rates: { a: { count: 0, of: 3 }, b: { count: 2, of: 3 } }, changed: { onlyA: 0, onlyB: 2 } });
  t.match(out, /Bona fide asked again: 0\.0 % → 66\.7 % \(\+66\.7 points\)/);
  const page = readFileSync(join(`${directory}-report`, 'report.html'), 'utf8');
  t.match(page, /<h2>Comparison<\/h2>/);
  t.equal(page.match(/<img /g)?.length, 4, 'one refused, three that differ; the text has no picture');
  t.match(page, /no picture<\/span>/);

  const alone = await runEvaluate([directory, '--policy', askAlways]);
  t.match(alone.err, /reusing 5 measurements of an earlier run/);
  t.match(alone.out, /all bona fide: accepted 0\.0 % .*, asked again 66\.7 % \(2\/3/);
  t.match(readReport(`${directory}-report`), {
    comparison: null,
    wholeVerdict: { bonaFide: { nonResponse: { count: 3, of: 3 } } },
    livenessDecision: { bonaFide: { bpcer: { count: 0, of: 3 } } },
    errors: { askedAgainBonaFide: [{ findings: ['not-judgeable'] }, {}] },
  });
  const scores = readFileSync(join(`${directory}-report`, 'scores.csv'), 'utf8');
  t.match(scores, /^attack\/replay\/screen\.jpg,attack,replay,,0\.\d+,[\d.]+,asked-again,not-judgeable,$/m);
  t.notMatch(readFileSync(join(`${directory}-report`, 'report.html'), 'utf8'), /<img|data:image/);
});

test('the policy of an account', async (t) => {
  const server = await startTestServer(t);
  const directory = join(temporaryDirectory(t), 'set');
  await writePictures(directory);
  const triface = (...args: string[]): Promise<string> => readCommand(args, { DATA_DIR: server.dataDir });
  await triface('policy', 'set', server.user, '--preset', 'hard', 'liveness=0.7');
  const said = await triface('evaluate', directory, '--account', server.user);
  t.match(said, /threshold 0\.7/);
  t.match(readReport(`${directory}-report`).policyVersion, /^hard-\d+\+liveness=0\.7$/);
  await t.rejects(triface('evaluate', directory, '--account', 'nobody'), /the account nobody does not exist/);
});

test('two model sets: each side has the figures that a run of its own has', async (t) => {
  const dataDir = temporaryDirectory(t);
  const directory = join(dataDir, 'set');
  const network = makeNetwork();
  const packsDir = join(dataDir, 'packs');
  await addPack(writePack(join(dataDir, 'given'), network, describeMade(network, { name: 'red' })), {
    packsDir,
    catalogFile: findPackCatalog(),
  });
  await writePictures(directory);
  const run = async (...more: string[]) => {
    const { err, status } = await runEvaluate([directory, ...more], { DATA_DIR: dataDir });
    t.equal(status, 0, err);
    const scores = readFileSync(join(`${directory}-report`, 'scores.csv'), 'utf8')
      .trim()
      .split('\n')
      .slice(1);
    return {
      report: readReport(`${directory}-report`),
      scores: scores.map((row) => [row.split(',')[0]!, Number(row.split(',')[4])] as const),
      err,
    };
  };
  const plain = await run('--packs', 'none');
  const red = await run('--packs', 'shipped*2,red*0.5');
  const compared = await run('--packs', 'none', '--compare-packs', 'shipped*2,red*0.5');
  t.same(compared.scores, plain.scores, 'a single model’s score is exact');
  t.equal(compared.report.comparison.b.models, 'shipped*2 red@1.0.0*0.5');
  t.match(compared.report.livenessDecision, plain.report.livenessDecision);
  const others = await run('--packs', 'shipped*2,red*0.5', '--compare-packs', 'none');
  t.same(others.scores, red.scores);
  const figures = (report: { comparison: { figures: { figure: string; a: number; b: number }[] } }, side: 'a' | 'b') =>
    report.comparison.figures.map((one) => [one.figure, one[side]]);
  t.same(figures(others.report, 'a'), figures(compared.report, 'b'), 'fused again from the scores of the models');
  t.same(figures(others.report, 'b'), figures(compared.report, 'a'));
});

test('what cannot be compared is refused before pictures are measured', async (t) => {
  const directory = join(t.testdir(), 'set');
  await writePictures(directory);
  const wrong: [string[], RegExp][] = [
    [['--compare-policy', 'regular'], /both sides have the models shipped\*1 and the policy regular-\d+; name others/],
    [['--compare-packs', 'none'], /both sides have the models shipped\*1/],
    [['--policy', 'strict'], /invalid policy: preset/],
    [['--policy', 'hard,liveness'], /invalid threshold "liveness": write name=number/],
    [['--policy', 'hard,nose=1'], /invalid policy/],
    [['--policy', 'hard', '--account', 'x'], /cannot be used with/],
    [['--compare-packs', 'shipped*0'], /its weight must be above 0/],
    [['--compare-packs', 'recommended'], /model pack silent-face@1\.0\.0: it has not been added/],
    [['--compare-packs', 'green'], /model pack green: it has not been added/],
  ];
  for (const [args, message] of wrong) {
    const { err, status } = await runEvaluate([directory, ...args], { WORKERS: '1', DATA_DIR: temporaryDirectory(t) });
    t.equal(status, 1, args.join(' '));
    t.match(err, message);
    t.notMatch(err, /pictures, /);
    t.notMatch(err, /\n +at /);
  }
});
