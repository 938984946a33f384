import { cleanPictures } from '../../src/vault/clean-pictures.js';
import { findDataKey } from '../../src/vault/data-keys.js';
import { openPicture } from '../../src/vault/pictures.js';
import { selfie } from '../fixtures/pictures.js';
import { secret, withMetadata } from '../fixtures/with-metadata.js';
import { seededVectors } from '../gallery/index/unit-vectors.js';
import { openTestGallery } from '../gallery/test-gallery.js';
import { testEach } from '../storage/databases.js';
import { makePicturesDirty } from './dirty-pictures.js';

testEach('stored pictures have no metadata, and those of older releases are cleaned', async (t, databaseUrl) => {
  const { store, gallery, enrol } = await openTestGallery(t, { databaseUrl });
  const { db } = store;
  const vectors = seededVectors(5, 4);
  const vectorOf = (i: number) => vectors.slice(i * 512, (i + 1) * 512);
  const extras = { orientation: 6, hasExif: true, hasXmp: true, hasProfile: true, hasOthers: true, hasTrailer: true };
  await enrol('one', vectorOf(0), { picture: await withMetadata('jpeg', extras) });
  for (const i of [1, 2, 3]) await enrol(`person ${i}`, vectorOf(i), { picture: await selfie() });
  const read = async () => {
    const rows = await db.selectFrom('pictures').selectAll().orderBy('id').execute();
    const open = async (row: (typeof rows)[number]) =>
      [row.id, openPicture((await findDataKey(db, gallery.masterKeys, row.subject))!, row)] as const;
    return new Map(await Promise.all(rows.map(open)));
  };
  for (const file of (await read()).values()) t.notOk(file.includes(secret), 'removed when it is stored');

  const before = await makePicturesDirty(store, gallery.masterKeys);
  for (const file of (await read()).values()) t.ok(file.includes(secret));
  const companies: string[] = [];
  let failing = true;
  const record = async (_db: unknown, companyId: string) => {
    if (failing && companies.length === 2) throw new Error('interrupted');
    companies.push(companyId);
  };
  await t.rejects(cleanPictures(store, gallery.masterKeys, { record }), /interrupted/);
  t.equal(
    [...(await read()).values()].filter((file) => file.includes(secret)).length,
    2,
    'what could not be recorded is not done',
  );
  failing = false;
  t.same(await cleanPictures(store, gallery.masterKeys, { record }), { cleaned: 2, unchanged: 2, unopened: [] }, 'continued');
  t.equal(companies.length, 4);
  t.same(await read(), before);
  t.same(await cleanPictures(store, gallery.masterKeys, { record }), { cleaned: 0, unchanged: 4, unopened: [] });

  const [broken, orphan] = [...before.keys()].sort();
  await db
    .updateTable('pictures')
    .set({ sealed: Buffer.alloc(99, 1) })
    .where('id', '=', broken!)
    .execute();
  const { subject } = await db.selectFrom('pictures').select('subject').where('id', '=', orphan!).executeTakeFirstOrThrow();
  await db.deleteFrom('dataKeys').where('subject', '=', subject).execute();
  t.same(
    await cleanPictures(store, gallery.masterKeys, { record }),
    { cleaned: 0, unchanged: 2, unopened: [broken, orphan] },
    'the others are cleaned although two cannot be opened',
  );
});
