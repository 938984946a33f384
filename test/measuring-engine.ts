import { Engine } from '../src/analysis/engine.js';
import { findModelsDir } from '../src/base/installation.js';

/**
 * Starts an engine for measurements: practically any number of pictures can wait, without a tight deadline.
 * @param packsDir folder of the model packs whose choice applies; absent: the shipped models alone
 */
export const startMeasuringEngine = (workers: number, packsDir?: string): Promise<Engine> =>
  Engine.start({
    modelsDir: findModelsDir(),
    ...(packsDir === undefined ? {} : { packsDir }),
    provider: 'cpu',
    workers,
    queueLimit: 100_000,
    deadlineMs: 600_000,
    maxPixels: 50_000_000,
  });
