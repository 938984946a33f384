import { sweepGallery } from '../../src/gallery/sweep-gallery.js';
import { testEach } from '../storage/databases.js';
import { seededVectors } from './index/unit-vectors.js';
import { openTestGallery } from './test-gallery.js';

testEach('old changes and rows of ended processes do not accumulate', async (t, databaseUrl) => {
  const { store, enrol } = await openTestGallery(t, { databaseUrl });
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
  t.same(await rows(), [2, 1], 'the first change, which every database has, and one');
  await sweepGallery(store.db, now);
  t.same(await rows(), [2, 0]);
  await sweepGallery(store.db, now + 3_700_000);
  t.same(await rows(), [1, 0], 'the newest change stays: it names the history');
});
