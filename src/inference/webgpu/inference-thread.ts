import { type MessagePort, workerData } from 'node:worker_threads';
import { serveThread } from '../../threads/serve-thread.js';
import { describeThrown } from '../../threads/worker-thread.js';
import { ProviderError } from '../provider-error.js';
import { BatchQueue } from './batch-queue.js';
import { type GpuNetwork, openGpuNetwork } from './gpu-network.js';
import { openDevice } from './probe-network.js';
import type { ClientAnswer, ClientRequest, InferenceRequest, InferenceThreadData, OpenedNetwork } from './protocol.js';

// Entry point of the one thread of the process that uses WebGPU. It serves each worker through a port of its own. Networks are loaded
// once for all of them and kept. If the device is lost, the thread closes the ports and ends; the main thread replaces it.

/** Runs of one worker that may wait: a picture asks for one after another, several faces for a few together. */
const waitingRuns = 64;

const { batch, delayMs, deadlineMs } = workerData as InferenceThreadData;

await serveThread<InferenceRequest, undefined>(async () => {
  const device = await openDevice().catch((error: unknown) => {
    throw new ProviderError(`WebGPU cannot be used: ${firstLine(error)}`);
  });
  const ports = new Set<MessagePort>();
  const networks: Promise<GpuNetwork>[] = [];
  /** places in `networks`, by file and outputs */
  const places = new Map<string, number>();

  const queue = new BatchQueue({
    ...{ delayMs, deadlineMs, limit: waitingRuns },
    clients: () => ports.size,
    onFailure: (_, error) => device.check().catch(() => lose(new Error(`the GPU was lost: ${firstLine(error)}`))),
  });

  const open = async ({ file, outputs }: ClientRequest & { type: 'open' }): Promise<OpenedNetwork> => {
    const key = JSON.stringify([file, outputs]);
    const place = places.get(key) ?? networks.length;
    if (!places.has(key)) {
      places.set(key, place);
      const opening = openGpuNetwork(file, outputs, batch);
      networks.push(opening);
      // The next worker tries it again.
      opening.catch(() => places.delete(key));
    }
    const { inputs, outputs: all } = await networks[place]!;
    return { network: place, inputs, outputs: all };
  };

  const respond = async (port: MessagePort, request: ClientRequest): Promise<void> => {
    const { id } = request;
    const post = (answer: ClientAnswer, transfer: ArrayBuffer[] = []): void => port.postMessage(answer, transfer);
    try {
      if (request.type === 'open') return post({ id, opened: await open(request) });
      const network = await networks[request.network]!;
      const outputs = await queue.run(port, network, request.data, request.shape);
      post(
        { id, outputs },
        Object.values(outputs).map(({ buffer }) => buffer as ArrayBuffer),
      );
    } catch (error) {
      post({ id, failed: describeThrown(error) });
    }
  };

  const close = async (reason: Error): Promise<void> => {
    // First: answers would let the workers take new jobs (see RemoteNetworks).
    for (const port of ports) port.close();
    queue.drop(reason);
    for (const network of await Promise.allSettled(networks)) if (network.status === 'fulfilled') await network.value.release();
    await device.release();
  };

  /** Ends the thread with the error. */
  const lose = async (reason: Error): Promise<void> => {
    await close(reason).catch(() => {});
    setImmediate(() => {
      throw reason;
    });
  };

  return {
    answer(request) {
      if (request === 'ping') return undefined;
      const { port } = request;
      ports.add(port);
      port.on('message', (message: ClientRequest) => respond(port, message));
      port.on('close', () => {
        ports.delete(port);
        queue.drop(new Error('the worker ended'), port);
      });
      return undefined;
    },
    close: () => close(new Error('the inference thread ends')),
  };
});

function firstLine(error: unknown): string {
  return describeThrown(error).message.split('\n')[0]!;
}
