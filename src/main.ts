import type { AddressInfo } from 'node:net';
import { availableParallelism } from 'node:os';
import type { FastifyInstance } from 'fastify';
import { Engine, type RecognitionModel } from './analysis/engine.js';
import { buildApp } from './app.js';
import { openAuditTools } from './audit/audit-keys.js';
import { deleteExpiredNonces } from './capture/nonces.js';
import type { Config } from './config/schema.js';
import { expirePictures } from './gallery/expire-pictures.js';
import { MemorySearch } from './gallery/memory-search.js';
import { sweepGallery } from './gallery/sweep-gallery.js';
import { VectorTable } from './gallery/vector-table.js';
import { Accounts } from './identity/accounts.js';
import { Authenticator } from './identity/authenticate.js';
import { makeFirstAccount } from './identity/first-start.js';
import { deleteExpiredEntities } from './identity/openid/stored-entities.js';
import { PasswordHasher } from './identity/password-hasher.js';
import { findPacksDir } from './inference/packs/find-packs-dir.js';
import { openKeys } from './keys/keys.js';
import { createImageFetcher } from './platform/safe-fetch/image-fetcher.js';
import { startScanSweeper } from './scans/scan-sweeper.js';
import { openStore } from './storage/store.js';
import { startSweeper } from './storage/sweeper.js';
import { requireMasterKeys } from './vault/data-keys.js';
import { openMasterKeys } from './vault/master-keys.js';
import { findCaptureSite, nameModels } from './web/bundle/asset-names.js';

/** A running server. */
export interface RunningServer {
  readonly app: FastifyInstance;
  /** where it listens, for example http://127.0.0.1:8080 */
  readonly url: string;
  /** Not ready, accept no more, finish what runs, end the workers, close the store. A second call waits for the first. */
  stop(): Promise<void>;
}

/** What the process says before there is a logger, and things that are for the operator's eyes only: stdout's log must not hold a password. */
export type Announce = (text: string) => void;

/**
 * Milliseconds that requests under way may take after a stop. A picture is answered within its deadline; what is still open then is a
 * client that does not send or does not read, and would hold up the stop for as long as it likes.
 */
const longestFinish = (config: Config): number => Math.min(config.TRIFACE_DEADLINE_MS + 2000, 20_000);

/**
 * Opens everything, first start included, and listens.
 * @param modelsDir directory of prepared models
 * @param startEngine loads the models (default Engine.start); tests share one engine between servers
 * @throws ConfigError, StoreError, KeyError, AccountError, ProviderError, PackError, each with a message for the operator; then nothing is left open
 */
