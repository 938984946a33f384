import { setImmediate as nextTurn } from 'node:timers/promises';
import { parseMasterKeys } from '../../src/base/settings/master-keys.js';
import { UnavailableError } from '../../src/base/unavailable-error.js';
import { openTemplates } from '../../src/gallery/enrolments.js';
import { GalleryFollower } from '../../src/gallery/follow-gallery.js';
import { readPosition } from '../../src/gallery/gallery-clock.js';
import { TemplateIndex } from '../../src/gallery/index/template-index.js';
import { MemorySearch } from '../../src/gallery/memory-search.js';
import { storedTemplates } from '../../src/gallery/stored-templates.js';
import type { MasterKeys } from '../../src/vault/master-keys.js';
import { testEach } from '../storage/databases.js';
import { seededVectors } from './index/unit-vectors.js';
import { openTestGallery } from './test-gallery.js';

const other = parseMasterKeys(Buffer.alloc(32, 9).toString('base64'))[0];
const [x, y] = [0, 1].map((i) => seededVectors(71, 2).slice(i * 512, (i + 1) * 512)) as [Float32Array, Float32Array];

testEach('templates that cannot be opened make the search unavailable, not smaller', async (t, databaseUrl) => {
  const { dataDir, caller, enrol, gallery } = await openTestGallery(t, { databaseUrl });
  const search = new MemorySearch({
    ...{
      database: { dataDir, databaseUrl, poolSize: 2 },
      recognitionModel: gallery.recognitionModel,
      templateLength: 512,
      threads: 1,
    },
    fixedMasterKeys: [other],
    onThreadLost: () => {},
  });
  t.teardown(() => search.close());
  const query = { companyId: caller.companyId, vector: x, limit: 5, minimum: 0.5 };
  await search.start();
  t.same(await search.search(query), [], 'nobody is enrolled');
  const { person } = await enrol('x', x);
  await search.reach(await readPosition(gallery.store.db));
  await t.rejects(search.search(query), { name: 'UnavailableError', reason: 'keys' });
  await t.rejects(
    openTemplates(gallery.store.db, { ...gallery, masterKeys: { read: () => [other] } as unknown as MasterKeys }, person!),
    UnavailableError,
    'nor is a comparison answered',
  );
});

testEach('they are opened as soon as the key arrives', async (t, databaseUrl) => {
  const { store, caller, enrol, gallery } = await openTestGallery(t, { databaseUrl });
  await enrol('x', x);
  let keys: MasterKeys['read'] = () => [other];
  const sink = new TemplateIndex(storedTemplates(store.db, gallery.masterKeys, gallery.recognitionModel));
  const follower = await GalleryFollower.start({
    ...{ store, sink, recognitionModel: gallery.recognitionModel, share: { shard: 0, threads: 1 }, replicaId: 'late' },
    masterKeys: { ...gallery.masterKeys, read: () => keys() },
    onError: (error) => t.fail(String(error)),
    onStale: (reason) => t.fail(reason),
  });
  t.teardown(() => follower.stop());
  await enrol('y', y);
  await follower.reach(await readPosition(store.db));
  t.equal(follower.isComplete, false);
  t.equal(sink.size(), 0);
  keys = gallery.masterKeys.read;
  // In each turn: it must not be complete before they are in memory.
  for (const end = Date.now() + 60_000; Date.now() < end && !follower.isComplete; ) await nextTurn();
  t.equal(sink.size(), 2);
  t.equal(follower.isComplete, true);
  for (const vector of [x, y]) t.equal((await sink.search(caller.companyId, vector, { limit: 1, minimum: 0.9 })).length, 1);
});
