import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { openAuditTools } from '../audit/audit-keys.js';
import { ChangeLog, type Values } from '../audit/change-log.js';
import { describeMachine } from '../base/describe-machine.js';
import { planCapacity } from '../config/capacity.js';
import type { Config } from '../config/schema.js';
import { VectorTable } from '../gallery/vector-table.js';
import { Accounts } from '../identity/accounts.js';
import { AttemptLimits } from '../identity/attempt-limits.js';
import { Authenticator } from '../identity/authenticate.js';
import { PasswordHasher } from '../identity/password-hasher.js';
import { type Keys, listHeldKeys, openKeys } from '../keys/keys.js';
import { createLogger } from '../platform/request-log.js';
import type { Store } from '../storage/store.js';
import { transact } from '../storage/transaction.js';
import { KeyRegister, MASTER_RING, watchRing } from '../vault/key-register.js';
import { listMasterKeys, openMasterKeys } from '../vault/master-keys.js';
import { findCaptureSite, nameModels } from '../web/bundle/asset-names.js';
import { announceFirstStart } from './announce-first-start.js';
import { type Announce, announceSlow } from './announce-slow.js';
import {
  countConnections,
  engineService,
  fetcherService,
  memorySearchService,
  type OpenEngine,
  storeService,
} from './core-services.js';
import { prepareDataDir } from './data-dir.js';
import { listenerService } from './listener.js';
import { serverWatchService } from './server-watch.js';
import { allSettled, Services } from './service.js';
import { finishLimitMs } from './stop-limits.js';
import { makeSweepers } from './sweepers.js';

/** A running server. */
export interface RunningServer {
  readonly app: FastifyInstance;
  /** where it listens, for example http://127.0.0.1:8080 */
  readonly url: string;
  /** false: it waits for a key or for the right time, as it has announced, and answers 503 until then */
  readonly isReady: boolean;
  /**
   * Becomes not ready and still serves for `delayMs` (default 0), so that a load balancer notices. Then stops accepting requests,
   * finishes those in progress, stops the workers and closes the database. A second call ends the delay and waits for the rest.
   */
  stop(delayMs?: number): Promise<void>;
}

function passes(check: () => void): boolean {
  try {
    check();
    return true;
  } catch {
    return false;
  }
}

/** How a server is started. */
export interface StartOptions {
  readonly version: string;
  /** called with each line for the operator */
  readonly announce: Announce;
  /** called once the port is taken; resolves when the models are in `TRIFACE_MODELS_DIR` (default: they are) */
  readonly prepareModels?: (() => Promise<unknown>) | undefined;
  /** aborted when the process is to end during the start, which then ends between two steps */
  readonly signal?: AbortSignal | undefined;
  /** replaced by tests, whose servers share an engine */
  readonly openEngine?: OpenEngine | undefined;
}

/**
 * Starts every service, creates the first account if there is none, and serves.
 * @throws ListenError, DataDirError, StoreError, KeyError, AccountError, ProviderError, PackError, each with a message for the
 *   operator; the signal's reason when it is aborted. Everything that was opened is closed by then.
 */
export async function startServer(config: Config, options: StartOptions): Promise<RunningServer> {
  const services = new Services(options.signal);
  try {
    return await startServices(services, config, options);
  } catch (error) {
    await services.stop();
    throw error;
  }
}

