import { appendFileSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { StateFile } from '../../src/evaluation/state-file.js';

interface Result {
  readonly n: number;
}

const collect = async (state: StateFile<Result>) => {
  const all: Record<string, number> = {};
  for await (const { path, result } of state.read()) all[path] = result.n;
  return all;
};

t.test('earlier measurements are reused only with the same key', async (t) => {
  const path = join(t.testdir(), 'deep/state.ndjson');
  const first = await StateFile.open<Result>(path, 'one');
  await first.add({ path: 'a', stamp: '1:1', result: { n: 1 } });
  await first.add({ path: 'b', stamp: '2:1', result: { n: 2 }, passing: true });
  await first.close();
  t.equal(statSync(path).mode & 0o777, 0o600, 'for its owner only');

  const again = await StateFile.open<Result>(path, 'one');
  t.ok(again.has('a', '1:1'));
  t.notOk(again.has('a', '1:2'), 'the file has changed since');
  t.notOk(again.has('b', '2:1'), 'a passing failure is tried again');
  await again.add({ path: 'a', stamp: '1:2', result: { n: 3 } });
  await again.close();
  t.same(await collect(again), { a: 3, b: 2 }, 'the last of a path counts');

  const fresh = await StateFile.open<Result>(path, 'one', true);
  await fresh.close();
  t.same(await collect(fresh), {});
  const other = await StateFile.open<Result>(path, 'two');
  await other.add({ path: 'a', stamp: '1:1', result: { n: 4 } });
  await other.close();
  const back = await StateFile.open<Result>(path, 'one');
  await back.close();
  t.equal(back.size, 0, 'measured by something else');
});

t.test('an incomplete line, left by a killed run, loses only that line', async (t) => {
  const path = join(t.testdir(), 'state.ndjson');
  const state = await StateFile.open<Result>(path, 'k');
  for (const [i, name] of ['a', 'b', 'c'].entries()) await state.add({ path: name, stamp: 's', result: { n: i } });
  await state.close();
  truncateSync(path, readFileSync(path).length - 9);
  const next = await StateFile.open<Result>(path, 'k');
  t.same([next.has('a', 's'), next.has('b', 's'), next.has('c', 's')], [true, true, false]);
  await next.add({ path: 'd', stamp: 's', result: { n: 9 } });
  await next.close();
  t.same(await collect(next), { a: 0, b: 1, d: 9 });
});

t.test('a file of another format is overwritten, not used', async (t) => {
  const path = join(t.testdir(), 'state.ndjson');
  appendFileSync(path, '{"path":"a","stamp":"s","result":{"n":1}}\n');
  const state = await StateFile.open<Result>(path, 'k');
  await state.close();
  t.equal(state.size, 0);
});
