import { setTimeout as sleep } from 'node:timers/promises';
import type { Test } from 'tap';
import { BusyError } from '../../src/base/busy-error.js';
import { confirmHits } from '../../src/gallery/confirm-hits.js';
import { findDuplicates, findNewerDuplicates } from '../../src/gallery/find-duplicates.js';
import { readPosition } from '../../src/gallery/gallery-clock.js';
import { GalleryError } from '../../src/gallery/gallery-error.js';
import { identifyFace } from '../../src/gallery/identify-face.js';
import { testEach } from '../storage/databases.js';
import { seededVectors } from './index/unit-vectors.js';
import { rememberGallery } from './remember-gallery.js';
import { assessWith, openTestGallery, type TestGallery } from './test-gallery.js';

const [base, x, y, z] = [0, 1, 2, 3].map((i) => seededVectors(41, 4).slice(i * 512, (i + 1) * 512)) as [
  Float32Array,
  Float32Array,
  Float32Array,
  Float32Array,
];

/** Tries again while the templates are loaded again. */
async function patiently<T>(task: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++)
    try {
      return await task();
    } catch (error) {
      if (!(error instanceof BusyError) || tries > 600) throw error;
      await sleep(50);
    }
}

/** Who a face is, through everything that a request goes through. */
async function nameFace({ store, gallery, search, caller }: TestGallery, vector: Float32Array): Promise<string | undefined> {
  const faces = { assessor: assessWith(store, caller)(vector), search };
  const command = { caller, contract: 'test', sent: { picture: Buffer.from('a face') }, limit: 5 };
  const { candidates } = await patiently(() => identifyFace(gallery, faces, command));
  return candidates!.find(({ matches }) => matches)?.person.citizenId;
}

/** A database that knows `base`, a memory that knows x as well, and the way back. */
async function beforeGoingBack(t: Test, databaseUrl: string, recognition?: object) {
  const opened = await openTestGallery(t, { databaseUrl, ...(recognition ? { recognition } : {}) });
  await opened.enrol('base', base);
  const goBack = await rememberGallery(opened.store.db);
  await opened.enrol('x', x);
  t.equal(await nameFace(opened, x), 'x');
  return { opened, goBack };
}

testEach(
  'after the database went back, the one who gets a number again is found, and the former one is nobody',
  async (t, databaseUrl) => {
    for (const pause of [0, 500]) {
      const { opened, goBack } = await beforeGoingBack(t, pause === 0 ? databaseUrl : '');
      await goBack();
      // with and without a poll in between: the clock stands where it stood when x was enrolled
      await sleep(pause);
      const { person } = await opened.enrol('y', y);
      t.equal(await nameFace(opened, x), undefined, 'x, whom the database does not know');
      t.equal(await nameFace(opened, y), 'y');
      t.equal(await nameFace(opened, base), 'base');
      await opened.replace(person!.number, z);
      t.same([await nameFace(opened, y), await nameFace(opened, z)], [undefined, 'y'], 'changes are followed again');
    }
  },
);

testEach('the same if more changes were made than were lost', async (t, databaseUrl) => {
  const { opened, goBack } = await beforeGoingBack(t, databaseUrl);
  await goBack();
  const more = seededVectors(42, 3);
  for (let i = 0; i < 3; i++) await opened.enrol(`more ${i}`, more.slice(i * 512, (i + 1) * 512));
  t.equal(await nameFace(opened, x), undefined);
  t.equal(await nameFace(opened, more.slice(1024)), 'more 2');
});

testEach('and if it went back to before the first person', async (t, databaseUrl) => {
  const opened = await openTestGallery(t, { databaseUrl });
  const goBack = await rememberGallery(opened.store.db);
  await opened.enrol('x', x);
  t.equal(await nameFace(opened, x), 'x');
  await goBack();
  t.equal(await nameFace(opened, x), undefined);
  await opened.enrol('y', y);
  t.same([await nameFace(opened, x), await nameFace(opened, y)], [undefined, 'y']);
});

testEach('what memory found is confirmed by the template itself, not by its number', async (t, databaseUrl) => {
  const { opened, goBack } = await beforeGoingBack(t, databaseUrl);
  const { gallery, search, caller } = opened;
  const hits = await search.search({ companyId: caller.companyId, vector: x, limit: 5, minimum: 0.5 });
  t.equal(hits.length, 1);
  t.match(await confirmHits(gallery, caller.companyId, x, hits), [{ person: { citizenId: 'x' } }]);
  // The database goes back between the search and the confirmation, and the number is someone else's.
  await goBack();
  t.same(await confirmHits(gallery, caller.companyId, x, hits), [], 'nobody has the number');
  const { person } = await opened.enrol('y', y);
  t.equal(person!.number, hits[0]!.person, 'the number is assigned again');
  await t.rejects(confirmHits(gallery, caller.companyId, x, hits), BusyError);
  t.same(await confirmHits(gallery, 'another company', x, hits), []);
});

testEach('a duplicate is not overlooked if the database goes back while a person is registered', async (t, databaseUrl) => {
  const { opened, goBack } = await beforeGoingBack(t, databaseUrl, { liveness: false, duplicates: 'refuse' });
  const { store, gallery, search, caller } = opened;
  const query = { companyId: caller.companyId, vector: y, threshold: 0.9 };
  const { persons, searchedTo } = await findDuplicates(gallery, search, query);
  t.same(persons, []);
  await goBack();
  await patiently(() => opened.enrol('y', y));
  t.equal((await readPosition(store.db)).sequence, searchedTo.sequence, 'the number says that nothing was missed');
  await t.rejects(findNewerDuplicates(store.db, gallery, query, searchedTo), BusyError);
  await t.rejects(
    patiently(() => opened.enrol('y again', y)),
    GalleryError,
    'and the new search finds it',
  );
});
