import type { Config } from './schema.js';

/** The settings of an engine, for all commands that start one. */
export const readEngineSettings = (config: Config) => ({
  modelsDir: config.TRIFACE_MODELS_DIR,
  maxPixels: config.TRIFACE_MAX_IMAGE_PIXELS,
  provider: config.INFERENCE_PROVIDER,
  webgpu: {
    fallback: config.INFERENCE_FALLBACK,
    batch: config.INFERENCE_BATCH,
    delayMs: config.INFERENCE_BATCH_DELAY_MS,
  },
});
