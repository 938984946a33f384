import { sql } from 'kysely';
import type { Test } from 'tap';
import { parseMasterKeys } from '../../src/base/settings/master-keys.js';
import { erasePerson } from '../../src/gallery/erase-person.js';
import { GalleryFollower } from '../../src/gallery/follow-gallery.js';
import { readPosition } from '../../src/gallery/gallery-clock.js';
import { TemplateIndex } from '../../src/gallery/index/template-index.js';
import { type LoadOptions, loadTemplates } from '../../src/gallery/load-templates.js';
import { OpeningThread, type OpeningWorkerData } from '../../src/gallery/opening-thread.js';
import { storedTemplates } from '../../src/gallery/stored-templates.js';
import { isPostgres } from '../../src/storage/dialect.js';
import type { Database } from '../../src/storage/schema.js';
import { testEach } from '../storage/databases.js';
import { seededVectors } from './index/unit-vectors.js';
import { openTestGallery, type TestGallery } from './test-gallery.js';

const other = parseMasterKeys(Buffer.alloc(32, 9).toString('base64'))[0];
const count = 12;
const all = seededVectors(81, count);
const vectorAt = (i: number): Float32Array => all.slice(i * 512, (i + 1) * 512);

/** Leaves out numbers of enrolments, as erased ones do, so that few templates are in many ranges. */
async function skipNumbers(db: Database, numbers: number): Promise<void> {
  const last = sql`(select coalesce(max(number), 0) + ${sql.lit(numbers)} from enrolments)`;
  if (isPostgres(db)) await sql`select setval(pg_get_serial_sequence('enrolments', 'number'), ${last})`.execute(db);
  else await sql`update sqlite_sequence set seq = ${last} where name = 'enrolments'`.execute(db);
}

/** Enrols persons with templates in ranges of their own. @returns the numbers of the enrolments */
async function enrolApart({ store, enrol }: TestGallery): Promise<number[]> {
  for (let i = 0; i < count; i++) {
    await enrol(`p${i}`, vectorAt(i));
    await skipNumbers(store.db, 700);
  }
  const rows = await store.db.selectFrom('enrolments').select('number').orderBy('number').execute();
  return rows.map(({ number }) => number);
}

/** What was loaded: the first value of each template by enrolment, those without a key, and damaged ones. */
function collect() {
  const found = { loaded: [] as (readonly [number, number])[], missing: [] as number[], damaged: [] as string[] };
  const sink: LoadOptions['sink'] = {
    add: ({ number }, vector) => found.loaded.push([number, vector[0]!]),
    miss: (enrolment) => void found.missing.push(enrolment),
    fail: ({ message }) => void found.damaged.push(message),
  };
  return { found, sink };
}

/** A thread that counts what it opened, and fails after a number of ranges. */
class WatchedThread extends OpeningThread {
  opened = 0;
  memories: SharedArrayBuffer[] = [];
  hasStopped = false;

  constructor(
    data: OpeningWorkerData,
    private readonly failsAfter = Number.POSITIVE_INFINITY,
  ) {
    super(data);
  }

  override makeMemory(templates: number): SharedArrayBuffer {
    const memory = super.makeMemory(templates);
    this.memories.push(memory);
    return memory;
  }

  override async open(request: Parameters<OpeningThread['open']>[0]) {
    if (this.opened >= this.failsAfter) throw new Error('it died');
    this.opened++;
    return super.open(request);
  }

  override async stop(ms: number): Promise<void> {
    await super.stop(ms);
    this.hasStopped = true;
  }
}

const share = { shard: 0, threads: 1 };

function prepare({ dataDir, databaseUrl, store, gallery }: TestGallery, newest: number) {
  const { masterKeys, recognitionModel: model } = gallery;
  const database = { dataDir, databaseUrl, poolSize: 2 };
  const data: OpeningWorkerData = { database, fixedMasterKeys: [], model, templateLength: 512, share };
  return { options: { db: store.db, masterKeys, model, share, newest } satisfies Partial<LoadOptions>, data };
}

