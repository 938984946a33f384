// Not a test: a process with a pool of workers that run the network of eyes with WebGPU, for eye-process.ts.
import { join } from 'node:path';
import { findModelsDir } from '../../../../src/base/installation.js';
import { ModelPlace } from '../../../../src/inference/model-place.js';
import { WorkerPool } from '../../../../src/inference/pool.js';
import type { EyeAnswer, EyeOrder, EyeOutcome, EyeSettings, Numbered } from '../eye-process.js';

const { workers, deadlineMs, ...webgpu } = JSON.parse(process.argv[2]!) as EyeSettings;
const events: string[] = [];
const place = await ModelPlace.open({
  ...{ wish: 'webgpu', webgpu, deadlineMs },
  onMoved: (reason) => {
    events.push(`moved: ${reason}`);
    pool.replaceWorkers();
  },
  onProblem: (problem) => events.push(problem),
});
const pool = new WorkerPool<number, number[]>({
  script: new URL('./eye-worker.js', import.meta.url),
  workerData: { file: join(findModelsDir(), 'eye-state.onnx') },
  equip: () => {
    const workerPlace = place.connect();
    return { data: { place: workerPlace }, ports: typeof workerPlace === 'string' ? [] : [workerPlace] };
  },
  ...{ size: workers, queueLimit: 1000, deadlineMs, patienceMs: 0 },
  onWorkerLost: () => place.inspect(),
  mayTryAgain: (error) => place.mayTryAgain(error),
});
await pool.started;

const describe = (error: unknown): EyeOutcome => {
  const { name, message } = error as Error;
  return { error: `${name}: ${message}` };
};

process.on('message', async ({ id, content: order }: Numbered<EyeOrder>) => {
  const send = (content: EyeAnswer): void => void process.send!({ id, content } satisfies Numbered<EyeAnswer>);
  if (order === 'state')
    return send({
      provider: place.provider,
      adapter: place.adapter,
      ready: pool.state.ready,
      replaced: pool.state.replaced,
      events,
    });
  if (order === 'close') {
    await pool.close();
    await place.close();
    process.disconnect();
    return;
  }
  send(await Promise.all(order.map((seed) => pool.run(seed).then((values): EyeOutcome => ({ values }), describe))));
});
process.send!('ready');
