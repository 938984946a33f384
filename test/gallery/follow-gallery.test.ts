import { setTimeout as sleep } from 'node:timers/promises';
import { BroadcastChannel } from 'node:worker_threads';
import { type Test, test } from 'tap';
import { BusyError } from '../../src/base/busy-error.js';
import { erasePerson } from '../../src/gallery/erase-person.js';
import { GalleryFollower } from '../../src/gallery/follow-gallery.js';
import { type GalleryPosition, readPosition } from '../../src/gallery/gallery-clock.js';
import { GalleryIndex } from '../../src/gallery/index/gallery-index.js';
import { TemplateIndex } from '../../src/gallery/index/template-index.js';
import type { MemorySearch, TemplateWorkerData } from '../../src/gallery/memory-search.js';
import { storedTemplates } from '../../src/gallery/stored-templates.js';
import { repetitions } from '../repetitions.js';
import { testEach } from '../storage/databases.js';
import { seededVectors } from './index/unit-vectors.js';
import { openTestGallery, type TestGallery } from './test-gallery.js';

/** Channel of workers/killable-template-worker.ts. */
const killChannel = 'kill a template worker';

/** Numbers in a template of these tests. */
const TEMPLATE_LENGTH = 512;

const vectorAt = (vectors: Float32Array, i: number) => vectors.slice(i * TEMPLATE_LENGTH, (i + 1) * TEMPLATE_LENGTH);

/** The threads that a server searches in, which a test can kill. */
async function startThreads(t: Test, { dataDir, databaseUrl, gallery }: TestGallery, threads: number) {
  const data: TemplateWorkerData = {
    ...{
      database: { dataDir, databaseUrl, poolSize: 2 },
      fixedMasterKeys: [],
      recognitionModel: gallery.recognitionModel,
      templateLength: 512,
    },
  };
  const script = new URL('./workers/killable-template-worker.js', import.meta.url);
  let deaths = 0;
  const index = new GalleryIndex({
    ...{ script, workerData: data, threads, dimension: TEMPLATE_LENGTH, deadlineMs: 10_000 },
    onThreadLost: () => deaths++,
  });
  t.teardown(() => index.close());
  await index.started;
  const channel = new BroadcastChannel(killChannel);
  t.teardown(() => channel.close());
  const kill = async (shard: number): Promise<void> => {
    const before = deaths;
    channel.postMessage(shard);
    while (deaths === before) await sleep(2);
  };
  return { index, kill };
}

/** A follower in this thread, which polls on request or at its interval. */
async function startFollower(
  t: Test,
  { store, gallery }: TestGallery,
  {
    model = gallery.recognitionModel,
    sink = new TemplateIndex(storedTemplates(store.db, gallery.masterKeys, model)),
    onStale = (reason: string): unknown => t.fail(reason),
  } = {},
) {
  const follower = await GalleryFollower.start({
    ...{
      store,
      masterKeys: gallery.masterKeys,
      recognitionModel: model,
      sink,
      share: { shard: 0, threads: 1 },
      replicaId: `test-${Math.random()}`,
    },
    onStale,
    onError: (error) => t.fail(String(error)),
  });
  t.teardown(() => follower.stop());
  const catchUp = async () => follower.reach(await readPosition(store.db));
  return { follower, sink, catchUp };
}

testEach('enrolments, replacements, additions, removals and erasures are followed', async (t, databaseUrl) => {
  const opened = await openTestGallery(t, { databaseUrl });
  const { caller, enrol, replace, gallery } = opened;
  const vectors = seededVectors(21, 6);
  const { person: early } = await enrol('early', vectorAt(vectors, 0));
  const { follower, sink, catchUp } = await startFollower(t, opened);
  const best = async (i: number) =>
    (await sink.search(caller.companyId, vectorAt(vectors, i), { limit: 1, minimum: 0.9 }))[0]?.owner;
  t.equal(await best(0), early!.number, 'loaded at the start');
  const { person } = await enrol('late', vectorAt(vectors, 1));
  await catchUp();
  t.equal(await best(1), person!.number);
  await replace(person!.number, vectorAt(vectors, 2));
  await catchUp();
  t.same([await best(1), await best(2)], [undefined, person!.number], 'replaced');
  await replace(person!.number, vectorAt(vectors, 3), 'add');
  await catchUp();
  t.same([await best(2), await best(3)], [person!.number, person!.number], 'several at once');
  t.equal(sink.size(), 3);
  await erasePerson(gallery, { actor: 'operator', companyId: caller.companyId, person: person!.number });
  t.same(
    [await best(2), await best(3)],
    [undefined, undefined],
    'gone when the erasure was answered: it waits for every follower',
  );
  t.equal(sink.size(), 1);
  t.equal(sink.size('another company'), 0);
  const applied = follower.applied;
  await sleep(300);
  t.equal(follower.applied, applied, 'nothing more to follow');
});

testEach('changes are followed within a second, without a notification', async (t, databaseUrl) => {
  const opened = await openTestGallery(t, { databaseUrl });
  const { sink } = await startFollower(t, opened);
  const vectors = seededVectors(22, 3);
  for (let i = 0; i < 3; i++) {
    await opened.enrol(`p${i}`, vectorAt(vectors, i));
    // As long as a reader that polls five times per second needs for five polls: a busy machine delays both equally.
    for (let polls = 0; polls < 5 && sink.size() <= i; polls++) {
      await sleep(200);
      await readPosition(opened.store.db);
    }
    t.equal(sink.size(), i + 1);
  }
});