const byNumber = (loaded: readonly (readonly [number, number])[]) => [...loaded].sort(([a], [b]) => a - b);

testEach(
  'two threads load together what one loads, each template once, and leave none in their memory',
  async (t, databaseUrl) => {
    const opened = await openTestGallery(t, { databaseUrl });
    const numbers = await enrolApart(opened);
    const { options, data } = prepare(opened, numbers.at(-1)!);
    const expected = numbers.map((number, i) => [number, vectorAt(i)[0]!] as const);
    const alone = collect();
    const parts: number[] = [];
    await loadTemplates({ ...options, sink: alone.sink, onProgress: (part) => parts.push(part) });
    t.same(byNumber(alone.found.loaded), expected);
    t.same([parts[0], parts.at(-1)], [0, 1], 'the progress');
    t.same(
      parts,
      [...parts].sort((a, b) => a - b),
    );
    for (const failsAfter of [Number.POSITIVE_INFINITY, 1, 0]) {
      const aside = new WatchedThread(data, failsAfter);
      await aside.started;
      const { found, sink } = collect();
      await loadTemplates({ ...options, sink, aside });
      t.same(byNumber(found.loaded), expected, `fails after ${failsAfter}`);
      t.ok(failsAfter === 0 || aside.opened > 0, `${aside.opened} ranges were opened aside`);
      t.ok(aside.hasStopped);
      for (const memory of aside.memories) t.ok(Buffer.from(memory).every((byte) => byte === 0));
    }
    const late = new WatchedThread({ ...data, database: { ...data.database, databaseUrl: 'file:/dev/null/none.db' } });
    const { found, sink } = collect();
    await loadTemplates({ ...options, sink, aside: late });
    t.same(byNumber(found.loaded), expected, 'a thread that cannot start');
  },
);

testEach('a thread aside reports missing keys and damaged templates, and loads only its share', async (t, databaseUrl) => {
  const opened = await openTestGallery(t, { databaseUrl });
  const numbers = await enrolApart(opened);
  const { store } = opened;
  const { options, data } = prepare(opened, numbers.at(-1)!);
  const withoutKey = collect();
  const foreign = new WatchedThread({ ...data, fixedMasterKeys: [other] });
  await foreign.started;
  await loadTemplates({ ...options, masterKeys: { read: () => [other] }, sink: withoutKey.sink, aside: foreign });
  t.same(
    withoutKey.found.missing.sort((a, b) => a - b),
    numbers,
  );
  t.ok(foreign.opened > 0);
  for (const threads of [2, 3]) {
    const { found, sink } = collect();
    for (let shard = 0; shard < threads; shard++) {
      const part = { shard, threads };
      const aside = new WatchedThread({ ...data, share: part });
      await aside.started;
      const before = found.loaded.length;
      await loadTemplates({ ...options, share: part, sink, aside });
      t.ok(found.loaded.slice(before).every(([number]) => number % threads === shard));
    }
    t.same(
      byNumber(found.loaded).map(([number]) => number),
      numbers,
      `${threads} shares are all`,
    );
  }
  await store.db
    .updateTable('enrolments')
    .set({ template: Buffer.alloc(2077, 1) })
    .execute();
  const broken = collect();
  const aside = new WatchedThread(data);
  await aside.started;
  await loadTemplates({ ...options, sink: broken.sink, aside });
  t.equal(broken.found.damaged.length, count);
  t.ok(broken.found.damaged.every((message) => /^template .* cannot be opened/.test(message)));
});

