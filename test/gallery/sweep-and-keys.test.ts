import { sweepGallery } from '../../src/gallery/sweep-gallery.js';
import { requireMasterKeys } from '../../src/vault/data-keys.js';
import { openMasterKeys } from '../../src/vault/master-keys.js';
import { testEach } from '../storage/databases.js';
import { openHall } from './hall.js';
import { seededVectors } from './index/unit-vectors.js';

testEach('a server with another master key does not start: it would recognise nobody', async (t, databaseUrl) => {
  const { store, dataDir, enrol, gallery } = await openHall(t, { databaseUrl });
  const warn = () => {};
  const setting = Buffer.alloc(32, 7).toString('base64');
  const other = await openMasterKeys({ setting, dataDir, warn });
  await t.resolves(requireMasterKeys(store.db, other), 'nothing is sealed yet');
  await enrol('one', seededVectors(1, 1).slice(0, 512));
  await t.resolves(requireMasterKeys(store.db, gallery.masterKeys));
  await t.rejects(requireMasterKeys(store.db, other), { name: 'KeyError', message: /restore it in TRIFACE_MASTER_KEY/ });
  const own = gallery.masterKeys.read()[0].key.toString('base64');
  const both = await openMasterKeys({ setting: `${setting},${own}`, dataDir, warn });
  await t.resolves(requireMasterKeys(store.db, both), 'one that seals and one that still opens');
});

testEach('old changes and rows of processes that are gone do not pile up', async (t, databaseUrl) => {
  const { store, enrol } = await openHall(t, { databaseUrl });
  await enrol('one', seededVectors(1, 1).slice(0, 512));
  const now = Date.now();
  await store.db
    .insertInto('galleryReplicas')
    .values({ id: 'gone', applied: 0, seenAt: now - 660_000 })
    .execute();
  const rows = async () => [
    (await store.db.selectFrom('galleryChanges').selectAll().execute()).length,
    (await store.db.selectFrom('galleryReplicas').selectAll().where('id', '=', 'gone').execute()).length,
  ];
  await sweepGallery(store.db, now - 660_000);
  t.same(await rows(), [1, 1]);
  await sweepGallery(store.db, now);
  t.same(await rows(), [1, 0]);
  await sweepGallery(store.db, now + 3_700_000);
  t.same(await rows(), [0, 0]);
});