testEach('if changes were deleted before they were read, the follower reloads everything', async (t, databaseUrl) => {
  const opened = await openTestGallery(t, { databaseUrl });
  const { store, caller, enrol, search } = opened;
  const vectors = seededVectors(23, 8);
  const { person: gone } = await enrol('gone', vectorAt(vectors, 0));
  await enrol('stays', vectorAt(vectors, 1));
  for (const keepsLast of [true, false]) {
    const stale: string[] = [];
    const { follower, catchUp } = await startFollower(t, opened, { onStale: (reason) => stale.push(reason) });
    await search.search({ companyId: caller.companyId, vector: vectorAt(vectors, 0), limit: 1, minimum: 0.5 });
    const { applied } = follower;
    // in one transaction, so that the follower cannot look in between
    await store.db.transaction().execute(async (db) => {
      await db.deleteFrom('enrolments').where('person', '=', gone!.number).execute();
      const { value } = await db
        .updateTable('galleryClock')
        .set((sql) => ({ value: sql('value', '+', 3) }))
        .returning('value')
        .executeTakeFirstOrThrow();
      await db.deleteFrom('galleryChanges').execute();
      const last = { kind: 'remove', companyId: caller.companyId, person: 999_999, enrolment: null, changedAt: 1 } as const;
      if (keepsLast)
        await db
          .insertInto('galleryChanges')
          .values({ ...last, sequence: value })
          .execute();
    });
    await t.rejects(catchUp(), /the follower has stopped/);
    await t.rejects(catchUp(), /the follower has stopped/, 'a poll at the interval may have found it first');
    t.same(stale, ['behind'], 'reported once');
    t.equal(follower.applied, applied, 'it does not say that it has followed');
    // which the next round leaves behind
    const another = await startFollower(t, opened, { onStale: () => {} });
    t.equal(another.follower.applied.sequence, applied.sequence + 3);
    t.equal(another.sink.size(), 1);
    t.same(another.sink.search(caller.companyId, vectorAt(vectors, 0), { limit: 5, minimum: 0.5 }), []);
    // the server's threads do so by themselves, and answer nothing while loading
    await waitForChange(search, await readPosition(store.db));
    t.same(await search.search({ companyId: caller.companyId, vector: vectorAt(vectors, 0), limit: 5, minimum: 0.5 }), []);
    t.equal(
      (await search.search({ companyId: caller.companyId, vector: vectorAt(vectors, 1), limit: 5, minimum: 0.5 })).length,
      1,
    );
  }
});

/** A search refuses for a moment while it loads. */
async function waitForChange(search: MemorySearch, change: GalleryPosition): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      return await search.reach(change);
    } catch (error) {
      if (tries > 200 || !(error instanceof BusyError)) throw error;
      await sleep(100);
    }
  }
}

test('templates of another model are ignored', async (t) => {
  const opened = await openTestGallery(t);
  await opened.enrol('old', seededVectors(24, 1));
  const { sink } = await startFollower(t, opened, { model: 'another-model' });
  t.equal(sink.size(), 0);
});

testEach('two threads that are killed repeatedly under load become complete again', async (t, databaseUrl) => {
  const opened = await openTestGallery(t, { databaseUrl });
  const { store, caller, enrol, gallery } = opened;
  const count = repetitions(40, 60);
  const vectors = seededVectors(25, count);
  const numbers: number[] = [];
  for (let i = 0; i < count / 2; i++) numbers.push((await enrol(`p${i}`, vectorAt(vectors, i))).person!.number);
  const { index, kill } = await startThreads(t, opened, 2);
  const leaving = new Set<number>();
  const erased = new Set<number>();
  const wrong: string[] = [];
  let [answered, refused] = [0, 0];
  let isOver = false;
  const searching = Array.from({ length: 3 }, async (_, lane) => {
    for (let i = lane; !isOver; i = (i + 7) % numbers.length) {
      const isErased = erased.has(numbers[i]!);
      try {
        const [hit] = await index.search(caller.companyId, vectorAt(vectors, i), { limit: 1, minimum: 0.9 });
        answered++;
        // Every answer is complete: a partial index must not miss enrolled persons.
        if (!leaving.has(numbers[i]!) && hit?.owner !== numbers[i]) wrong.push(`${i}: ${hit?.owner}`);
        if (isErased && hit) wrong.push(`${i} was erased`);
      } catch {
        refused++;
      }
      await sleep(2);
    }
  });
  for (let round = 0; round < repetitions(4, 6); round++) {
    await kill(round % 2);
    const at = numbers.length;
    const { person } = await enrol(`p${at}`, vectorAt(vectors, at));
    for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(10))
      try {
        await index.call({ reach: await readPosition(store.db) });
        break;
      } catch {
        // the thread is starting again
      }
    numbers.push(person!.number);
    leaving.add(numbers[round]!);
    await erasePerson(gallery, { actor: 'operator', companyId: caller.companyId, person: numbers[round]!, waitMs: 500 });
    // this thread's followers no longer hold the template once they have reached the erasure
    await index.call({ reach: await readPosition(store.db) });
    erased.add(numbers[round]!);
  }
  isOver = true;
  await Promise.all(searching);
  t.same(wrong, []);
  t.ok(answered > 20, `${answered} answered, ${refused} refused meanwhile`);
  const held = await index.search(caller.companyId, vectorAt(vectors, 0), { limit: 1000 });
  t.same(
    held.map(({ owner }) => owner).sort((a, b) => a - b),
    numbers.filter((number) => !erased.has(number)).sort((a, b) => a - b),
    'exactly those who are enrolled',
  );
});
