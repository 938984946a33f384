import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Test, test } from 'tap';
import { listFields, readDocumentedFields } from '../../evaluation/sequences/documented-fields.js';
import { movedHead, movedPicture } from '../../fixtures/frames.js';
import { noFace, replay } from '../../fixtures/pictures.js';
import { countMeasured, linkMany, readReport, runEvaluate, startEvaluate, writeFiles } from './evaluate-program.js';

const header = 'path,sequence,frame,milliseconds,label,kind,source,client';

/** Moves that no two frames share, in pixels. */
const moves = [
  [0, 0],
  [7, 3],
  [2, 8],
  [9, 4],
  [4, 1],
  [11, 6],
] as const;

interface MadeSequence {
  readonly name: string;
  /** label, kind, source and client */
  readonly about: string;
  readonly frames: readonly (Uint8Array | string)[];
  /** ms between frames */
  readonly spacing?: number;
}

const framesOf = (make: (dx: number, dy: number) => Promise<Buffer>, count = 4): Promise<Buffer[]> =>
  Promise.all(moves.slice(0, count).map(([dx, dy]) => make(dx, dy)));

const rowsOf = ({ name, about, frames, spacing = 600 }: MadeSequence): string[] =>
  frames.map((_, i) => `${name}/${i}.jpg,${name},${i},${i * spacing},${about}`);

/** Writes frames and table; a frame that is an empty string is missing. */
function writeSequences(directory: string, sequences: readonly MadeSequence[]): string {
  for (const { name, frames } of sequences)
    writeFiles(directory, Object.fromEntries(frames.flatMap((frame, i) => (frame === '' ? [] : [[`${name}/${i}.jpg`, frame]]))));
  const table = join(directory, 'set.csv');
  writeFileSync(table, `${[header, ...sequences.flatMap(rowsOf)].join('\n')}\n`);
  return table;
}

const readScores = (t: Test, folder: string): Map<string, Record<string, string>> => {
  const [names, ...rows] = readFileSync(join(folder, 'scores.csv'), 'utf8').trim().split('\n');
  t.equal(statSync(join(folder, 'scores.csv')).mode & 0o777, 0o600);
  const columns = names!.split(',');
  return new Map(
    rows.map((row) => [row.split(',')[0]!, Object.fromEntries(row.split(',').map((cell, i) => [columns[i]!, cell]))]),
  );
};

