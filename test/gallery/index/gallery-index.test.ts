import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { BusyError } from '../../../src/base/busy-error.js';
import { WorkerFailedError } from '../../../src/base/worker-failed-error.js';
import { GalleryIndex, type GalleryIndexOptions } from '../../../src/gallery/index/gallery-index.js';
import { repetitions } from '../../repetitions.js';
import { PlainIndex } from './plain-index.js';
import { seededVectors } from './unit-vectors.js';
import type { Feed, FeedCall } from './workers/feeding-worker.js';

type Options = Partial<GalleryIndexOptions> & { readonly feed: Feed };

function openIndex(t: Test, { feed, ...options }: Options): GalleryIndex {
  const index = new GalleryIndex({
    script: new URL('./workers/feeding-worker.js', import.meta.url),
    workerData: feed,
    ...{ threads: 1, dimension: 512, deadlineMs: 60_000, callDeadlineMs: 60_000, onThreadLost: () => {} },
    ...options,
  });
  t.teardown(() => index.close());
  return index;
}

async function startIndex(t: Test, options: Options): Promise<GalleryIndex> {
  const index = openIndex(t, options);
  await index.started;
  return index;
}

const call = <T>(index: GalleryIndex, request: FeedCall): Promise<T[]> => index.call<T>(request);

const failure = (promise: Promise<unknown>): Promise<Error | undefined> =>
  promise.then(
    () => undefined,
    (error: Error) => error,
  );

const reasonOf = async (promise: Promise<unknown>): Promise<string | undefined> => {
  const error = await failure(promise);
  if (error && !(error instanceof BusyError)) throw error;
  return error?.reason;
};

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Searches until the index is complete again. */
async function searchUntilLoaded(index: GalleryIndex, probe: Float32Array, limit: number) {
  for (let i = 0; i < 6000; i++) {
    try {
      return await index.search('company', probe, { limit });
    } catch (error) {
      if (!(error instanceof BusyError)) throw error;
      await sleep(10);
    }
  }
  throw new Error('not whole within 60 s');
}

const count = repetitions(1200, 3000);
for (const threads of [1, 2, 3]) {
  t.test(`${threads} threads answer as a plain loop does, through changes and removals`, async (t) => {
    const index = await startIndex(t, { threads, feed: { count, perPerson: 3 } });
    const plain = new PlainIndex();
    const vectors = seededVectors(5, count);
    const vectorOf = (key: number) => vectors.slice(key * 512, (key + 1) * 512);
    for (let key = 0; key < count; key++) plain.add('company', key, Math.floor(key / 3), vectorOf(key));
    const add = async (companyId: string, key: number, owner: number, vector: Float32Array): Promise<void> => {
      await call(index, { do: 'add', companyId, key, owner, vector });
      plain.add(companyId, key, owner, vector);
    };
    await add('two', 7, 7, vectorOf(7));
    const probes = seededVectors(12, 4);
    const compareAll = async (message: string): Promise<void> => {
      for (let i = 0; i < 8; i++) {
        const probe = i < 4 ? probes.subarray(i * 512, (i + 1) * 512) : vectorOf(i * 120);
        for (const companyId of ['company', 'two', 'three'])
          t.same(await index.search(companyId, probe, { limit: 15 }), plain.search(companyId, probe, { limit: 15 }), message);
      }
    };
    await compareAll('filled');
    t.equal(sum(await call(index, { do: 'size' })), 1201);
    const memory = async () => sum((await call<{ used: number }>(index, { do: 'memory' })).map(({ used }) => used));
    t.ok((await memory()) > 1201 * 1200);

    t.equal(sum(await call(index, { do: 'removeOwner', companyId: 'company', owner: 100 })), 3, 'every template of a person');
    plain.removeOwner('company', 100);
    const removal = { do: 'remove', companyId: 'company', key: 600 } as const;
    t.ok((await call(index, removal)).includes(true));
    t.notOk((await call(index, removal)).includes(true));
    plain.remove('company', 600);
    await add('company', 900, 9999, vectorOf(600));
    await compareAll('changed');

    for (let owner = 0; owner < 400; owner++) {
      await call(index, { do: 'removeOwner', companyId: 'company', owner });
      plain.removeOwner('company', owner);
    }
    await compareAll('all but one removed');
    await call(index, { do: 'removeOwner', companyId: 'company', owner: 9999 });
    await call(index, { do: 'removeOwner', companyId: 'two', owner: 7 });
    t.equal(await memory(), 0);
    t.ok(
      probes.some((value) => value !== 0),
      'the probe is copied, not moved: it is still there',
    );
  });
}

