import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { type BatchNetwork, type BatchOptions, BatchQueue } from '../../../src/inference/webgpu/batch-queue.js';

/** Inputs of two numbers; the output of each is its sum. Runs when it is told to. */
function makeNetwork(sizes: readonly number[] = [1, 2, 4]) {
  const shapes: number[][] = [];
  const gates: (() => void)[] = [];
  let isFree = true;
  const network: BatchNetwork = {
    sizes,
    async run(data, shape) {
      shapes.push([...shape]);
      if (!isFree) await new Promise<void>((resolve) => gates.push(resolve));
      if (data.some(Number.isNaN)) throw new Error('not a number');
      return { sum: Float32Array.from({ length: shape[0]! }, (_, i) => data[2 * i]! + data[2 * i + 1]!) };
    },
  };
  return {
    network,
    shapes,
    hold: () => {
      isFree = false;
    },
    release: () => {
      isFree = true;
      for (const open of gates.splice(0)) open();
    },
  };
}

function makeQueue(options: Partial<BatchOptions> = {}) {
  const failures: unknown[] = [];
  const queue = new BatchQueue({
    ...{ delayMs: 0, deadlineMs: 60_000, limit: 10, clients: () => 3 },
    onFailure: async (_, error) => void failures.push(error),
    ...options,
  });
  return { queue, failures };
}

const ask = async (queue: BatchQueue, client: object, { network }: { network: BatchNetwork }, ...values: number[]) => {
  const outputs = await queue.run(client, network, Float32Array.from(values), [values.length / 2, 2]);
  return [...outputs.sum!];
};
const [a, b, c] = [{}, {}, {}];

t.test('what waits meanwhile is run together, filled up to a fixed size', async (t) => {
  const { queue } = makeQueue();
  const made = makeNetwork();
  made.hold();
  const first = ask(queue, a, made, 1, 2);
  await sleep(0);
  const others = [ask(queue, b, made, 3, 4), ask(queue, c, made, 5, 6, 7, 8)];
  made.release();
  t.same([await first, ...(await Promise.all(others))], [[3], [7], [11, 15]]);
  t.same(made.shapes, [
    [1, 2],
    [4, 2],
  ]);
});

t.test('more inputs than the largest size are run in parts', async (t) => {
  const { queue } = makeQueue();
  const made = makeNetwork([1, 2]);
  t.same(await ask(queue, a, made, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5), [2, 4, 6, 8, 10]);
  t.same(
    made.shapes.map(([size]) => size),
    [2, 2, 1],
  );
});

t.test('a network without sizes runs with the shape that it is given', async (t) => {
  const { queue } = makeQueue();
  const made = makeNetwork([]);
  t.same(await Promise.all([ask(queue, a, made, 1, 1, 2, 2, 3, 3), ask(queue, b, made, 4, 4)]), [[2, 4, 6], [8]]);
  t.same(
    made.shapes.map(([size]) => size),
    [3, 1],
  );
});

t.test('with a delay, an input waits for those of others; not when all wait, and not when the batch is full', async (t) => {
  const { queue } = makeQueue({ delayMs: 1e9, deadlineMs: 2e9 });
  const made = makeNetwork();
  const other = makeNetwork();
  const alone = ask(queue, a, made, 1, 1);
  await sleep(20);
  t.same(made.shapes, [], 'it waits');
  t.same(await ask(queue, b, other, 1, 1, 2, 2, 3, 3, 4, 4), [2, 4, 6, 8], 'a full batch of another network');
  const rest = [ask(queue, b, made, 2, 2), ask(queue, c, made, 3, 3)];
  t.same([await alone, ...(await Promise.all(rest))], [[2], [4], [6]], 'all three clients wait');
  t.same(made.shapes, [[4, 2]]);

  const { queue: brief } = makeQueue({ delayMs: 1 });
  t.same(await ask(brief, a, made, 4, 4), [8], 'the delay passes');
});

t.test('a failed run fails the requests of its batch, and the queue goes on', async (t) => {
  const { queue, failures } = makeQueue();
  const made = makeNetwork();
  await t.rejects(ask(queue, a, made, Number.NaN, 1), /not a number/);
  t.equal(failures.length, 1);
  t.same(await ask(queue, a, made, 1, 1), [2]);
});

t.test('requests are refused: too many of one client, too late, of a client that has gone', async (t) => {
  const { queue } = makeQueue({ limit: 2 });
  const made = makeNetwork([1]);
  made.hold();
  const running = ask(queue, a, made, 1, 1);
  await sleep(0);
  const waiting = ask(queue, a, made, 2, 2);
  await t.rejects(ask(queue, a, made, 3, 3), /2 runs of this worker already wait/);
  const gone = ask(queue, b, made, 4, 4);
  queue.drop(new Error('the worker ended'), b);
  await t.rejects(gone, /the worker ended/);
  made.release();
  t.same(await Promise.all([running, waiting]), [[2], [4]], 'the others are answered');

  const late = makeQueue({ deadlineMs: -1 });
  await t.rejects(ask(late.queue, a, made, 1, 1), /not free for this run within -1 ms/);
});