test('last frame and sequence, from the command line to the report', async (t) => {
  const directory = t.testdir();
  const head = await movedHead(0, 0);
  const screen = await replay();
  const living = await framesOf(movedHead);
  const sequences: MadeSequence[] = [
    { name: 'living', about: 'live,,home,anna', frames: living },
    { name: 'other', about: 'live,,home,bert', frames: await framesOf((dx, dy) => movedHead(dx, dy, 'other')) },
    { name: 'single', about: 'live,,home,anna', frames: [head] },
    { name: 'damaged', about: 'live,,home,bert', frames: ['no picture', ...living.slice(1)] },
    { name: 'empty', about: 'live,,home,anna', frames: [head, await noFace()] },
    { name: 'gone', about: 'live,,home,anna', frames: [head, '', head, head] },
    { name: 'large', about: 'live,,home,anna', frames: [Buffer.alloc(600_000), head] },
    { name: 'held', about: 'attack,photograph,lab,anna', frames: await framesOf((dx, dy) => movedPicture(head, dx, dy)) },
    {
      name: 'screen',
      about: 'attack,replay,lab,bert',
      frames: await framesOf((dx, dy) => movedPicture(screen, dx, dy), 6),
      spacing: 300,
    },
  ];
  const table = writeSequences(directory, sequences);
  const limits = { TRIFACE_MAX_IMAGE_BYTES: '500000' };
  const { out, err, status } = await runEvaluate(['--sequences', table, '--target-bpcer', '40%'], limits);
  t.equal(status, 0, err);
  t.match(err, /9\/9 sequences, 100 %/);
  t.match(out, /7 bona fide sequences, 2 attacks of 2 species, 2 clients/);
  t.match(out, /1 sequences have more frames/);
  t.match(out, /Threshold for BPCER ≤ 40 %/);

  const folder = join(directory, 'set-report');
  const report = readReport(folder);
  t.match(report, {
    kind: 'sequences',
    files: 4 * 5 + 1 + 2 + 2 + 4,
    presentations: { bonaFide: 7, attack: 2, species: 2, clients: 2 },
    resampled: 'clients',
    frames: { given: { least: 1, most: 6 }, most: 4, shortened: 1, single: 1 },
    bonaFide: {
      nonResponse: { count: 3, of: 7 },
      motion: { statements: { count: 3, of: 7 }, reasons: { 'one-frame': 1, 'no-face': 1, 'not-measured': 2 } },
    },
    species: [
      { species: 'photograph', picture: { apcer: { count: 1, of: 1 } }, motion: { areas: { residual: { value: 1 } } } },
      { species: 'replay', picture: { apcer: { count: 0, of: 1 } }, motion: { statements: { count: 1, of: 1 } } },
    ],
  });
  const documented = readDocumentedFields();
  t.same(
    listFields(report).filter((field) => !documented.some(({ names }) => names(field))),
    [],
    'every field is documented',
  );
  const reasons = Object.fromEntries(report.errors.unmeasured.map((e: { path: string; reason: string }) => [e.path, e.reason]));
  t.same(reasons, { 'gone/3.jpg': 'not-read: ENOENT (gone/1.jpg)', 'large/1.jpg': 'too-large: 600000 bytes (large/0.jpg)' });

  const scores = readScores(t, folder);
  const number = (name: string, column: string): number => Number(scores.get(name)![column]);
  t.ok(number('living', 'sequence_score') > number('living', 'without_motion_score'), 'a head that moves before a wall');
  t.ok(number('held', 'sequence_score') < number('held', 'without_motion_score'), 'a photograph that moves with all in it');
  t.ok(number('held', 'motion_residual') < 2 && number('living', 'motion_residual') > 10);
  t.match(scores.get('screen'), { frames_given: '6', frames: '4', milliseconds: '1500', path: 'screen/5.jpg' });
  t.match(scores.get('damaged'), { frame_scores: /^none 0\.\d+ 0\.\d+ 0\.\d+$/, motion_reason: '' });
  t.equal(scores.get('single')!.sequence_score, scores.get('single')!.picture_score);
  t.match(scores.get('empty'), { sequence_score: '', sequence_verdict: 'refused', motion_reason: 'no-face' });
  t.match(scores.get('gone'), { picture_verdict: 'no-response', sequence_verdict: 'no-response', motion_reason: 'not-measured' });
  t.notMatch(readFileSync(join(folder, 'report.html'), 'utf8'), /<img|data:image/, 'no faces unless asked for');

  // A new threshold needs no new measurement; a changed time does.
  const state = join(folder, 'sequences.ndjson');
  const before = countMeasured(state);
  writeFileSync(table, readFileSync(table, 'utf8').replace('living/3.jpg,living,3,1800', 'living/3.jpg,living,3,1900'));
  const again = await runEvaluate(['--sequences', table, '--threshold', '0', '--thumbnails'], limits);
  t.equal(again.status, 0, again.err);
  // The sequence whose frame could not be read is tried again.
  t.equal(countMeasured(state), before + 2);
  t.match(readReport(folder), { threshold: 0, all: { sequence: { apcer: { count: 2, of: 2 } } } });
  t.match(readFileSync(join(folder, 'report.html'), 'utf8'), /<img src="data:image\/jpeg;base64,/);
});

test('an interrupted run keeps what is done', async (t) => {
  const directory = t.testdir();
  const sequences = 16;
  writeFiles(directory, { 'a.jpg': await movedHead(0, 0), 'b.jpg': await movedHead(5, 3) });
  linkMany(directory, 'a.jpg', sequences, (i) => `${i}/0.jpg`);
  linkMany(directory, 'b.jpg', sequences, (i) => `${i}/1.jpg`);
  const rows = Array.from({ length: sequences }, (_, i) =>
    [0, 1].map((frame) => `${i}/${frame}.jpg,s${i},${frame},${frame * 500},${i % 2 ? 'live' : 'attack'},,,`),
  );
  const table = join(directory, 'set.csv');
  writeFileSync(table, `${[header, ...rows.flat()].join('\n')}\n`);
  const folder = join(directory, 'set-report');
  const state = join(folder, 'sequences.ndjson');
  const child = startEvaluate(['--sequences', table], { WORKERS: '1' });
  while (child.exitCode === null && countMeasured(state) < 3) await sleep(20);
  child.kill('SIGINT');
  const [status] = (await once(child, 'exit')) as [number | null];
  t.equal(status, 130);
  t.notOk(existsSync(join(folder, 'report.json')));
  const measured = countMeasured(state);
  t.ok(measured >= 3 && measured < sequences, `${measured} measured`);
  const { err } = await runEvaluate(['--sequences', table]);
  t.match(err, new RegExp(`^reusing ${measured} measurements of an earlier run`, 'm'));
  t.equal(countMeasured(state), sequences);
  t.match(readReport(folder), { presentations: { bonaFide: 8, attack: 8, clients: 0 }, resampled: 'presentations' });
});

test('what cannot be evaluated is refused before sequences are measured', async (t) => {
  const directory = t.testdir({
    'late.csv': `${header}\nx,a,0,5,live,,,\ny,a,1,4,live,,,\n`,
    'none.csv': `${header}\nx,a,0,5,live,,,\n`,
    'columns.csv': 'path,label\nx,live\n',
  });
  const table = (name: string): string[] => ['--sequences', join(directory, `${name}.csv`)];
  const wrong: [string[], RegExp][] = [
    [table('late'), /late\.csv, line 3: frame 1 of sequence a is at 4 ms, not later than frame 0 at 5 ms \(line 2\)/],
    [table('columns'), /columns\.csv has no column “sequence”/],
    [table('missing'), /missing\.csv cannot be read: ENOENT/],
    [[...table('none'), '--where', 'label=attack'], /there are no sequences to evaluate/],
    [[...table('none'), '--csv', 'x'], /cannot be used with/],
    [[...table('none'), '--pairs', 'x'], /cannot be used with/],
    [[...table('none'), '--apply', 'anna'], /cannot be used with/],
    [[...table('none'), '--compare-policy', 'hard'], /cannot be used with/],
    [[...table('none'), directory], /give exactly one input: a folder, --csv FILE, --sequences FILE, or --pairs FILE/],
  ];
  for (const [args, message] of wrong) {
    const { err, status } = await runEvaluate(args, { WORKERS: '1' });
    t.equal(status, 1, args.join(' '));
    t.match(err, message);
    t.notMatch(err, /\n +at /);
  }
});
