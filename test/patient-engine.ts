import { Engine } from '../src/analysis/engine.js';
import { findModelsDir } from '../src/base/installation.js';

/** An engine for measuring: any number of pictures may wait, as long as it takes. */
export const startPatientEngine = (workers: number): Promise<Engine> =>
  Engine.start({
    modelsDir: findModelsDir(),
    provider: 'cpu',
    workers,
    queueLimit: 100_000,
    deadlineMs: 600_000,
    maxPixels: 50_000_000,
  });
