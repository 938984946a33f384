import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t, { type Test } from 'tap';
import { listFolder } from '../../src/evaluation/read-folder.js';
import { readLivenessTable, readPairTable } from '../../src/evaluation/read-table.js';

function write(t: Test, files: Record<string, string>): string {
  const directory = t.testdir();
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  }
  return directory;
}

t.test('a folder: labels and species by name, notes and hidden files skipped, links followed once', async (t) => {
  const directory = write(t, {
    'bona-fide/a.jpg': '',
    'bona-fide/deep/er/b.png': '',
    'live/c': '',
    'attack/print/d.jpg': '',
    'attack/replay/phone/e.jpg': '',
    'attack/print/.DS_Store': '',
    'attack/print/notes.txt': '',
    'other/f.jpg': '',
  });
  symlinkSync('..', join(directory, 'attack/replay/phone/up'));
  symlinkSync('nowhere.jpg', join(directory, 'attack/print/gone.jpg'));
  t.same(
    (await listFolder(directory)).map(({ path, bonaFide, species }) => [path, bonaFide, species]),
    [
      ['attack/print/d.jpg', false, 'print'],
      ['attack/print/gone.jpg', false, 'print'],
      ['attack/replay/phone/e.jpg', false, 'replay'],
      ['bona-fide/a.jpg', true, ''],
      ['bona-fide/deep/er/b.png', true, ''],
      ['live/c', true, ''],
    ],
  );
});

t.test('a folder with another layout is refused, and the message says what to do', async (t) => {
  await t.rejects(listFolder(write(t, { 'a.jpg': '' })), { name: 'EvaluationError', message: /no pictures under/ });
  await t.rejects(listFolder(write(t, { 'attack/a.jpg': '' })), { message: /is not in a species folder/ });
  await t.rejects(listFolder('/nowhere/at/all'), { message: /cannot be read \(ENOENT\)/ });
});

t.test('a table: quoted cells, a byte order mark, other column names, conditions', async (t) => {
  const directory = write(t, {
    'set.csv':
      '\ufefffile,truth,kind,origin,note\r\n"a, ""b"".jpg",live,selfie,"x,y",1\r\n\r\nc.jpg,Spoof,print,z,"two\nlines"\r\nd.jpg,unclear,print,z,2\r\ne.jpg,attack,print_tight,z,1\r\n',
  });
  const file = join(directory, 'set.csv');
  const columns = { path: 'file', label: 'truth', species: 'kind', source: 'origin' };
  t.same(await readLivenessTable(file, { columns, where: ['truth!=unclear', 'kind!=*_tight,nothing'] }), [
    { path: 'a, "b".jpg', bonaFide: true, species: 'selfie', source: 'x,y' },
    { path: 'c.jpg', bonaFide: false, species: 'print', source: 'z' },
  ]);
  t.equal((await readLivenessTable(file, { columns, where: ['kind=print', 'note=1*,two*'] })).length, 1);
  await t.rejects(readLivenessTable(file, { columns }), { message: /line 6: unknown label “unclear”; use one of/ });
  await t.rejects(readLivenessTable(file, {}), { message: /has no column “path”; its columns are file, truth/ });
  await t.rejects(readLivenessTable(file, { columns: { kind: 'x' } }), { message: /unknown name kind; use one of path, label/ });
  await t.rejects(readLivenessTable(file, { columns, where: ['kind'] }), { message: /“kind” is invalid: write column=value/ });
  await t.rejects(readLivenessTable(file, { columns, where: ['colour=red'] }), { message: /no column “colour”/ });
  await t.rejects(readLivenessTable(join(directory, 'none.csv')), { name: 'EvaluationError', message: /ENOENT/ });
});

t.test('line ends of several systems in one table', async (t) => {
  const directory = write(t, { 'labels.csv': 'path,label\r\na.jpg,live\nb.jpg,attack\r\nc.jpg,live\rd.jpg,attack\n' });
  t.same(
    (await readLivenessTable(join(directory, 'labels.csv'))).map(({ path, bonaFide }) => [path, bonaFide]),
    [
      ['a.jpg', true],
      ['b.jpg', false],
      ['c.jpg', true],
      ['d.jpg', false],
    ],
  );
});

t.test('attacks without a species count as one species; pairs by words or digits', async (t) => {
  const directory = write(t, {
    'a.csv': 'path,label\nx,attack\n',
    'p.csv': 'path_a,path_b,label\nx,y,same\nx,z,0\n',
    'broken.csv': 'path,label\n"x,attack\n',
  });
  t.match(await readLivenessTable(join(directory, 'a.csv')), [{ species: 'attack', source: '' }]);
  t.same(await readPairTable(join(directory, 'p.csv')), [
    { pathA: 'x', pathB: 'y', same: true },
    { pathA: 'x', pathB: 'z', same: false },
  ]);
  await t.rejects(readLivenessTable(join(directory, 'broken.csv')), { name: 'EvaluationError' });
});
