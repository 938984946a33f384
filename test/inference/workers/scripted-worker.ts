import { workerData } from 'node:worker_threads';
import { serveThread } from '../../../src/threads/serve-thread.js';

// A worker that does what its job says: the real one does not have these faults (hanging, dying, failing to start) on demand.
if ((workerData as { failToStart?: boolean }).failToStart) throw Object.assign(new Error('cannot load'), { name: 'LoadError' });

interface Order {
  readonly do: 'echo' | 'never' | 'wait' | 'block' | 'die' | 'throw' | 'fail';
  readonly value?: unknown;
  readonly ms?: number;
  readonly gate?: SharedArrayBuffer;
}

const answer = async (order: Order): Promise<unknown> => {
  // waits for another thread that is no more
  if (order.do === 'never') return new Promise(() => {});
  if (order.do === 'wait') await new Promise((resolve) => setTimeout(resolve, order.ms));
  // like a native library: no message is read in the meantime
  if (order.do === 'block') Atomics.wait(new Int32Array(order.gate!), 0, 0);
  if (order.do === 'die') process.exit(3);
  if (order.do === 'throw') {
    setTimeout(() => {
      throw new Error('broke');
    });
    return new Promise(() => {});
  }
  if (order.do === 'fail') throw Object.assign(new Error('job failed'), { name: 'JobError' });
  return order.value;
};

await serveThread<Order, unknown>(async () => ({ answer }));
