import { setTimeout as sleep } from 'node:timers/promises';
import { markAsUntransferable } from 'node:worker_threads';
import t, { type Test } from 'tap';
import { BusyError } from '../../src/base/busy-error.js';
import { WorkerFailedError } from '../../src/base/worker-failed-error.js';
import { type PoolOptions, WorkerPool } from '../../src/inference/pool.js';

const script = new URL('./workers/scripted-worker.js', import.meta.url);

async function startPool(t: Test, options: Partial<PoolOptions> = {}) {
  const pool = new WorkerPool<unknown, unknown>({
    script,
    workerData: {},
    size: 1,
    queueLimit: 4,
    deadlineMs: 20_000,
    ...options,
  });
  t.teardown(() => pool.close());
  await pool.started;
  return pool;
}

/** Holds a worker's thread until it is opened. */
function makeGate() {
  const gate = new SharedArrayBuffer(4);
  return {
    job: { do: 'block', gate },
    open() {
      Atomics.store(new Int32Array(gate), 0, 1);
      Atomics.notify(new Int32Array(gate), 0);
    },
  };
}

async function waitUntil(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 6000; i++) {
    if (condition()) return;
    await sleep(10);
  }
  throw new Error('did not come true within 60 s');
}

t.test('jobs run in order of arrival and transfer their buffers', async (t) => {
  const pool = await startPool(t);
  const order: number[] = [];
  await Promise.all([1, 2, 3].map(async (value) => order.push((await pool.run({ do: 'wait', ms: 5, value })) as number)));
  t.same(order, [1, 2, 3]);
  const bytes = new Uint8Array([1, 2, 3]);
  t.same(await pool.run({ do: 'echo', value: bytes }, [bytes.buffer]), new Uint8Array([1, 2, 3]));
  t.equal(bytes.byteLength, 0, 'the memory has gone to the worker');

  const fixed = new Uint8Array([4, 5, 6]);
  markAsUntransferable(fixed.buffer);
  t.same(
    await pool.run({ do: 'echo', value: fixed }, [fixed.buffer]),
    new Uint8Array([4, 5, 6]),
    'what cannot be moved is copied',
  );
  t.type(await pool.run({ do: 'echo', value: () => {} }).catch((e: Error) => e), WorkerFailedError, 'what cannot be sent fails');
  t.equal(await pool.run({ do: 'echo', value: 'next' }), 'next', 'and the worker is free again');
});

t.test('a full queue refuses at once and says when to retry', async (t) => {
  const pool = await startPool(t, { queueLimit: 2 });
  const running = [1, 2, 3].map((value) => pool.run({ do: 'wait', ms: 100, value }));
  t.same(pool.state, { workers: 1, ready: 1, running: 1, waiting: 2, replaced: 0 });
  const error = await pool.run({ do: 'echo' }).catch((e: Error) => e);
  t.type(error, BusyError);
  t.match(error, { reason: 'full', retryAfterSeconds: 1 });
  t.same(await Promise.all(running), [1, 2, 3]);
});

t.test('the time to retry depends on the number of waiting jobs and their duration', async (t) => {
  const pool = await startPool(t, { queueLimit: 20, deadlineMs: 60_000 });
  await pool.run({ do: 'wait', ms: 400 });
  const gate = makeGate();
  const running = pool.run(gate.job);
  const waiting = Array.from({ length: 20 }, () => pool.run({ do: 'echo' }));
  const error = await pool.run({ do: 'echo' }).catch((e: Error) => e);
  t.match(error, { reason: 'full' });
  const seconds = (error as BusyError).retryAfterSeconds;
  t.ok(seconds >= 8, `${seconds} s behind 20 jobs of 400 ms`);
  t.equal(pool.retryAfterSeconds(''), seconds);
  gate.open();
  await Promise.all([running, ...waiting]);
  t.ok(pool.retryAfterSeconds('') < seconds);
});

