import type { FastifyBaseLogger } from 'fastify';
import { type AnalysisEngine, Engine, type EngineOptions, type RecognitionModel } from '../analysis/engine.js';
import type { Config } from '../config/schema.js';
import { MemorySearch } from '../gallery/memory-search.js';
import { findPacksDir } from '../inference/packs/find-packs-dir.js';
import { makeHostRules } from '../platform/safe-fetch/host-rules.js';
import { createImageFetcher, type ImageFetcher } from '../platform/safe-fetch/image-fetcher.js';
import { openStore, type Store } from '../storage/store.js';
import type { Service } from './service.js';

/** The database. @throws StoreError from start */
export const storeService = (config: Config): Service<Store> => ({
  start: () => openStore({ databaseUrl: config.DATABASE_URL, dataDir: config.DATA_DIR, poolSize: config.TRIFACE_DATABASE_POOL }),
  stop: (store) => store.close(),
});

/** The fetcher of pictures by URL. */
export const fetcherService = (config: Config): Service<ImageFetcher> => ({
  start: () =>
    createImageFetcher({
      rules: makeHostRules(config.TRIFACE_IMAGE_URL_HOSTS),
      timeoutMs: config.TRIFACE_IMAGE_URL_TIMEOUT_MS,
      maxBytes: config.TRIFACE_MAX_IMAGE_BYTES,
    }),
  stop: (fetcher) => fetcher.close(),
});

/** Opens an engine. @throws ProviderError, PackError */
export type OpenEngine = (options: EngineOptions) => Promise<AnalysisEngine>;

/**
 * The inference workers, which still load when the service has started (see `Engine.started`).
 * @throws ProviderError or PackError from start
 */
export const engineService = (
  config: Config,
  log: FastifyBaseLogger,
  openEngine: OpenEngine = (options) => Engine.open(options),
): Service<AnalysisEngine> => ({
  start: () =>
    openEngine({
      modelsDir: config.TRIFACE_MODELS_DIR,
      packsDir: findPacksDir(config.DATA_DIR),
      provider: config.INFERENCE_PROVIDER,
      workers: config.WORKERS,
      queueLimit: config.TRIFACE_QUEUE_LIMIT,
      deadlineMs: config.TRIFACE_DEADLINE_MS,
      maxPixels: config.TRIFACE_MAX_IMAGE_PIXELS,
      onWorkerLost: (reason) => log.error({ reason }, 'an inference worker was lost and is being replaced'),
    }),
  stop: (engine) => engine.close(),
});

/** The templates in this process. They are loaded when they are first needed, or by `TemplateSearch.start`. */
export const memorySearchService = (
  config: Config,
  recognition: RecognitionModel,
  log: FastifyBaseLogger,
): Service<MemorySearch> => ({
  start: () =>
    new MemorySearch({
      // Each thread reads one result after another: two connections are enough.
      database: { databaseUrl: config.DATABASE_URL, dataDir: config.DATA_DIR, poolSize: 2 },
      fixedMasterKeys: config.TRIFACE_MASTER_KEY,
      recognitionModel: recognition.name,
      templateLength: recognition.length,
      threads: config.TRIFACE_GALLERY_THREADS,
      onThreadLost: (reason) => log.error({ reason }, 'a gallery thread was lost and is being replaced'),
    }),
  stop: (search) => search.close(),
});
