import { Engine } from '../src/analysis/engine.js';
import { findModelsDir } from '../src/base/installation.js';

/** Starts an engine for measurements: practically any number of pictures can wait, without a tight deadline. */
export const startMeasuringEngine = (workers: number): Promise<Engine> =>
  Engine.start({
    modelsDir: findModelsDir(),
    provider: 'cpu',
    workers,
    queueLimit: 100_000,
    deadlineMs: 600_000,
    maxPixels: 50_000_000,
  });
