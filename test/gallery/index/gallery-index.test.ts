import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { GalleryIndex, type GalleryIndexOptions, type IndexRestart } from '../../../src/gallery/index/gallery-index.js';
import {
  IndexBusyError,
  IndexCancelledError,
  IndexDeadlineError,
  IndexFailedError,
  IndexLostError,
  IndexNotReadyError,
  InvalidTemplateError,
} from '../../../src/gallery/index/index-errors.js';
import { PlainIndex } from './plain-index.js';
import { seededVectors } from './unit-vectors.js';

const feeding = new URL('./workers/feeding-worker.js', import.meta.url);
const patience = { deadlineMs: 60_000, changeDeadlineMs: 60_000 };

async function startIndex(t: Test, options: GalleryIndexOptions = {}): Promise<GalleryIndex> {
  const index = await GalleryIndex.start({ ...patience, ...options });
  t.teardown(() => index.close());
  return index;
}

const failure = (promise: Promise<unknown>): Promise<Error | undefined> =>
  promise.then(
    () => undefined,
    (error: Error) => error,
  );

async function waitUntil(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 6000; i++) {
    if (condition()) return;
    await sleep(10);
  }
  throw new Error('did not come true within 60 s');
}

const makeBlock = (seed: number, count: number) => ({
  keys: Float64Array.from({ length: count }, (_, i) => i),
  owners: Float64Array.from({ length: count }, (_, i) => Math.floor(i / 3)),
  vectors: seededVectors(seed, count),
});

for (const threads of [1, 2, 3]) {
  t.test(`${threads} threads answer as a plain loop does, through fills, changes and removals`, async (t) => {
    const index = await startIndex(t, { threads });
    const plain = new PlainIndex();
    const block = makeBlock(11, 3000);
    await index.fill('one', block);
    const vectorOf = (key: number) => block.vectors.subarray(key * 512, (key + 1) * 512);
    for (let key = 0; key < 3000; key++) plain.add('one', key, Math.floor(key / 3), vectorOf(key));
    await index.add('two', 7, 7, vectorOf(7));
    plain.add('two', 7, 7, vectorOf(7));
    const probes = seededVectors(12, 4);
    const compareAll = async (message: string): Promise<void> => {
      for (let i = 0; i < 8; i++) {
        const probe = i < 4 ? probes.subarray(i * 512, (i + 1) * 512) : vectorOf(i * 300);
        for (const companyId of ['one', 'two', 'three'])
          t.same(await index.search(companyId, probe, { limit: 15 }), plain.search(companyId, probe, { limit: 15 }), message);
      }
    };
    await compareAll('filled');
    t.equal(await index.size('one'), 3000);
    t.equal(await index.size(), 3001);
    t.ok((await index.memoryBytes()).used > 3001 * 2560);

    t.equal(await index.removeOwner('one', 400), 3, 'every template of a person');
    plain.removeOwner('one', 400);
    t.equal(await index.remove('one', 1500), true);
    t.equal(await index.remove('one', 1500), false);
    plain.remove('one', 1500);
    await index.add('one', 2100, 9999, vectorOf(1500));
    plain.add('one', 2100, 9999, vectorOf(1500));
    await compareAll('changed');

    await index.clear('one');
    plain.clear('one');
    await compareAll('cleared');
    await index.clear();
    t.equal((await index.memoryBytes()).used, 0);
    t.ok(
      block.vectors.some((value) => value !== 0) && probes.some((value) => value !== 0),
      "the caller's memory is the caller's",
    );
  });
}

t.test('what the index refuses keeps its name across threads', async (t) => {
  const index = await startIndex(t, { threads: 2 });
  t.type(await failure(index.add('one', 1, 1, new Float32Array(512))), InvalidTemplateError);
  t.type(await failure(index.add('one', 1.5, 1, seededVectors(1, 1))), RangeError);
  t.type(await failure(index.search('one', new Float32Array(3), { limit: 1 })), InvalidTemplateError);
  t.type(await failure(index.search('one', seededVectors(1, 1), { limit: 0 })), RangeError);
  t.type(await failure(index.fill('one', { ...makeBlock(1, 3), vectors: new Float32Array(512) })), RangeError);
  const broken = makeBlock(1, 3);
  broken.keys[1] = Number.NaN;
  t.type(await failure(index.fill('one', broken)), RangeError);
  t.equal(await index.size(), 0);
  const error = await failure(index.call({}));
  t.type(error, IndexFailedError);
  t.match(error?.message, /answers no calls/);
});

t.test('a change is made before a search that is sent after it, and a call holds nothing up', async (t) => {
  const index = await startIndex(t, { script: feeding, workerData: { count: 2000 }, threads: 2 });
  const [probe] = [seededVectors(5, 1)];
  const slow = index.call<number>({ sleepMs: 300 });
  const [, found, , gone] = await Promise.all([
    index.add('company', 5000, 5000, probe),
    index.search('company', probe, { limit: 2 }),
    index.removeOwner('company', 0),
    index.search('company', probe, { limit: 1 }),
  ]);
  t.same(
    found.map((match) => match.owner),
    [0, 5000],
  );
  // Searches wait for one another, so this one may only come later than the removal, not before.
  t.same(
    gone.map((match) => match.owner),
    [5000],
  );
  t.same(await slow, [0, 1], 'every thread answers a call');
  t.type(await failure(index.call({ broken: true })), IndexFailedError);
});

