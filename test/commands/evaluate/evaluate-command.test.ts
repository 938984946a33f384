import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { test } from 'tap';
import { noFace, replay, selfie, tinyFace } from '../../fixtures/pictures.js';
import {
  countMeasured,
  linkMany,
  readReport,
  runEvaluate,
  runEvaluateAlone,
  startEvaluate,
  writeFiles,
} from './evaluate-program.js';

test('a folder of labelled pictures, from the command line to the report', async (t) => {
  const directory = join(t.testdir(), 'set');
  writeFiles(directory, {
    'bona-fide/one.jpg': await selfie(),
    'bona-fide/two.jpg': await selfie('other'),
    'bona-fide/tiny.jpg': await tinyFace(),
    'bona-fide/no-face.jpg': await noFace(),
    'bona-fide/broken.jpg': (await selfie()).subarray(0, 5000),
    'bona-fide/large.jpg': Buffer.alloc(3_000_000),
    'attack/replay/screen.jpg': await replay(),
    'attack/paper/not-a-picture.jpg': 'text',
  });
  const { out, err, status } = await runEvaluate([directory, '--target-bpcer', '40%'], { TRIFACE_MAX_IMAGE_BYTES: '2000000' });
  t.equal(status, 0, err);
  t.match(err, /8\/8 pictures, 100 %/);
  t.match(out, /6 bona fide presentations, 2 attacks of 2 species/);
  t.match(out, /Threshold for BPCER ≤ 40 %/);
  const report = readReport(`${directory}-report`);
  t.match(report, {
    kind: 'liveness',
    files: 8,
    livenessDecision: {
      bonaFide: { nonResponse: { count: 3, of: 6 } },
      pooled: { apcer: { count: 0, of: 1 }, nonResponse: { count: 1, of: 2 } },
    },
    wholeVerdict: { bonaFide: { nonResponse: { count: 4, of: 6 }, bpcer: { count: 0, of: 2 } } },
    curve: { area: 1 },
  });
  const reasons = Object.fromEntries(report.errors.unmeasured.map((e: { path: string; reason: string }) => [e.path, e.reason]));
  t.match(reasons, {
    'bona-fide/broken.jpg': /^unreadable: /,
    'bona-fide/large.jpg': 'too-large: 3000000 bytes',
    'attack/paper/not-a-picture.jpg': /^unreadable: not a JPEG/,
  });
  const page = readFileSync(join(`${directory}-report`, 'report.html'), 'utf8');
  t.notMatch(page, /<img|data:image/, 'no faces unless asked for');
  const scores = readFileSync(join(`${directory}-report`, 'scores.csv'), 'utf8')
    .trim()
    .split('\n');
  t.equal(scores.length, 9);
  t.match(scores[0], /^path,label,species,source,score,judgeability,verdict,findings,reason$/);
  t.equal(statSync(join(`${directory}-report`, 'scores.csv')).mode & 0o777, 0o600);

  // A new threshold needs no new measurement; a changed picture needs one.
  rmSync(join(directory, 'bona-fide/two.jpg'));
  writeFiles(directory, { 'bona-fide/two.jpg': await replay() });
  const before = countMeasured(join(`${directory}-report`, 'state.ndjson'));
  const again = await runEvaluate([directory, '--threshold', '0', '--thumbnails'], { TRIFACE_MAX_IMAGE_BYTES: '2000000' });
  t.match(again.err, /reusing 8 measurements of an earlier run/);
  t.equal(countMeasured(join(`${directory}-report`, 'state.ndjson')), before + 1);
  t.match(readReport(`${directory}-report`), { threshold: 0, livenessDecision: { pooled: { apcer: { count: 1, of: 1 } } } });
  t.match(readFileSync(join(`${directory}-report`, 'report.html'), 'utf8'), /<img src="data:image\/jpeg;base64,/);
});

test('a killed run and an interrupted one can be resumed, with the same report', async (t) => {
  const directory = join(t.testdir(), 'set');
  writeFiles(directory, { 'bona-fide/one.jpg': await selfie(), 'attack/replay/screen.jpg': await replay() });
  linkMany(directory, 'bona-fide/one.jpg', 15, (i) => `bona-fide/copy-${i}.jpg`);
  linkMany(directory, 'attack/replay/screen.jpg', 15, (i) => `attack/replay/copy-${i}.jpg`);
  const out = join(t.testdirName, 'out');
  const state = join(out, 'state.ndjson');
  const measured: number[] = [];
  for (const [signal, from] of [
    ['SIGKILL', 4],
    ['SIGINT', 9],
  ] as const) {
    const child = startEvaluate([directory, '--out', out], { WORKERS: '1' });
    while (child.exitCode === null && countMeasured(state) < from) await sleep(20);
    child.kill(signal);
    const [status] = (await once(child, 'exit')) as [number | null];
    t.equal(status, signal === 'SIGINT' ? 130 : null);
    t.notOk(existsSync(join(out, 'report.json')));
    measured.push(countMeasured(state));
  }
  t.ok(measured[0]! >= 4 && measured[1]! >= 9 && measured[1]! < 32, `${measured}`);
  const { err, status } = await runEvaluate([directory, '--out', out]);
  t.equal(status, 0, err);
  const takenOver = Number(err.match(/^reusing (\d+) measurements of an earlier run/m)?.[1]);
  t.ok(takenOver >= measured[1]! - 1, `${takenOver} taken over of ${measured[1]}`);
  const resumed = readReport(out);
  t.match(resumed, { livenessDecision: { bonaFide: { bpcer: { of: 16 } }, pooled: { apcer: { of: 16 } } }, curve: { area: 1 } });

  const whole = await runEvaluate([directory, '--out', out, '--fresh']);
  t.notMatch(whole.err, /earlier run/);
  const { createdAt: _, peakMemory: __, ...fresh } = readReport(out);
  t.match(resumed, fresh);
});

test('memory does not grow with the number of files', async (t) => {
  const directory = join(t.testdir(), 'set');
  const large = sharp(await selfie())
    .resize(1200, 1600)
    .jpeg({ quality: 100, chromaSubsampling: '4:4:4' });
  writeFiles(directory, { 'bona-fide/one.jpg': await large.toBuffer(), 'attack/replay/screen.jpg': await replay() });
  const peak = async (): Promise<number> => {
    const { err, status } = await runEvaluateAlone([directory, '--fresh'], { WORKERS: '1' });
    t.equal(status, 0, err);
    return readReport(`${directory}-report`).peakMemory / 1e6;
  };
  linkMany(directory, 'bona-fide/one.jpg', 18, (i) => `bona-fide/few-${i}.jpg`);
  const few = await peak();
  linkMany(directory, 'bona-fide/one.jpg', 60, (i) => `bona-fide/many-${i}.jpg`);
  const many = await peak();
  const { size } = statSync(join(directory, 'bona-fide/one.jpg'));
  t.comment(`20 files ${few.toFixed(0)} MB, 80 files of ${(size / 1e6).toFixed(1)} MB ${many.toFixed(0)} MB`);
  // Decoded, the 60 pictures would be 346 MB.
  t.ok(many - few < 60, `${few} MB, then ${many} MB`);
});

test('pairs: two pictures of one person match, two persons do not, and no template is left', async (t) => {
  const directory = t.testdir();
  writeFiles(directory, {
    'a.jpg': await selfie(),
    'b.jpg': await replay(),
    'c.jpg': await selfie('other'),
    'd.jpg': await noFace(),
    'pairs.csv':
      'path_a,path_b,label\na.jpg,b.jpg,same\na.jpg,c.jpg,different\nb.jpg,c.jpg,different\na.jpg,d.jpg,same\na.jpg,gone.jpg,same\n',
  });
  const { out, err, status } = await runEvaluate(['--pairs', join(directory, 'pairs.csv'), '--subject', 'central']);
  t.equal(status, 0, err);
  t.match(out, /Accuracy: 100\.0 % \(3\/3/);
  const folder = join(directory, 'pairs-report');
  t.match(readReport(folder), {
    kind: 'recognition',
    failedToCompare: { count: 2, of: 5 },
    errors: { notCompared: [{ reason: 'second: no face found' }, { reason: 'second: not-read: ENOENT' }] },
  });
  t.notOk(existsSync(join(folder, 'templates.ndjson')));
});

test('an error message says what was wrong, without a stack', async (t) => {
  const directory = t.testdir({ 'a.csv': 'path,label\nx,y\n', empty: {}, 'twice.csv': 'path,label\nx,live\nx,attack\n' });
  const wrong: [string[], RegExp][] = [
    [[], /give exactly one input: a folder, --csv FILE, --sequences FILE, or --pairs FILE/],
    [[join(directory, 'empty')], /there are no pictures under/],
    [[join(directory, 'none')], /cannot be read \(ENOENT\)/],
    [['--csv', join(directory, 'a.csv')], /line 2: unknown label “y”; use one of/],
    [['--csv', join(directory, 'twice.csv')], /x is listed twice/],
    [['--csv', join(directory, 'a.csv'), '--pairs', 'x'], /cannot be used with/],
    [[directory, '--target-apcer', '200%'], /It must be at least 0 and below 1 \(or 100%\)/],
    [[directory, '--where', 'a=b'], /--columns and --where need a table/],
  ];
  for (const [args, message] of wrong) {
    const { err, status } = await runEvaluate(args, { WORKERS: '1' });
    t.equal(status, 1, args.join(' '));
    t.match(err, message);
    t.notMatch(err, /\n +at /);
  }
});
