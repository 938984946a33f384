import { runNow } from '../../base/run-clock.js';
import type { Network } from '../network.js';

type Outputs = Awaited<ReturnType<Network['run']>>;

/** A network that runs a batch of inputs, of fixed sizes. */
export interface BatchNetwork extends Network {
  /** numbers of inputs that it takes at once, ascending, the first 1. Empty: each request is run with its own shape */
  readonly sizes: readonly number[];
}

export interface BatchOptions {
  /** milliseconds that an input may wait for others of its network, while the device has nothing else to do */
  readonly delayMs: number;
  /** milliseconds after which a waiting request is refused */
  readonly deadlineMs: number;
  /** requests of one client that may wait */
  readonly limit: number;
  /** number of clients: when all of them wait, nothing is gained by waiting for more */
  readonly clients: () => number;
  /** called when a run has failed, before it is answered and before the device is used again */
  readonly onFailure: (network: BatchNetwork, error: unknown) => Promise<void>;
}

interface Waiting {
  readonly network: BatchNetwork;
  readonly client: object;
  readonly data: Float32Array;
  /** of all inputs */
  readonly shape: readonly number[];
  /** inputs per request that have been taken, and results so far */
  taken: number;
  readonly results: Outputs[];
  readonly since: number;
  resolve(outputs: Outputs): void;
  reject(error: unknown): void;
}

/** Consecutive inputs of one request. */
interface Slice {
  readonly request: Waiting;
  readonly from: number;
  readonly count: number;
}

/**
 * Runs the requests of all clients on one device, one batch after another: those of one network together, oldest first, filled up
 * with zeros to the next of its sizes. A request of more inputs than the largest size is run in several batches.
 */
export class BatchQueue {
  readonly #options: BatchOptions;
  readonly #waiting = new Set<Waiting>();
  #isWorking = false;
  #wake = (): void => {};

  constructor(options: BatchOptions) {
    this.#options = options;
  }

  /** @param client who asks @throws Error if too many of its requests wait, if this one waits too long, and the network's errors */
  run(client: object, network: BatchNetwork, data: Float32Array, shape: readonly number[]): Promise<Outputs> {
    const own = [...this.#waiting].filter((request) => request.client === client).length;
    if (own >= this.#options.limit) return Promise.reject(new Error(`${own} runs of this worker already wait for the GPU`));
    return new Promise((resolve, reject) => {
      this.#waiting.add({ network, client, data, shape, taken: 0, results: [], since: runNow(), resolve, reject });
      this.#wake();
      this.#work();
    });
  }

  /** Refuses the waiting requests of a client, or of all. One that runs is finished. */
  drop(reason: Error, client?: object): void {
    for (const request of this.#waiting) if (!client || request.client === client) this.#settle(request, reason);
  }

  async #work(): Promise<void> {
    if (this.#isWorking) return;
    this.#isWorking = true;
    while (this.#waiting.size > 0) {
      this.#refuseLate();
      const batch = this.#nextBatch();
      if (Array.isArray(batch)) await this.#run(batch);
      else await this.#pause(batch);
    }
    this.#isWorking = false;
  }

  /** @returns the slices of the oldest batch that need not wait for more, or the milliseconds until there is one */
  #nextBatch(): Slice[] | number {
    const { delayMs, clients } = this.#options;
    const isEverybodyHere = new Set([...this.#waiting].map(({ client }) => client)).size >= clients();
    let leastMs = delayMs;
    for (const network of new Set([...this.#waiting].map((request) => request.network))) {
      const most = network.sizes.at(-1) ?? 0;
      const slices = this.#slicesFor(network, most);
      const count = slices.reduce((sum, slice) => sum + slice.count, 0);
      const left = delayMs - (runNow() - slices[0]!.request.since);
      if (count >= most || left <= 0 || isEverybodyHere) return slices;
      leastMs = Math.min(leastMs, left);
    }
    return leastMs;
  }

  #slicesFor(network: BatchNetwork, most: number): Slice[] {
    const slices: Slice[] = [];
    let free = most;
    for (const request of this.#waiting) {
      if (request.network !== network) continue;
      const left = request.shape[0]! - request.taken;
      if (most === 0) return [{ request, from: 0, count: left }];
      const count = Math.min(left, free);
      slices.push({ request, from: request.taken, count });
      free -= count;
      if (free === 0) break;
    }
    return slices;
  }

  async #run(slices: readonly Slice[]): Promise<void> {
    const { network, shape } = slices[0]!.request;
    for (const { request, count } of slices) request.taken += count;
    const count = slices.reduce((sum, slice) => sum + slice.count, 0);
    const size = network.sizes.find((size) => size >= count) ?? count;
    try {
      const outputs = await network.run(gather(slices, size), [size, ...shape.slice(1)]);
      let at = 0;
      for (const slice of slices) {
        slice.request.results.push(cut(outputs, at, slice.count, size));
        at += slice.count;
        const { request } = slice;
        if (request.taken === request.shape[0] && this.#waiting.has(request)) this.#settle(request, undefined);
      }
    } catch (error) {
      await this.#options.onFailure(network, error);
      for (const { request } of slices) this.#settle(request, error);
    }
  }

  #settle(request: Waiting, error: unknown): void {
    if (!this.#waiting.delete(request)) return;
    if (error !== undefined) request.reject(error);
    else request.resolve(join(request.results));
  }

  #refuseLate(): void {
    const { deadlineMs } = this.#options;
    for (const request of this.#waiting)
      if (runNow() - request.since > deadlineMs)
        this.#settle(request, new Error(`the GPU was not free for this run within ${deadlineMs} ms`));
  }

  /** Resolves after the time, or when a request comes. */
  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = () => {};
        resolve();
      };
    });
  }
}

/** The inputs of a batch in one tensor. A request that fills it alone is not copied. */
function gather(slices: readonly Slice[], size: number): Float32Array {
  const views = slices.map(({ request: { data, shape }, from, count }) => {
    const length = data.length / shape[0]!;
    return data.subarray(from * length, (from + count) * length);
  });
  const { data, shape } = slices[0]!.request;
  if (slices.length === 1 && slices[0]!.count === size) return views[0]!;
  const batch = new Float32Array((data.length / shape[0]!) * size);
  let at = 0;
  for (const view of views) {
    batch.set(view, at);
    at += view.length;
  }
  return batch;
}

/** A copy of the results of some inputs of a batch. It owns its memory, so it can be moved to another thread. */
const cut = (outputs: Outputs, from: number, count: number, size: number): Outputs =>
  mapValues(outputs, (values) => {
    const length = values.length / size;
    return Float32Array.from(values.subarray(from * length, (from + count) * length));
  });

function join(results: readonly Outputs[]): Outputs {
  const [first] = results as [Outputs];
  if (results.length === 1) return first;
  return mapValues(first, (_, name) => {
    const parts = results.map((outputs) => outputs[name]!);
    const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  });
}

const mapValues = (outputs: Outputs, change: (values: Float32Array, name: string) => Float32Array): Outputs =>
  Object.fromEntries(Object.entries(outputs).map(([name, values]) => [name, change(values, name)]));