t.test('an invalid search fails with the reason', async (t) => {
  const index = await startIndex(t, { threads: 2, feed: { count: 1 } });
  const short = await failure(index.search('company', new Float32Array(3), { limit: 1 }));
  t.type(short, WorkerFailedError);
  t.match(short, { message: 'a template has 512 values, this one has 3' });
  t.type(await failure(index.search('company', seededVectors(1, 1), { limit: 0 })), WorkerFailedError);
  const error = await failure(call(index, { do: 'fail' }));
  t.type(error, WorkerFailedError);
  t.match(error, { message: 'no such call' });
});

t.test('a search sent after a change sees it, and calls do not delay searches', async (t) => {
  const index = await startIndex(t, { threads: 2, feed: { count: 2000 } });
  const probe = seededVectors(5, 1);
  const slow = call<number>(index, { do: 'sleep', ms: 300 });
  const [, found, , gone] = await Promise.all([
    call(index, { do: 'add', companyId: 'company', key: 5000, owner: 5000, vector: probe }),
    index.search('company', probe, { limit: 2 }),
    call(index, { do: 'removeOwner', companyId: 'company', owner: 0 }),
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
});

t.test('a search is refused at once if the queue is full, and dropped at its deadline', async (t) => {
  const index = await startIndex(t, { feed: { count: 10 }, queueLimit: 2, deadlineMs: 400 });
  const probe = seededVectors(1, 1);
  const gaveUp = new AbortController();
  const spinning = call(index, { do: 'spin', ms: 1200 });
  const search = (signal?: AbortSignal) => reasonOf(index.search('company', probe, { limit: 1 }, signal));
  const running = search();
  const waiting = [search(gaveUp.signal), search()];
  t.equal(await search(), 'full');
  gaveUp.abort();
  t.equal(await waiting[0], 'cancelled');
  t.equal(await search(AbortSignal.abort()), 'cancelled');
  t.equal(await running, 'slow');
  t.equal(await waiting[1], 'late');
  await spinning;
  t.equal(await search(), undefined, 'and the thread, which was not ended, answers again');
});

t.test('when a thread dies its requests fail, and searches are answered only after its successor has loaded', async (t) => {
  const lost: string[] = [];
  const index = await startIndex(t, {
    threads: 2,
    feed: { count: 500, fillMs: 600 },
    onThreadLost: (reason) => lost.push(reason),
  });
  const probe = seededVectors(5, 1);
  const before = await index.search('company', probe, { limit: 5 });
  t.equal(before[0]?.owner, 0);

  const others = Promise.all([
    reasonOf(call(index, { do: 'sleep', ms: 2000 })),
    reasonOf(call(index, { do: 'die', shard: 1 })),
    reasonOf(index.search('company', probe, { limit: 5 })),
  ]);
  t.same(await others, ['loading', 'loading', 'loading'], 'what it was asked and had not answered');
  t.equal(lost.length, 1);
  t.equal(await reasonOf(index.search('company', probe, { limit: 5 })), 'loading', 'half an index answers nothing');
  t.equal(await reasonOf(call(index, { do: 'size' })), 'loading');
  t.same(await searchUntilLoaded(index, probe, 5), before, 'filled again');
  t.equal(sum(await call(index, { do: 'size' })), 500);
  t.equal(lost.length, 1);
});

t.test('while loading, it reports the remaining time', async (t) => {
  const index = openIndex(t, { feed: { count: 1, fillMs: 2500 } });
  const probe = seededVectors(5, 1);
  const seconds: number[] = [];
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(50)) {
    const error = await failure(index.search('company', probe, { limit: 1 }));
    if (!error) break;
    t.match(error, { name: 'BusyError', reason: 'loading' });
    seconds.push((error as BusyError).retryAfterSeconds);
  }
  t.ok(Math.max(...seconds) >= 2, `${Math.max(...seconds)} s at first`);
  t.equal(seconds.at(-1), 1, 'and at last');
});

t.test('who waits for the templates is refused as soon as it is known that they take longer', async (t) => {
  const waitMs = 60_000;
  const index = openIndex(t, { threads: 2, feed: { count: 1, fillMs: 20 * waitMs, steps: 20_000 } });
  let isOver = false;
  const end = sleep(waitMs, undefined, { ref: false }).then(() => {
    isOver = true;
  });
  const error = await Promise.race([failure(index.waitUntilLoaded(waitMs)), end]);
  t.notOk(isOver, 'not after the wait');
  t.match(error, { name: 'BusyError', reason: 'loading', message: /^the templates are being loaded: \d+ %$/ });
  t.ok((error as BusyError).retryAfterSeconds * 1000 > waitMs, `${(error as BusyError).retryAfterSeconds} s`);
  t.match(await failure(index.waitUntilLoaded(waitMs)), { reason: 'loading' }, 'the next one at once');
  t.match(await failure(index.search('company', seededVectors(5, 1), { limit: 1 })), { message: /being loaded: \d+ %/ });
  t.ok(index.loading.part < 1);
});

t.test('who waits for templates that are loaded in time is not refused', async (t) => {
  const index = openIndex(t, { feed: { count: 1, fillMs: 2500, steps: 100 } });
  t.equal(index.isReady, false);
  await index.waitUntilLoaded(600_000);
  t.equal(index.isReady, true);
  t.same(index.loading, { part: 1, remainingSeconds: 1, isKnown: true });
  t.equal((await index.search('company', seededVectors(5, 1), { limit: 1 })).length, 1);
});

t.test('who waits for templates that cannot be loaded learns the reason', async (t) => {
  const index = openIndex(t, { feed: { count: 0, fail: 'no key' } });
  t.match(await failure(index.waitUntilLoaded(60_000)), { message: 'no key' });
});

t.test('a worker that cannot start fails the start, with its reason', async (t) => {
  const error = await failure(openIndex(t, { threads: 2, feed: { count: 0, fail: 'no key' } }).started);
  t.type(error, WorkerFailedError);
  t.match(error, { message: 'no key' });
});

t.test('closing lets running searches finish, and refuses waiting and new ones', async (t) => {
  const index = await startIndex(t, { feed: { count: 10 } });
  const probe = seededVectors(5, 1);
  const spinning = call(index, { do: 'spin', ms: 300 });
  const [running, waiting] = [1, 2].map(() => index.search('company', probe, { limit: 1 }));
  const refused = reasonOf(waiting!);
  const closing = index.close();
  t.equal(await refused, 'closed');
  t.equal((await running!)[0]?.owner, 0);
  t.same(await spinning, [0]);
  await closing;
  t.equal(await reasonOf(index.search('company', probe, { limit: 1 })), 'closed');
  t.equal(await reasonOf(call(index, { do: 'size' })), 'closed');
});

t.test('closing ends a thread that is still loading', async (t) => {
  const index = openIndex(t, { feed: { count: 10, fillMs: 60_000 } });
  await sleep(100);
  const began = performance.now();
  const started = failure(index.started);
  await index.close();
  t.ok(performance.now() - began < 14_000, `${Math.round(performance.now() - began)} ms`);
  t.type(await started, WorkerFailedError);
});
