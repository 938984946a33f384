import type { FastifyBaseLogger } from 'fastify';
import { type AnalysisEngine, Engine, type EngineOptions, type RecognitionModel } from '../analysis/engine.js';
import { readEngineSettings } from '../config/engine-settings.js';
import type { Config } from '../config/schema.js';
import { MemorySearch } from '../gallery/memory-search.js';
import { findPackFolders } from '../inference/packs/pack-folders.js';
import { makeHostRules } from '../platform/safe-fetch/host-rules.js';
import { createImageFetcher, type ImageFetcher } from '../platform/safe-fetch/image-fetcher.js';
import { openStore, type Store } from '../storage/store.js';
import type { Service } from './service.js';

/** PostgreSQL connections of a template thread: it reads one result after another. */
const THREAD_CONNECTIONS = 1;
/** The connection that watches the database. */
const WATCH_CONNECTIONS = 1;

/** The largest number of PostgreSQL connections that the server opens; 0 with SQLite. */
export function countConnections(config: Config): number {
  if (!('postgres' in config.DATABASE_URL)) return 0;
  const threads = config.TRIFACE_GALLERY_INDEX === 'memory' ? config.TRIFACE_GALLERY_THREADS : 0;
  return config.TRIFACE_DATABASE_POOL + WATCH_CONNECTIONS + threads * THREAD_CONNECTIONS;
}

/** Milliseconds within which the database must answer a probe: so that requests that notice it first are answered in time. */
const answerMsOf = ({ TRIFACE_DEADLINE_MS }: Config): number => Math.min(TRIFACE_DEADLINE_MS / 4, 2500);

/** The database, which is watched. @throws StoreError from start */
export const storeService = (config: Config, log: FastifyBaseLogger): Service<Store> => ({
  start: () =>
    openStore(
      { databaseUrl: config.DATABASE_URL, dataDir: config.DATA_DIR, poolSize: config.TRIFACE_DATABASE_POOL },
      {
        watch: {
          answerMs: answerMsOf(config),
          onChange: (state) =>
            state.isUp
              ? log.info({ downMs: state.downMs }, 'the database is available again')
              : log.error({ reason: state.reason }, 'the database is not available: requests are answered with 503'),
        },
        connections: countConnections(config),
      },
    ),
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
  workers: number,
  log: FastifyBaseLogger,
  openEngine: OpenEngine = (options) => Engine.open(options),
): Service<AnalysisEngine> => ({
  start: () =>
    openEngine({
      ...readEngineSettings(config),
      packsDir: findPackFolders(config.DATA_DIR),
      workers,
      queueLimit: config.TRIFACE_QUEUE_LIMIT,
      deadlineMs: config.TRIFACE_DEADLINE_MS,
      onWorkerLost: (reason) => log.error({ reason }, 'an inference worker was lost and is being replaced'),
      onMoved: (reason) => log.error({ reason }, 'all inference workers are being replaced'),
      onProblem: (problem) => log.error(problem),
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
      database: {
        databaseUrl: config.DATABASE_URL,
        dataDir: config.DATA_DIR,
        poolSize: THREAD_CONNECTIONS,
        isMigrated: true,
      },
      fixedMasterKeys: config.TRIFACE_MASTER_KEY,
      recognitionModel: recognition.name,
      templateLength: recognition.length,
      threads: config.TRIFACE_GALLERY_THREADS,
      onThreadLost: (reason) => log.error({ reason }, 'a gallery thread was lost and is being replaced'),
      onLoadState: (err) =>
        err ? log.error({ err }, 'the templates cannot be loaded') : log.info('the templates could be loaded after all'),
    }),
  stop: (search) => search.close(),
});
