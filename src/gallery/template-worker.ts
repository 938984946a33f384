import { availableParallelism, hostname } from 'node:os';
import { workerData } from 'node:worker_threads';
import { UnavailableError } from '../base/unavailable-error.js';
import { isPostgres } from '../storage/dialect.js';
import { openStore } from '../storage/store.js';
import { openMasterKeys } from '../vault/master-keys.js';
import { GalleryFollower } from './follow-gallery.js';
import type { IndexShard } from './index/index-messages.js';
import { serveIndex } from './index/serve-index.js';
import { TemplateIndex } from './index/template-index.js';
import type { ReachRequest, TemplateWorkerData } from './memory-search.js';
import { OpeningThread } from './opening-thread.js';
import { forgetFormerThread, makeReplicaId } from './replica-id.js';
import { storedTemplates } from './stored-templates.js';

// Entry of a worker thread: loads its share of the templates from the database, follows the changes, and answers searches.
const { shard, threads, dimension, database, fixedMasterKeys, recognitionModel } = workerData as IndexShard & TemplateWorkerData;

/** Milliseconds until the same failure is logged again. */
const LOG_AGAIN_MS = 600_000;
const loggedAt = new Map<string, number>();

/** A poll fails several times a second as long as its cause lasts. That the database cannot be used is logged by the main thread. */
function logOnce(error: unknown): void {
  if (error instanceof UnavailableError) return;
  const reason = (error as Error).message;
  const now = performance.now();
  if (now - (loggedAt.get(reason) ?? Number.NEGATIVE_INFINITY) < LOG_AGAIN_MS) return;
  loggedAt.set(reason, now);
  const msg = 'the templates in memory cannot follow the database';
  console.log(JSON.stringify({ level: 50, time: Date.now(), pid: process.pid, hostname: hostname(), reason, msg }));
}

await serveIndex(async ({ signal, progress }) => {
  const share = { shard, threads };
  const store = await openStore(database);
  try {
    await forgetFormerThread(store.db, shard);
    const masterKeys = await openMasterKeys({ fixed: fixedMasterKeys, dataDir: database.dataDir, warn: () => {} });
    const index = new TemplateIndex(storedTemplates(store.db, masterKeys, recognitionModel), dimension);
    const follower = await GalleryFollower.start({
      store,
      masterKeys,
      recognitionModel,
      sink: index,
      share,
      replicaId: makeReplicaId(shard),
      signal,
      onProgress: progress,
      // PostgreSQL has cores of its own, and as many connections as the settings say.
      makeThreadAside:
        isPostgres(store.db) || availableParallelism() <= threads
          ? undefined
          : () =>
              new OpeningThread({ ...{ database, fixedMasterKeys, model: recognitionModel }, templateLength: dimension, share }),
      // Another thread takes this one's place, and no search is answered until it has loaded everything.
      onStale: () => process.exit(1),
      onError: logOnce,
    });
    return {
      index: {
        async search(companyId, vector, options) {
          if (!follower.isComplete)
            throw new UnavailableError('keys', 'some templates cannot be opened: a master key is missing');
          return index.search(companyId, vector, options);
        },
      },
      answerCall: (request) => follower.reach((request as ReachRequest).reach),
      async close() {
        await follower.stop();
        await store.close();
      },
    };
  } catch (error) {
    await store.close();
    throw error;
  }
});
