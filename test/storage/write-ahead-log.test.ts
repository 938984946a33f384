import { rmSync } from 'node:fs';
import { open as openFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { openStore } from '../../src/storage/store.js';
import { transact } from '../../src/storage/transaction.js';
import { temporaryDirectory } from '../helper.js';

// The disk takes what is written only when a test lets it.
const disk = {
  isHeld: false,
  /** oldest first; those that were let go as well */
  asked: [] as { readonly write: () => void; readonly fail: (code: string) => void }[],
};
const anyFile = await openFile(new URL(import.meta.url));
const handles = Object.getPrototypeOf(anyFile);
await anyFile.close();
const { datasync } = handles;
handles.datasync = function (...given: unknown[]) {
  const write = () => datasync.apply(this, given);
  if (!disk.isHeld) return write();
  return new Promise((resolve, reject) => {
    disk.asked.push({
      write: () => resolve(write()),
      fail: (code) => reject(Object.assign(new Error(`${code}: fdatasync`), { code })),
    });
  });
};

async function open(t: Test) {
  const dataDir = temporaryDirectory(t);
  const store = await openStore({ databaseUrl: '', dataDir }, { watch: { onChange: () => {} } });
  disk.asked = [];
  disk.isHeld = true;
  t.teardown(() => {
    disk.isHeld = false;
    return store.close();
  });
  const answered: string[] = [];
  const refused: unknown[] = [];
  /** Adds companies in one transaction, and notes when that is acknowledged. */
  const add = (...ids: string[]) => {
    const adding = transact(store.db, async (db) => {
      for (const id of ids) await db.insertInto('companies').values({ id, name: id, createdAt: 1 }).execute();
    });
    adding.then(
      () => answered.push(...ids),
      (error) => refused.push(error),
    );
    return adding;
  };
  const names = async () => (await store.db.selectFrom('companies').select('id').orderBy('id').execute()).map(({ id }) => id);
  return { dataDir, store, add, names, answered, refused };
}

/** Waits until the disk was asked this often in total. */
async function untilAsked(count: number): Promise<void> {
  while (disk.asked.length < count) await turn();
}

t.test('what is acknowledged is on the disk, and commits share a write', async (t) => {
  const { add, names, answered } = await open(t);
  const first = add('a');
  await untilAsked(1);
  const others = [add('b', 'c'), add('d'), add('e')];
  t.same(await names(), ['a', 'b', 'c', 'd', 'e'], 'others are not held up meanwhile');
  t.equal(disk.asked.length, 1, 'one write at a time; reading needs none');
  t.same(answered, [], 'nothing is acknowledged');
  disk.asked[0]!.write();
  await first;
  await untilAsked(2);
  t.same(answered, ['a'], 'the write had begun before the others were committed');
  disk.asked[1]!.write();
  await Promise.all(others);
  t.same(answered.sort(), ['a', 'b', 'c', 'd', 'e']);
  t.equal(disk.asked.length, 2, 'three transactions, one write');
});

t.test('a single statement waits as well; what is rolled back does not', async (t) => {
  const { store, names } = await open(t);
  const failing = transact(store.db, async (db) => {
    await db.insertInto('companies').values({ id: 'a', name: 'a', createdAt: 1 }).execute();
    throw new Error('in the middle');
  });
  await t.rejects(failing, { message: 'in the middle' });
  t.equal(disk.asked.length, 0);
  for (const [n, statement] of [
    store.db.insertInto('companies').values({ id: 'a', name: 'a', createdAt: 1 }).returning('id'),
    store.db.updateTable('companies').set({ name: 'b' }),
    store.db.deleteFrom('companies'),
  ].entries()) {
    let isDone = false;
    const running = statement.execute().then(() => {
      isDone = true;
    });
    await untilAsked(n + 1);
    t.notOk(isDone);
    disk.asked[n]!.write();
    await running;
  }
  t.same(await names(), []);
});

t.test('a disk that fails: nothing is acknowledged, and the next write tries again', async (t) => {
  const { add, answered, refused } = await open(t);
  for (const [n, code] of ['EIO', 'ENOSPC'].entries()) {
    const failing = add(code);
    await untilAsked(2 * n + 1);
    const waiting = add(`behind ${code}`);
    disk.asked[2 * n]!.fail(code);
    await t.rejects(failing, { name: 'UnavailableError', reason: 'database' }, code);
    await untilAsked(2 * n + 2);
    disk.asked[2 * n + 1]!.write();
    await waiting;
  }
  t.same(answered, ['behind EIO', 'behind ENOSPC']);
  t.equal(refused.length, 2);
});

t.test('closing waits for what is being written', async (t) => {
  const { store, add, answered } = await open(t);
  const adding = add('a');
  await untilAsked(1);
  const closing = store.close();
  disk.asked[0]!.write();
  await Promise.all([adding, closing]);
  t.same(answered, ['a']);
});

t.test('a database that is found out of order while the disk hangs: nothing waits for the disk', async (t) => {
  const { dataDir, add } = await open(t);
  // The monitor alone does not keep a process alive.
  const awake = setInterval(() => {}, 1000);
  t.teardown(() => clearInterval(awake));
  const adding = add('a');
  await untilAsked(1);
  rmSync(join(dataDir, 'triface.db'));
  await t.rejects(adding, { name: 'UnavailableError', reason: 'database' });
  disk.asked[0]!.write();
});
