import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { removeUnfinished, writeAtomically } from '../../src/base/write-atomically.js';

t.test('a reader sees one whole version or the other while many write', async (t) => {
  const path = join(t.testdir(), 'deep', 'file');
  const versions = ['a', 'b'].map((letter) => Buffer.alloc(2_000_000, letter));
  await writeAtomically(path, versions[0]!);
  let done = false;
  const writing = Promise.all(Array.from({ length: 20 }, (_, i) => writeAtomically(path, versions[i % 2]!))).finally(() => {
    done = true;
  });
  let reads = 0;
  for (; !done || reads === 0; reads++) {
    const seen = await readFile(path);
    if (!versions.some((version) => version.equals(seen))) t.fail(`read ${seen.byteLength} bytes of a mixture`);
  }
  await writing;
  t.ok(reads > 0);
  t.same(await readdir(join(path, '..')), ['file']);
});

t.test('a failed write leaves the old file and nothing else', async (t) => {
  const directory = t.testdir({ file: {} });
  await mkdir(join(directory, 'file', 'occupied'));
  await t.rejects(writeAtomically(join(directory, 'file'), Buffer.from('new')));
  t.same(await readdir(directory), ['file']);
});

t.test('removeUnfinished removes old files and leaves writes in progress alone', async (t) => {
  const directory = t.testdir({ 'model.onnx': '', '.unfinished-1-model.onnx': '', '.unfinished-2-model.onnx': '' });
  const hourAgo = new Date(Date.now() - 3_700_000);
  await utimes(join(directory, '.unfinished-1-model.onnx'), hourAgo, hourAgo);
  await writeFile(join(directory, 'model.onnx'), 'x');
  await utimes(join(directory, 'model.onnx'), hourAgo, hourAgo);
  await removeUnfinished(directory);
  t.same((await readdir(directory)).sort(), ['.unfinished-2-model.onnx', 'model.onnx']);
});