t.test('past its queue a search is refused at once; past its deadline it is dropped', async (t) => {
  const index = await startIndex(t, { script: feeding, workerData: { count: 10 }, queueLimit: 2, deadlineMs: 1000 });
  const probe = seededVectors(1, 1);
  const gaveUp = new AbortController();
  const spinning = index.call({ spinMs: 3000 });
  const search = (signal?: AbortSignal) => failure(index.search('company', probe, { limit: 1 }, signal));
  const running = search();
  const waiting = [search(gaveUp.signal), search()];
  t.equal(index.state.waiting, 2);
  const busy = await search();
  t.type(busy, IndexBusyError);
  t.ok((busy as IndexBusyError).retryAfterSeconds >= 1);
  gaveUp.abort();
  t.type(await waiting[0], IndexCancelledError);
  t.type(await search(AbortSignal.abort()), IndexCancelledError);
  t.type(await running, IndexDeadlineError);
  t.type(await waiting[1], IndexDeadlineError);
  await spinning;
  t.equal(await search(), undefined, 'and the thread, which was not killed, answers again');
  t.equal(index.generation, 0);
});

t.test('a thread that dies fails what it holds, and is filled again before searches are answered', async (t) => {
  const restarts: IndexRestart[] = [];
  const lost: string[] = [];
  const block = makeBlock(21, 500);
  let letGo = (): void => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const index = await startIndex(t, {
    script: feeding,
    workerData: { count: 0 },
    threads: 2,
    onThreadLost: (reason) => lost.push(reason),
    onRestart: async (restart, index) => {
      restarts.push(restart);
      await held;
      await index.fill('company', block);
    },
  });
  await index.fill('company', block);
  const probe = block.vectors.slice(0, 512);
  const before = await index.search('company', probe, { limit: 5 });
  t.equal(before[0]?.owner, 0);

  const spinning = failure(index.call({ spinMs: 60_000 }));
  const cut = failure(index.search('company', probe, { limit: 5 }));
  const removal = failure(index.remove('company', 1));
  await index.killThread(1);
  t.type(await cut, IndexLostError);
  t.type(await removal, IndexLostError);
  t.type(await spinning, IndexLostError);
  t.equal(index.state.complete, false);
  t.type(await failure(index.search('company', probe, { limit: 5 })), IndexNotReadyError, 'half an index answers nothing');
  await waitUntil(() => restarts.length === 1);
  t.type(await failure(index.search('company', probe, { limit: 5 })), IndexNotReadyError, 'nor does one that is being filled');
  t.same(restarts, [{ generation: 1, shard: 1 }]);
  t.equal(lost.length, 1);
  // The other thread still spins, as it was told.
  await index.killThread(0);
  letGo();
  await waitUntil(() => index.state.complete);
  t.same(await index.search('company', probe, { limit: 5 }), before);
  t.equal(await index.size('company'), 500);
  // More than 2 when the first refill met the second thread's death and had to be done again.
  const { generation } = index;
  t.ok(generation >= 2);
  t.same(index.state, { complete: true, generation, threads: 2, waiting: 0 });
});

t.test('a worker that feeds itself needs nobody; a refill that fails is tried again', async (t) => {
  let attempts = 0;
  const index = await startIndex(t, {
    script: feeding,
    workerData: { count: 300 },
    onRestart: () => {
      attempts++;
      if (attempts === 1) throw new Error('the store is away');
    },
  });
  await index.killThread(0);
  await waitUntil(() => index.state.complete);
  t.equal(attempts, 2);
  t.equal(await index.size('company'), 300);
  const probe = seededVectors(5, 300).subarray(299 * 512);
  t.equal((await index.search('company', probe, { limit: 1 }))[0]?.owner, 299);
});

t.test('a worker that cannot start fails the start, with its reason', async (t) => {
  const error = await failure(GalleryIndex.start({ script: feeding, workerData: { count: 0, fail: 'no key' }, threads: 2 }));
  t.type(error, IndexLostError);
  t.match(error?.message, /no key/);
});

t.test('closing refuses what waits and what comes', async (t) => {
  const index = await startIndex(t, { script: feeding, workerData: { count: 10 } });
  const probe = seededVectors(1, 1);
  const spinning = failure(index.call({ spinMs: 60_000 }));
  const searches = [1, 2].map(() => failure(index.search('company', probe, { limit: 1 })));
  await index.close();
  for (const search of searches) t.type(await search, IndexCancelledError);
  t.type(await spinning, IndexCancelledError);
  t.type(await failure(index.search('company', probe, { limit: 1 })), IndexCancelledError);
  t.type(await failure(index.add('company', 1, 1, probe)), IndexCancelledError);
  t.equal(index.state.complete, false);
});
