import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { chooseFrames } from '../../../src/evaluation/sequences/choose-frames.js';
import { readSequenceTable } from '../../../src/evaluation/sequences/read-sequence-table.js';

const header = 'path,sequence,frame,milliseconds,label,kind,source,client';

function write(t: Test, lines: readonly string[]): string {
  const file = join(t.testdir(), 'set.csv');
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

t.test('rows in any order become sequences in order of time', async (t) => {
  const file = write(t, [
    header,
    'b1.jpg,b,1,500,attack,print,lab,c2',
    'a2.jpg,a,10,900,live,,home,c1',
    'a0.jpg,a,0,100,LIVE,,home,c1',
    'b0.jpg,b,0,0,spoof,print,lab,c2',
    'a1.jpg,a,2,400.5,live,,home,c1',
  ]);
  t.same(await readSequenceTable(file), [
    {
      path: 'b1.jpg',
      bonaFide: false,
      species: 'print',
      source: 'lab',
      sequence: 'b',
      client: 'c2',
      frames: [
        { path: 'b0.jpg', at: 0 },
        { path: 'b1.jpg', at: 500 },
      ],
      given: 2,
    },
    {
      path: 'a2.jpg',
      bonaFide: true,
      species: '',
      source: 'home',
      sequence: 'a',
      client: 'c1',
      frames: [
        { path: 'a0.jpg', at: 100 },
        { path: 'a1.jpg', at: 400.5 },
        { path: 'a2.jpg', at: 900 },
      ],
      given: 3,
    },
  ]);
});

t.test('other column names, conditions, and a table without source and client', async (t) => {
  const file = write(t, ['file,clip,n,ms,truth,pai', 'a.jpg,a,0,0,live,x', 'b.jpg,b,0,0,attack,', 'c.jpg,c,0,0,unclear,x']);
  const columns = { path: 'file', sequence: 'clip', frame: 'n', milliseconds: 'ms', label: 'truth', kind: 'pai' };
  t.match(await readSequenceTable(file, { columns, where: ['truth!=unclear'] }), [
    { sequence: 'a', source: '', client: '', species: 'x', given: 1 },
    { sequence: 'b', species: 'attack' },
  ]);
});

t.test('each mistake is named with its file and line', async (t) => {
  const row = 'a0.jpg,a,0,0,live,x,s,c';
  const wrong: [string[], RegExp][] = [
    [['path,sequence,frame,label,kind', 'a,a,0,live,x'], /set\.csv has no column “milliseconds”; its columns are path, /],
    [[header, row, 'a1.jpg,a,1,9,attack,x,s,c'], /set\.csv, line 3: sequence a has another label than in line 2/],
    [[header, row, 'a1.jpg,a,1,9,live,y,s,c'], /line 3: sequence a has another kind than in line 2/],
    [[header, row, 'a1.jpg,a,1,9,live,x,t,c'], /line 3: sequence a has another source than in line 2/],
    [[header, row, 'a1.jpg,a,1,9,live,x,s,d'], /line 3: sequence a has another client than in line 2/],
    [[header, row, 'a1.jpg,a,0,9,live,x,s,c'], /line 3: sequence a has frame 0 already in line 2; list each frame once/],
    [[header, row, row], /line 3: sequence a has frame 0 already in line 2/],
    [
      [header, 'a1.jpg,a,1,400,live,x,s,c', 'a0.jpg,a,0,500,live,x,s,c'],
      /line 2: frame 1 of sequence a is at 400 ms, not later than frame 0 at 500 ms \(line 3\)/,
    ],
    [[header, row, 'a1.jpg,a,1,0,live,x,s,c'], /line 3: frame 1 of sequence a is at 0 ms, not later than frame 0 at 0 ms/],
    [[header, 'a0.jpg,a,0,soon,live,x,s,c'], /line 2: milliseconds “soon” is not a number/],
    [[header, 'a0.jpg,a,0,,live,x,s,c'], /line 2: milliseconds “” is not a number/],
    [[header, 'a0.jpg,a,first,0,live,x,s,c'], /line 2: frame “first” is not a number/],
    [[header, 'a0.jpg,,0,0,live,x,s,c'], /line 2: the row has no sequence/],
    [[header, ',a,0,0,live,x,s,c'], /line 2: the row has no path/],
    [[header, 'a0.jpg,a,0,0,perhaps,x,s,c'], /line 2: unknown label “perhaps”/],
  ];
  for (const [lines, message] of wrong) await t.rejects(readSequenceTable(write(t, lines)), { name: 'EvaluationError', message });
});

t.test('of a long sequence, the last frame and those 600, 1200 and 1800 ms before it', async (t) => {
  const frames = (...times: number[]) => times.map((at) => ({ path: `${at}`, at }));
  const chosen = (...times: number[]) => chooseFrames(frames(...times)).map(({ at }) => at);
  t.same(chosen(0, 33), [0, 33]);
  t.same(chosen(0, 5000, 6000, 9000), [0, 5000, 6000, 9000], 'four frames are never reduced');
  t.same(chosen(...Array.from({ length: 100 }, (_, i) => i * 100)), [8100, 8700, 9300, 9900]);
  t.same(chosen(0, 1, 2, 3, 4, 5), [0, 1, 2, 5], 'four different frames of a burst');
  t.same(chosen(0, 1, 2, 3, 60_000), [1, 2, 3, 60_000], 'the latest, if all are too early');
});