async function startServices(services: Services, config: Config, options: StartOptions): Promise<RunningServer> {
  const { version, announce } = options;
  const log = createLogger(config.LOG_LEVEL);
  const listener = await services.start(listenerService(config));
  await prepareDataDir(config);
  const { workers, workersBy, intakeBytes, warnings } = planCapacity(config);
  // Opened before the models are loaded, so that a wrong database is reported at once and in one line.
  const store = await announceSlow(announce, 'Opening the database', services.start(storeService(config, log)));
  // A process that was killed between an erasure and its scrubbing left deleted data in SQLite's log.
  await store.scrub();
  const hasher = new PasswordHasher();
  // Before the models take the memory.
  for (const warning of warnings) log.warn(warning);
  const reading = readKeys(store, config, announce);
  const [{ engine, loaded }, { keys, masterKeys, auditTools, changes }, { accounts, authenticator }, { buildApp, captureSite }] =
    await allSettled([
      loadEngine(services, config, { ...options, workers, log }),
      reading,
      reading.then(async ({ keys: { jwtSecret: secret }, changes }) => {
        const accounts = new Accounts({ store, hasher, changes });
        const limits = new AttemptLimits({ store, secret });
        return { accounts, authenticator: await Authenticator.create({ accounts, hasher, limits }) };
      }),
      loadRoutes(config),
    ]);
  const recognitionModel = engine.recognition.name;
  const vectors =
    config.TRIFACE_GALLERY_INDEX === 'pgvector' ? await VectorTable.open(store.db, masterKeys, recognitionModel) : undefined;
  const search = vectors ?? (await services.start(memorySearchService(config, engine.recognition, log)));
  const gallery = { store, masterKeys, ...auditTools, recognitionModel, vectors };
  const register = new KeyRegister(store);
  const watch = await services.start(
    serverWatchService({
      ...{ store, register, log, announce },
      port: new URL(listener.url).port,
      listHeld: async () => ({ ...(await listHeldKeys(keys)), ...auditTools.held, [MASTER_RING]: listMasterKeys(masterKeys) }),
    }),
  );
  const sweeping = makeSweepers({
    ...{ store, register, ...auditTools, log, checkKeys: () => watch.checkKeys() },
    scanRetentionDays: config.TRIFACE_SCAN_RETENTION_DAYS,
  });
  await services.start(sweeping.service);

  const fetcher = await services.start(fetcherService(config));
  const stopping = new AbortController();
  const isStopping = () => stopping.signal.aborted;
  const standing = { keys: () => watch.checkKeys(), clock: () => watch.checkClock() };
  const parts = {
    ...{ config, log, intakeBytes, engine, store, accounts, authenticator, fetcher, gallery, search },
    ...{ server: listener.server, isStopping, standing, captureSite, maxConnections: countConnections(config) },
    keys: watchKeys(keys, register),
    isRetentionHeld: sweeping.isHeld,
  };
  const app = await services.start({ start: () => buildApp(parts), stop: (app) => app.close() });
  app.addHook('preClose', () => listener.drain(finishLimitMs(config)));
  await app.ready();
  // The routes are built while the workers load the models.
  await loaded;
  // A failure is logged by the search, and tried again.
  if (await hasEnrolments(store)) search.start().catch(() => {});
  options.signal?.throwIfAborted();
  // The last step that can fail: the password must not be shown by a start that fails.
  await announceFirstStart(accounts, config, announce);
  const { provider, adapter, livenessModels, state } = engine;
  const hasKeys = passes(watch.checkKeys.bind(watch));
  const isReady = hasKeys && passes(watch.checkClock.bind(watch));
  const settings = { version, livenessModels, recognitionModel, scanRetentionDays: config.TRIFACE_SCAN_RETENTION_DAYS };
  // With another key than the other servers', the chain would not verify.
  if (hasKeys)
    await recordStart(store, changes, settings).catch((err) =>
      log.error({ err }, 'the start could not be recorded in the audit log'),
    );
  listener.open(app.routing, (request) => app.crossOrigin.findHeaders(request));
  const started = { url: listener.url, provider, adapter, livenessModels, workers: state.workers, workersBy, version };
  log.info(started, isReady ? 'ready' : 'started, but not ready');
  const hurry = new AbortController();
  return {
    app,
    url: listener.url,
    isReady,
    async stop(delayMs = 0) {
      if (isStopping() || delayMs <= 0) hurry.abort();
      stopping.abort();
      await sleep(delayMs, undefined, { signal: hurry.signal }).catch(() => {});
      await services.stop();
    },
  };
}

/** @returns the engine, and what to wait for before it is used: loading goes on */
async function loadEngine(
  services: Services,
  config: Config,
  options: Omit<StartOptions, 'version'> & { workers: number; log: FastifyBaseLogger },
) {
  await options.prepareModels?.();
  const engine = await services.start(engineService(config, options.workers, options.log, options.openEngine));
  const loaded = announceSlow(options.announce, 'Loading the models', engine.started);
  // A start that fails meanwhile does not wait for it.
  loaded.catch(() => {});
  return { engine, loaded };
}

/** Every key of the installation. @throws KeyError if one cannot be read */
async function readKeys(store: Store, config: Config, announce: Announce) {
  const { DATA_DIR: dataDir } = config;
  const warn = (message: string) => announce(message, 'warning');
  const [keys, masterKeys, auditTools] = await allSettled([
    announceSlow(announce, 'Reading the keys', openKeys({ dataDir, warn })),
    openMasterKeys({ fixed: config.TRIFACE_MASTER_KEY, dataDir, warn }),
    openAuditTools({ dataDir, warn, now: store.now }),
  ]);
  const changes = new ChangeLog(auditTools.audit, 'operator', { via: 'start', ...describeMachine() });
  return { keys, masterKeys, auditTools, changes };
}

/** The rings of keys, which tell a key that another server holds from one that nobody holds. */
const watchKeys = (keys: Keys, register: KeyRegister): Keys => ({
  ...keys,
  openid: watchRing('openid', keys.openid, register),
  capture: watchRing('capture', keys.capture, register),
});

/** The module of the routes, which takes longest to import, and the files that it serves. */
async function loadRoutes({ TRIFACE_MODELS_DIR: modelsDir }: Config) {
  const [{ buildApp }, models] = await allSettled([import('../app.js'), nameModels()]);
  return { buildApp, captureSite: { siteDir: findCaptureSite(), modelsDir, models: Object.values(models) } };
}

/** Settings outside the database, which may have changed while no server ran: the models and their weights, and the default retention. */
const recordStart = (store: Store, changes: ChangeLog, settings: Values): Promise<void> =>
  transact(store.db, (db) => changes.record(db, { action: 'server.start', companyId: null, subject: null, new: settings }));

const hasEnrolments = async ({ db }: Store): Promise<boolean> =>
  (await db.selectFrom('enrolments').select('id').limit(1).executeTakeFirst()) !== undefined;
