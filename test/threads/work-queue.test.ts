import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { BusyError, type BusyReason } from '../../src/base/busy-error.js';
import { WorkQueue } from '../../src/threads/work-queue.js';

/** Why a task was refused; `undefined` if it ran. */
const reasonOf = (task: Promise<unknown>): Promise<BusyReason | undefined> =>
  task.then(
    () => undefined,
    (error: unknown) => {
      if (error instanceof BusyError) return error.reason;
      throw error;
    },
  );

/** A task that runs until it is released. */
function makeGate() {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { task: () => opened, open };
}

t.test('Retry-After is the work that waits times the mean run time, divided by the slots', async (t) => {
  const queue = new WorkQueue({ slots: ['one'], limit: 50 });
  t.equal(queue.retryAfterSeconds(), 1, 'at least a second');
  for (let run = 0; run < 3; run++) await queue.run(() => sleep(200));
  t.equal(queue.retryAfterSeconds(), 1);
  const gate = makeGate();
  const running = queue.run(gate.task);
  const waiting: Promise<unknown>[] = [];
  const seconds: number[] = [];
  for (let i = 0; i < 50; i++) {
    waiting.push(queue.run(async () => {}));
    seconds.push(queue.retryAfterSeconds());
  }
  t.same(
    seconds,
    [...seconds].sort((a, b) => a - b),
    'the more wait, the longer',
  );
  // 200 ms are a little more than that on a busy machine, never less than 199.
  t.ok(seconds[49]! >= 51 * 0.199 && seconds[49]! < 60, `${seconds[49]} s behind 50`);
  const refused = await queue.run(async () => {}).catch((error: BusyError) => error);
  t.match(refused, { reason: 'full', retryAfterSeconds: seconds[49]! });
  gate.open();
  await Promise.all([running, ...waiting]);
});

t.test('it is shorter with four slots and with shorter runs', async (t) => {
  const behindFifty = async (slots: string[], runMs: number): Promise<number> => {
    const queue = new WorkQueue({ slots, limit: 50 });
    await queue.run(() => sleep(runMs));
    const gate = makeGate();
    const all = Array.from({ length: slots.length + 50 }, () => queue.run(gate.task));
    const seconds = queue.retryAfterSeconds();
    gate.open();
    await Promise.all(all);
    return seconds;
  };
  const usual = await behindFifty(['one'], 400);
  t.ok(usual >= 20, `${usual} s`);
  const shared = await behindFifty(['one', 'two', 'three', 'four'], 400);
  t.ok(shared >= 5 && shared < usual, `${shared} s with four slots`);
  const quick = await behindFifty(['one'], 20);
  t.ok(quick < usual, `${quick} s with short runs`);
});

t.test('tasks run in order of arrival, one per slot', async (t) => {
  const queue = new WorkQueue({ slots: ['a', 'b'], limit: 10 });
  const order: number[] = [];
  let [running, most] = [0, 0];
  await Promise.all(
    [1, 2, 3, 4, 5].map((i) =>
      queue.run(async () => {
        order.push(i);
        most = Math.max(most, ++running);
        await sleep(5);
        running--;
      }),
    ),
  );
  t.same(order, [1, 2, 3, 4, 5]);
  t.equal(most, 2);
  await t.rejects(
    queue.run(() => Promise.reject(new Error('its own'))),
    /its own/,
  );
  t.same(queue.state, { slots: 2, running: 0, waiting: 0 });
});

t.test('the slot that became free last is used first', async (t) => {
  const queue = new WorkQueue({ slots: ['one', 'two', 'three'], limit: 50 });
  const used = (slot: string) => Promise.resolve(slot);
  const first = await queue.run(used);
  for (let run = 0; run < 3; run++) t.equal(await queue.run(used), first, 'one task after the other: always the same');
  const gates = [makeGate(), makeGate()];
  const slots: string[] = [];
  const running = gates.map(({ task }) =>
    queue.run((slot) => {
      slots.push(slot);
      return task();
    }),
  );
  gates[1]!.open();
  await running[1];
  t.equal(await queue.run(used), slots[1]);
  gates[0]!.open();
  await running[0];
  t.equal(await queue.run(used), slots[0]);
});

t.test('a full queue refuses; a deadline or a caller that gives up drops a waiting task', async (t) => {
  const queue = new WorkQueue({ slots: ['a'], limit: 2, deadlineMs: 300 });
  const gate = makeGate();
  const gaveUp = new AbortController();
  let ran = 0;
  const running = reasonOf(queue.run(gate.task, { signal: gaveUp.signal }));
  const task = async (): Promise<void> => void ran++;
  const waiting = [reasonOf(queue.run(task, { signal: gaveUp.signal })), reasonOf(queue.run(task))];
  t.equal(await reasonOf(queue.run(task)), 'full');
  gaveUp.abort();
  t.equal(await waiting[0], 'cancelled');
  t.equal(await reasonOf(queue.run(task, { signal: gaveUp.signal })), 'cancelled');
  t.equal(await waiting[1], 'late', 'it never ran');
  t.equal(await running, 'slow', 'it ran all the time');
  t.same(queue.state, { slots: 1, running: 1, waiting: 0 }, 'and still does');
  gate.open();
  await queue.run(task);
  t.equal(ran, 1, 'what was dropped is not run later');
});