export async function startServer(
  config: Config,
  {
    modelsDir,
    version,
    announce,
    startEngine = Engine.start,
  }: { modelsDir: string; version: string; announce: Announce; startEngine?: typeof Engine.start },
): Promise<RunningServer> {
  const closers: (() => Promise<void>)[] = [];
  const closeAll = async (): Promise<void> => {
    for (const close of closers.reverse().splice(0)) await close();
  };
  try {
    const store = await openStore({
      databaseUrl: config.DATABASE_URL,
      dataDir: config.DATA_DIR,
      poolSize: config.TRIFACE_DATABASE_POOL,
    });
    closers.push(() => store.close());
    const hasher = new PasswordHasher();
    const accounts = new Accounts({ store, hasher });
    const keys = await openKeys({ dataDir: config.DATA_DIR, warn: announce });
    const masterKeys = await openMasterKeys({
      setting: config.TRIFACE_MASTER_KEY,
      dataDir: config.DATA_DIR,
      warn: announce,
    });
    await requireMasterKeys(store.db, masterKeys);
    const auditTools = await openAuditTools({ dataDir: config.DATA_DIR, warn: announce });
    const authenticator = await Authenticator.create({ accounts, hasher });
    const fetcher = createImageFetcher({
      hosts: config.TRIFACE_IMAGE_URL_HOSTS,
      timeoutMs: config.TRIFACE_IMAGE_URL_TIMEOUT_MS,
      maxBytes: config.TRIFACE_MAX_IMAGE_BYTES,
    });
    closers.push(() => fetcher.close());
    const logger: { app?: FastifyInstance } = {};
    const engine = await startEngine({
      modelsDir,
      packsDir: findPacksDir(config.DATA_DIR),
      provider: config.INFERENCE_PROVIDER,
      workers: config.WORKERS || availableParallelism(),
      queueLimit: config.TRIFACE_QUEUE_LIMIT,
      deadlineMs: config.TRIFACE_DEADLINE_MS,
      maxPixels: config.TRIFACE_MAX_IMAGE_PIXELS,
      onWorkerLost: (reason) => logger.app?.log.error({ reason }, 'an inference worker was lost and is being replaced'),
    });
    closers.push(() => engine.close());
    const recognitionModel = engine.recognition.name;
    const parts = { store, masterKeys, ...auditTools, recognitionModel };
    const vectors =
      config.TRIFACE_GALLERY_INDEX === 'pgvector' ? await VectorTable.open(store.db, masterKeys, recognitionModel) : undefined;
    const search =
      vectors ??
      openMemorySearch(config, engine.recognition, (reason) =>
        logger.app?.log.error({ reason }, 'a thread of the gallery was lost and is being replaced'),
      );
    if (search instanceof MemorySearch) closers.push(() => search.close());
    const gallery = { ...parts, vectors };
    const captureSite = { siteDir: findCaptureSite(), modelsDir, models: Object.values(await nameModels()) };
    const app = await buildApp({
      ...{ config, version, engine, store, accounts, authenticator, keys, fetcher },
      ...{ gallery, search, captureSite },
    });
    logger.app = app;
    const sweeper = startScanSweeper({
      store,
      retentionDays: config.TRIFACE_SCAN_RETENTION_DAYS,
      onSwept: (deleted) => app.log.info({ deleted }, 'scans past their retention were deleted'),
      onError: (err) => app.log.error({ err }, 'deleting old scans failed'),
    });
    closers.push(() => sweeper.stop());
    const pictures = startSweeper({
      sweep: async (signal) => {
        const deleted = await expirePictures(store, auditTools.audit, Date.now(), signal);
        if (deleted > 0) app.log.info({ deleted }, 'pictures past their retention were deleted');
      },
      onError: (err) => app.log.error({ err }, 'deleting old pictures failed'),
    });
    closers.push(() => pictures.stop());
    const changes = startSweeper({
      sweep: () => sweepGallery(store.db),
      onError: (err) => app.log.error({ err }, 'deleting old changes of the gallery failed'),
    });
    closers.push(() => changes.stop());
    const entities = startSweeper({
      sweep: () => deleteExpiredEntities(store.db, Date.now()),
      onError: (err) => app.log.error({ err }, 'deleting expired logins failed'),
    });
    closers.push(() => entities.stop());
    const nonces = startSweeper({
      sweep: () => deleteExpiredNonces(store.db, Date.now()),
      onError: (err) => app.log.error({ err }, 'deleting expired nonces of packets failed'),
    });
    closers.push(() => nonces.stop());
    closers.push(async () => {
      const idle = setInterval(() => app.server.closeIdleConnections(), 250);
      const hurry = setTimeout(() => app.server.closeAllConnections(), longestFinish(config));
      await app.close();
      clearInterval(idle);
      clearTimeout(hurry);
    });
    // Last before listening: a start that fails for another reason must not have shown the password already.
    const first = await makeFirstAccount(accounts, {
      username: config.TRIFACE_ADMIN_USER,
      password: config.TRIFACE_ADMIN_PASSWORD,
    });
    if (first.isFirst && first.password !== undefined) {
      announce(
        `First start: account "${first.username}" was made with the password\n\n    ${first.password}\n\nIt is shown once. Change it with \`npx triface user password ${first.username}\`.\n`,
      );
    }
    if (search instanceof MemorySearch && (await store.db.selectFrom('enrolments').select('id').limit(1).executeTakeFirst()))
      search.start().catch((err) => app.log.error({ err }, 'the templates cannot be loaded'));
    await app.listen({ host: config.HOST, port: config.PORT });
    app.log.info(
      { provider: engine.provider, livenessModels: engine.livenessModels, workers: engine.state.workers, version },
      'ready',
    );
    let stopping: Promise<void> | undefined;
    const { port } = app.server.address() as AddressInfo;
    const host = config.HOST === '0.0.0.0' || config.HOST === '::' ? 'localhost' : config.HOST;
    return {
      app,
      url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
      stop() {
        stopping ??= closeAll();
        return stopping;
      },
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

/** Templates in this process. They are loaded at once where there are any, else when they are first needed. */
function openMemorySearch(config: Config, recognition: RecognitionModel, onThreadLost: (reason: string) => void): MemorySearch {
  return new MemorySearch({
    // the threads read one after another: two connections are enough for each
    database: { databaseUrl: config.DATABASE_URL, dataDir: config.DATA_DIR, poolSize: 2 },
    masterKeySetting: config.TRIFACE_MASTER_KEY,
    recognitionModel: recognition.name,
    templateLength: recognition.length,
    threads: config.TRIFACE_GALLERY_THREADS,
    onThreadLost,
  });
}