t.test('a job past its deadline is dropped while it waits', async (t) => {
  const pool = await startPool(t, { deadlineMs: 100 });
  const gate = makeGate();
  const running = pool.run(gate.job).catch((e: Error) => e);
  const waiting = await pool.run({ do: 'throw' }).catch((e: Error) => e);
  t.type(waiting, BusyError);
  t.match(waiting, { reason: 'late' });
  t.match(await running, { reason: 'slow', message: 'not completed within 100 ms' });
  gate.open();
  await waitUntil(() => pool.state.running === 0);
  t.match(pool.state, { ready: 1, replaced: 0 }, 'what was dropped never ran');
});

t.test('a running job past its deadline: the caller gets an error, the worker finishes and continues', async (t) => {
  const pool = await startPool(t, { deadlineMs: 1500 });
  const first = pool.run({ do: 'wait', ms: 900, value: 'first' });
  await sleep(20);
  const second = pool.run({ do: 'wait', ms: 900, value: 'second' });
  t.equal(await first, 'first');
  // The second began at 900 ms and would end at 1800, past its own deadline of 1520: it had waited for longer than it ran.
  const error = await second.catch((e: Error) => e);
  t.type(error, BusyError);
  t.match(error, { reason: 'late' });
  t.match(pool.state, { running: 1, replaced: 0 });
  t.equal(await pool.run({ do: 'echo', value: 'third' }), 'third', 'by the same worker, when it is done');
  t.match(pool.state, { ready: 1, running: 0, replaced: 0 });
});

t.test('a worker that hangs is given up and replaced', async (t) => {
  const lost: string[] = [];
  const onWorkerLost = (reason: string): unknown => lost.push(reason);
  const pool = await startPool(t, { deadlineMs: 100, patienceMs: 100, onWorkerLost });
  const gate = makeGate();
  t.match(await pool.run(gate.job).catch((e: Error) => e), { reason: 'slow' });
  t.match(pool.state, { workers: 1, running: 1, replaced: 0 });
  await waitUntil(() => pool.state.ready === 1 && pool.state.replaced === 1);
  t.match(lost, ['its job is 100 ms past its deadline and still running']);
  gate.open();
  t.equal(await pool.run({ do: 'echo', value: 'again' }), 'again');
});

t.test('at most as many workers again are started while some hang; one that ends makes room', async (t) => {
  const pool = await startPool(t, { deadlineMs: 50, patienceMs: 50 });
  const [first, second] = [makeGate(), makeGate()];
  await pool.run(first.job).catch(() => {});
  await waitUntil(() => pool.state.ready === 1 && pool.state.replaced === 1);
  await pool.run(second.job).catch(() => {});
  await waitUntil(() => pool.state.workers === 0);
  t.equal(pool.state.replaced, 1, 'both hang: no third one');
  first.open();
  await waitUntil(() => pool.state.ready === 1);
  t.equal(pool.state.replaced, 2, 'the first has ended');
  second.open();
  await waitUntil(() => pool.state.ready === 1);
  t.equal(await pool.run({ do: 'echo', value: 'again' }), 'again');
});

t.test('when a worker dies only its job fails, and it is replaced', async (t) => {
  const pool = await startPool(t, { size: 2 });
  for (const how of ['die', 'throw'] as const) {
    const [dead, alive] = await Promise.all([
      pool.run({ do: how }).catch((e: Error) => e),
      pool.run({ do: 'wait', ms: 20, value: 'alive' }),
    ]);
    t.type(dead, WorkerFailedError);
    t.equal(alive, 'alive');
    await waitUntil(() => pool.state.ready === 2);
  }
  t.equal(pool.state.replaced, 2);
  const failed = await pool.run({ do: 'fail' }).catch((e: Error) => e);
  t.type(failed, WorkerFailedError);
  t.match(failed, { message: 'job failed', thrown: 'JobError' });
  t.equal(pool.state.replaced, 2, 'a job that fails in good order costs no worker');
});

t.test('the waiting job of a disconnected caller is dropped; a running job finishes', async (t) => {
  const pool = await startPool(t);
  const gone = new AbortController();
  const running = pool.run({ do: 'wait', ms: 80, value: 'kept' }, [], { signal: gone.signal });
  const waiting = pool.run({ do: 'echo' }, [], { signal: gone.signal }).catch((e: Error) => e);
  gone.abort();
  t.match(await waiting, { reason: 'cancelled' });
  t.equal(await running, 'kept');
  t.match(await pool.run({ do: 'echo' }, [], { signal: gone.signal }).catch((e: Error) => e), { reason: 'cancelled' });
});