testEach('numbers that are not in use cost nothing', async (t, databaseUrl) => {
  const opened = await openTestGallery(t, { databaseUrl });
  await opened.enrol('early', vectorAt(0));
  await skipNumbers(opened.store.db, 50_000_000);
  const { person } = await opened.enrol('late', vectorAt(1));
  const { number } = await opened.store.db
    .selectFrom('enrolments')
    .select('number')
    .where('person', '=', person!.number)
    .executeTakeFirstOrThrow();
  const { found, sink } = collect();
  const parts: number[] = [];
  await loadTemplates({ ...prepare(opened, number).options, sink, onProgress: (part) => parts.push(part) });
  t.equal(found.loaded.length, 2);
  t.ok(parts.length < 20, `${parts.length} ranges`);
  t.equal(parts.at(-1), 1);
});

testEach('loading ends when it is aborted, and with the error of its sink', async (t, databaseUrl) => {
  const opened = await openTestGallery(t, { databaseUrl });
  const numbers = await enrolApart(opened);
  const { options, data } = prepare(opened, numbers.at(-1)!);
  for (const fails of [true, false]) {
    const aside = new WatchedThread(data);
    await aside.started;
    const stopping = new AbortController();
    let added = 0;
    const sink: LoadOptions['sink'] = {
      ...collect().sink,
      add() {
        added++;
        if (fails) throw new Error('no memory');
        stopping.abort(new Error('stopped'));
      },
    };
    await t.rejects(loadTemplates({ ...options, sink, aside, signal: stopping.signal }), {
      message: fails ? 'no memory' : 'stopped',
    });
    t.ok(aside.hasStopped);
    t.ok(added < count, `${added} of ${count} were added`);
  }
});

async function loadWhileErasing(t: Test, databaseUrl: string): Promise<void> {
  const opened = await openTestGallery(t, { databaseUrl });
  const { store, gallery, caller } = opened;
  const first = (await opened.enrol('first', vectorAt(0))).person!.number;
  const second = (await opened.enrol('second', vectorAt(1))).person!.number;
  await skipNumbers(store.db, 100_000);
  const { person: stays } = await opened.enrol('stays', vectorAt(2));
  const index = new TemplateIndex(storedTemplates(store.db, gallery.masterKeys, gallery.recognitionModel));
  const erase = (person: number) => erasePerson(gallery, { actor: 'operator', companyId: caller.companyId, person, waitMs: 0 });
  const erasing: Promise<unknown>[] = [];
  const follower = await GalleryFollower.start({
    ...{ store, masterKeys: gallery.masterKeys, recognitionModel: gallery.recognitionModel, share, replicaId: 'erasing' },
    sink: {
      add(companyId, enrolment, person, vector) {
        index.add(companyId, enrolment, person, vector);
        // Its template was read before.
        if (person === second) erasing.push(erase(second));
      },
      remove: (companyId, enrolment) => index.remove(companyId, enrolment),
      removeOwner: (companyId, person) => index.removeOwner(companyId, person),
    },
    onProgress(part) {
      if (part === 0) erasing.push(erase(first));
    },
    onError: (error) => t.fail(String(error)),
    onStale: (reason) => t.fail(reason),
  });
  t.equal(erasing.length, 2);
  await Promise.all(erasing);
  await follower.reach(await readPosition(store.db));
  const found = await Promise.all([0, 1, 2].map((i) => index.search(caller.companyId, vectorAt(i), { limit: 1, minimum: 0.9 })));
  t.same(
    found.map(([match]) => match?.owner),
    [undefined, undefined, stays!.number],
  );
  t.equal(index.size(), 1);
  await follower.stop();
}

testEach('persons who are erased while templates are loaded are not in memory afterwards', loadWhileErasing);

testEach('a search finds everybody in a large gallery, whose templates two threads load', async (t, databaseUrl) => {
  const opened = await openTestGallery(t, { databaseUrl });
  const { store, search, caller } = opened;
  await opened.enrol('early', vectorAt(0));
  await skipNumbers(store.db, 100_000);
  await opened.enrol('late', vectorAt(1));
  await search.start();
  for (const i of [0, 1]) {
    const found = await search.search({ companyId: caller.companyId, vector: vectorAt(i), limit: 5, minimum: 0.9 });
    t.equal(found.length, 1);
  }
});
