import { workerData } from 'node:worker_threads';
import type { WorkerPlace } from '../../../../src/inference/model-place.js';
import { openSession } from '../../../../src/inference/session.js';
import { RemoteNetworks } from '../../../../src/inference/webgpu/remote-networks.js';
import { serveThread } from '../../../../src/threads/serve-thread.js';
import { makeEyes } from '../make-eyes.js';

// A worker with one small network instead of eight: SwiftShader compiles each of them for seconds.
const { place, file } = workerData as { readonly place: WorkerPlace; readonly file: string };

await serveThread<number, number[]>(async () => {
  const session = await openSession(file, typeof place === 'string' ? place : new RemoteNetworks(place));
  return {
    async answer(seed) {
      const { data, shape } = makeEyes(seed);
      const running = session.run(data, shape);
      // As memory of WebAssembly, which is used again as soon as `run` has returned.
      if (typeof place !== 'string') data.fill(Number.NaN);
      return [...(await running).output!];
    },
  };
});