t.test('closing finishes running jobs and refuses waiting ones', async (t) => {
  const pool = await startPool(t);
  const running = pool.run({ do: 'wait', ms: 50, value: 'done' });
  const waiting = pool.run({ do: 'echo' }).catch((e: Error) => e);
  await pool.close();
  t.equal(await running, 'done');
  t.match(await waiting, { reason: 'closed' });
  t.match(await pool.run({ do: 'echo' }).catch((e: Error) => e), { reason: 'closed' });
});

t.test('workers that cannot start fail the start', async (t) => {
  const pool = new WorkerPool({ script, workerData: { failToStart: true }, size: 2, queueLimit: 1, deadlineMs: 60_000 });
  const waiting = pool.run({ do: 'echo' });
  t.match(await waiting.catch((e: Error) => e), { reason: 'closed' }, 'nor does a job wait for them');
  await t.rejects(pool.started, { message: 'cannot load', thrown: 'LoadError' });
  t.equal(pool.state.workers, 0);
});

t.test('closing lets an overdue job finish, and abandons hanging ones', async (t) => {
  const overdue = await startPool(t, { deadlineMs: 50 });
  const gate = makeGate();
  await overdue.run(gate.job).catch(() => {});
  const closed = overdue.close();
  gate.open();
  await closed;
  t.match(overdue.state, { workers: 0, replaced: 0 });
  const hanging = await startPool(t, { deadlineMs: 50, patienceMs: 200 });
  const never = makeGate();
  await hanging.run(never.job).catch(() => {});
  await hanging.close();
  t.match(hanging.state, { workers: 0, replaced: 0 });
  never.open();
});

t.test('all workers are replaced: what runs fails, what waits is for the new ones', async (t) => {
  let equipped = 0;
  const pool = await startPool(t, { size: 2, equip: () => ({ data: { number: ++equipped }, ports: [] }) });
  await waitUntil(() => pool.state.ready === 2);
  const running = [1, 2].map(() => pool.run({ do: 'never' }).catch((error: Error) => error));
  const waiting = pool.run({ do: 'echo', value: 'done' });
  await waitUntil(() => pool.state.running === 2);
  pool.replaceWorkers();
  for (const outcome of await Promise.all(running)) t.type(outcome, WorkerFailedError);
  t.equal(await waiting, 'done');
  await waitUntil(() => pool.state.ready === 2);
  t.match(pool.state, { workers: 2, ready: 2, replaced: 2 });
  t.equal(equipped, 4, 'each worker gets something of its own');
});

t.test('replacing workers while others wait to be restarted leaves no more than the pool has', async (t) => {
  let started = 0;
  let isBroken = true;
  const pool = await startPool(t, { size: 2, equip: () => ({ data: { failToStart: started++ > 0 && isBroken }, ports: [] }) });
  // The second one has failed, and waits to be restarted.
  await waitUntil(() => pool.state.workers === 1);
  pool.replaceWorkers();
  isBroken = false;
  pool.replaceWorkers();
  await waitUntil(() => pool.state.ready === 2);
  // The timer of the restart runs out before this one.
  await sleep(1500);
  await waitUntil(() => pool.state.ready >= 2);
  t.match(pool.state, { workers: 2, ready: 2 });
});

t.test('a first worker that cannot start is tried again if it may be', async (t) => {
  let equipped = 0;
  const failures: unknown[] = [];
  const pool = await startPool(t, {
    equip: () => ({ data: { failToStart: equipped++ === 0 }, ports: [] }),
    mayTryAgain: (error) => failures.push(error) === 1,
  });
  t.match(failures, [{ message: 'cannot load', thrown: 'LoadError' }]);
  t.equal(await pool.run({ do: 'echo', value: 1 }), 1);
  t.match(pool.state, { workers: 1, ready: 1 }, 'not one more');
});