t.test('a task that waited for longer than it ran is late, not slow', async (t) => {
  const queue = new WorkQueue({ slots: ['a'], limit: 2, deadlineMs: 1000 });
  const first = queue.run(() => sleep(700));
  const gate = makeGate();
  const second = reasonOf(queue.run(gate.task));
  await first;
  t.equal(await second, 'late');
  gate.open();
});

t.test('a slot that is withdrawn gets no more work, and closing does not wait for it', async (t) => {
  const queue = new WorkQueue<string>({ limit: 4 });
  const gates = [makeGate(), makeGate()];
  const slots: string[] = [];
  const waits = gates.map(({ task }) =>
    queue.run((slot) => {
      slots.push(slot);
      return task();
    }),
  );
  t.equal(queue.state.waiting, 2, 'without a slot, work waits');
  queue.open('a');
  queue.open('b');
  t.same(slots, ['a', 'b']);
  queue.withdraw('a');
  const waiting = reasonOf(queue.run(async () => {}));
  let isClosed = false;
  const closing = queue.close().then(() => {
    isClosed = true;
  });
  t.equal(await waiting, 'closed');
  await sleep(20);
  t.notOk(isClosed, 'one still runs');
  gates[1]!.open();
  await closing;
  t.equal(await reasonOf(queue.run(async () => {})), 'closed');
  gates[0]!.open();
  await Promise.all(waits);
  t.same(queue.state, { slots: 1, running: 0, waiting: 0 }, 'it does not come back by itself');
});

t.test('a queue that one owner has filled gives places to others, newest first', async (t) => {
  const queue = new WorkQueue({ slots: ['one'], limit: 4 });
  const gate = makeGate();
  const running = queue.run(gate.task, { owner: 'flood' });
  const flood = Array.from({ length: 4 }, () => reasonOf(queue.run(async () => {}, { owner: 'flood' })));
  t.equal(await reasonOf(queue.run(async () => {}, { owner: 'flood' })), 'full');
  const small = [1, 2].map(() => reasonOf(queue.run(async () => {}, { owner: 'small' })));
  t.equal(await flood[3], 'full', 'the newest had to go');
  t.equal(await flood[2], 'full');
  t.equal(await reasonOf(queue.run(async () => {}, { owner: 'small' })), 'full', 'equal parts: nobody has to go for a third one');
  t.equal(queue.state.waiting, 4);
  gate.open();
  t.same(await Promise.all([...small, flood[0], flood[1]]), [undefined, undefined, undefined, undefined]);
  await running;
});

t.test('background work goes last, but one in ten, and gives up its place first', async (t) => {
  const queue = new WorkQueue({ slots: ['one'], limit: 40 });
  const gate = makeGate();
  const order: string[] = [];
  const all = [queue.run(gate.task)];
  const add = (lane: 'interactive' | 'background') =>
    all.push(queue.run(async () => void order.push(lane === 'background' ? 'b' : 'i'), { lane }));
  for (let i = 0; i < 3; i++) add('background');
  for (let i = 0; i < 30; i++) add('interactive');
  gate.open();
  await Promise.all(all);
  t.equal(order.join(''), [...Array(3).fill('iiiiiiiiib'), 'iii'].join(''));

  const full = new WorkQueue({ slots: ['one'], limit: 1 });
  const hold = makeGate();
  const running = full.run(hold.task);
  const background = reasonOf(full.run(async () => {}, { lane: 'background' }));
  const interactive = reasonOf(full.run(async () => {}));
  t.equal(await background, 'full');
  t.equal(await reasonOf(full.run(async () => {}, { lane: 'background' })), 'full');
  hold.open();
  t.equal(await interactive, undefined);
  await running;
});

t.test('heavy tasks never occupy all slots of two or more', async (t) => {
  for (const [slots, most] of [
    [['a'], 1],
    [['a', 'b'], 1],
    [['a', 'b', 'c'], 2],
  ] as const) {
    const queue = new WorkQueue({ slots, limit: 10 });
    const gate = makeGate();
    const heavy = slots.map(() => queue.run(gate.task, { isHeavy: true }));
    t.equal(queue.state.running, most, `${slots.length} slots`);
    if (slots.length > 1) t.equal(await queue.run(async () => 'ran'), 'ran', 'a light one is not held up');
    gate.open();
    await Promise.all(heavy);
  }
});

t.test("Retry-After counts the owner's own backlog, and of others' only as much", async (t) => {
  const queue = new WorkQueue({ slots: ['one'], limit: 50 });
  await queue.run(() => sleep(1000));
  const gate = makeGate();
  const all = Array.from({ length: 31 }, () => queue.run(gate.task, { owner: 'flood' }));
  const [flood, other] = [queue.retryAfterSeconds('flood'), queue.retryAfterSeconds('other')];
  t.ok(flood >= 31 && other >= 2 && other < flood / 5, `${flood} s for the one with 30, ${other} s for another`);
  t.ok(queue.retryAfterSeconds('flood', 9) < flood / 2, 'a backlog may be given');
  gate.open();
  await Promise.all(all);
});
