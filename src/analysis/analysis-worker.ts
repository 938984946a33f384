import { parentPort, workerData } from 'node:worker_threads';
import { DecodeError, type DecodeLimits } from '../imaging/decode.js';
import { loadFaceModels } from '../inference/models/face-models.js';
import type { ActivePacks } from '../inference/packs/active-packs.js';
import type { WorkerMessage } from '../inference/pool.js';
import type { Provider } from '../inference/session.js';
import { analyzeImage, warmUp } from './analyze-image.js';
import type { AnalysisJob, AnalysisOutcome } from './engine.js';

// Entry of a worker thread: loads one set of models, runs one picture to warm them, then answers each job with an outcome.
const { modelsDir, provider, limits, packs } = workerData as {
  modelsDir: string;
  provider: Provider;
  limits: DecodeLimits;
  packs: ActivePacks;
};
const port = parentPort!;
const post = (message: WorkerMessage<AnalysisOutcome>): void => port.postMessage(message);

const models = await loadFaceModels(modelsDir, provider, packs);
await warmUp(models, limits);

port.on('message', async ({ bytes, maxFaces }: AnalysisJob) => {
  try {
    post({ type: 'done', result: { observation: await analyzeImage(models, bytes, { limits, maxFaces }) } });
  } catch (error) {
    if (error instanceof DecodeError) post({ type: 'done', result: { fault: error.fault, reason: error.message } });
    else post({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
  }
});
post({ type: 'ready' });
