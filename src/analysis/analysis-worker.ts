import { parentPort, workerData } from 'node:worker_threads';
import { DecodeError } from '../imaging/decode.js';
import { loadFaceModels } from '../inference/models/face-models.js';
import type { WorkerMessage } from '../inference/pool.js';
import { analyzeImage, warmUp } from './analyze-image.js';
import type { AnalysisJob, AnalysisOutcome, AnalysisWorkerData } from './engine.js';

// Entry of a worker thread: loads one set of models, runs one picture to warm them, then answers each job with an outcome.
const { modelsDir, provider, limits, fusion, packs } = workerData as AnalysisWorkerData;
const port = parentPort!;
const post = (message: WorkerMessage<AnalysisOutcome>): void => port.postMessage(message);

const models = await loadFaceModels(modelsDir, provider, packs);
await warmUp(models, limits, fusion);

port.on('message', async ({ bytes, ...request }: AnalysisJob) => {
  try {
    post({ type: 'done', result: { observation: await analyzeImage(models, bytes, { limits, fusion, ...request }) } });
  } catch (error) {
    if (error instanceof DecodeError) post({ type: 'done', result: { fault: error.fault, reason: error.message } });
    else post({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
  }
});
post({ type: 'ready' });
