import { workerData } from 'node:worker_threads';
import { DecodeError } from '../imaging/decode.js';
import { loadFaceModels } from '../inference/face-models.js';
import { RemoteNetworks } from '../inference/webgpu/remote-networks.js';
import { serveThread } from '../threads/serve-thread.js';
import { analyzeImage, warmUp } from './analyze-image.js';
import type { AnalysisJob, AnalysisOutcome, AnalysisWorkerData } from './engine.js';

// Entry point of a worker thread: loads a set of models, runs one picture to warm them up, then answers each job with an outcome.
const { modelsDir, place, limits, fusion, motionFusion, packs } = workerData as AnalysisWorkerData;

await serveThread<AnalysisJob, AnalysisOutcome>(async () => {
  const models = await loadFaceModels(modelsDir, typeof place === 'string' ? place : new RemoteNetworks(place), packs);
  await warmUp(models, limits, fusion);
  return {
    async answer({ bytes, maxFaces = 1, ...request }) {
      try {
        return { observation: await analyzeImage(models, bytes, { limits, fusion, motionFusion, maxFaces, ...request }) };
      } catch (error) {
        if (error instanceof DecodeError) return { fault: error.fault, reason: error.message };
        throw error;
      }
    },
  };
});
