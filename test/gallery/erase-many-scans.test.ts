import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { verifyAudit } from '../../src/audit/verify-audit.js';
import { erasePerson } from '../../src/gallery/erase-person.js';
import { eraseRest, finishErasures } from '../../src/gallery/finish-erasure.js';
import { findOrphans } from '../../src/gallery/verify-erasure.js';
import { findAnyScan, findScan } from '../../src/scans/scans.js';
import type { Store } from '../../src/storage/store.js';
import { makeDataKey } from '../../src/vault/data-keys.js';
import { openMasterKeys } from '../../src/vault/master-keys.js';
import { serve } from '../app/served.js';
import { attachRecognizer } from '../contracts/apptenticate/recognizer.js';
import { measureHolds } from '../event-loop.js';
import { selfie } from '../fixtures/pictures.js';
import { temporaryDirectory } from '../helper.js';
import { testEach } from '../storage/databases.js';
import { seededVectors } from './index/unit-vectors.js';
import { isClean, openTestGallery } from './test-gallery.js';

interface Compared {
  readonly companyId: string;
  readonly accountId: string;
  /** uuid of the person */
  readonly personId: string;
  readonly scans: number;
  /** of them, with a kept picture */
  readonly pictures?: number;
}

/** Stores scans in which a face was compared with a person. @returns their ids */
async function addScans(store: Store, dataDir: string, { companyId, accountId, personId, scans, pictures = 0 }: Compared) {
  const masterKeys = await openMasterKeys({ fixed: [], dataDir, warn: () => {} });
  const rows = Array.from({ length: scans }, (_, i) => ({
    ...{ id: randomUUID(), companyId, accountId, personId, contract: 'test', reference: null, channel: null, createdAt: i },
    ...{ updatedAt: i, createdBy: accountId, updatedBy: accountId, elapsedMs: 1, outcome: 'bona-fide', livenessScore: 1 },
    ...{ finding: null, policyVersion: 'test', detail: '{}', pictureId: i < pictures ? randomUUID() : null },
  }));
  await store.db.transaction().execute(async (db) => {
    for (let start = 0; start < rows.length; start += 200)
      await db
        .insertInto('scans')
        .values(rows.slice(start, start + 200))
        .execute();
    for (const { id, pictureId } of rows.slice(0, pictures)) {
      await makeDataKey(db, masterKeys, id, 0);
      const picture = {
        companyId,
        subject: id,
        mediaType: 'image/jpeg',
        sealed: randomBytes(3000),
        createdAt: 0,
        expiresAt: null,
      };
      await db
        .insertInto('pictures')
        .values({ ...picture, id: pictureId! })
        .execute();
    }
  });
  return rows.map(({ id }) => id);
}

const countOf = async (store: Store, table: 'scans' | 'pictures' | 'unfinishedErasures' | 'erasureReceipts') =>
  (await store.db.selectFrom(table).select('id').execute()).length;

testEach('the receipt counts everything, however many batches it takes', async (t, databaseUrl) => {
  const { store, dataDir, gallery, caller, enrol } = await openTestGallery(t, { databaseUrl });
  for (const [scans, pictures] of [
    [0, 0],
    [99, 19],
    [100, 0],
    [20, 20],
    [1003, 41],
  ] as const) {
    const { person } = await enrol(`of ${scans}`, seededVectors(scans + 1, 1).slice(0, 512));
    const before = { scans: await countOf(store, 'scans'), pictures: await countOf(store, 'pictures') };
    await addScans(store, dataDir, { ...caller, personId: person!.id, scans, pictures });
    const erased = await erasePerson(gallery, { actor: 'operator', companyId: caller.companyId, person: person!.number });
    // one more picture, scan and key: those of the enrolment
    const counts = { persons: 1, enrolments: 1, pictures: pictures + 1, scans: scans + 1, keys: pictures + 1 };
    t.same(erased.erasure.counts, counts);
    t.same(await gallery.receipts.verify(erased.receipt), erased.erasure);
    t.same(
      { scans: await countOf(store, 'scans'), pictures: await countOf(store, 'pictures') },
      { scans: before.scans - 1, pictures: before.pictures - 1 },
    );
    t.equal(await countOf(store, 'unfinishedErasures'), 0);
  }
  t.ok(isClean(await findOrphans(store, gallery)));
  t.match(await verifyAudit(store.db, gallery.audit), { ok: true });
});

test('the erasure of somebody with ten thousand scans does not hold the event loop', async (t) => {
  const { store, dataDir, gallery, caller, enrol } = await openTestGallery(t);
  const shares: number[] = [];
  // The machine may pause the process: the best of three.
  for (let round = 0; round < 3 && !(Math.min(...shares) < 0.1); round++) {
    const { person } = await enrol(`round ${round}`, seededVectors(round + 1, 1).slice(0, 512));
    await addScans(store, dataDir, { ...caller, personId: person!.id, scans: 10_000, pictures: 1000 });
    const start = performance.now();
    const { longestMs } = await measureHolds(() =>
      erasePerson(gallery, { actor: 'operator', companyId: caller.companyId, person: person!.number }),
    );
    const totalMs = performance.now() - start;
    t.comment(`longest turn ${longestMs.toFixed(0)} ms of ${totalMs.toFixed(0)} ms`);
    shares.push(longestMs / totalMs);
  }
  t.ok(Math.min(...shares) < 0.1, `${shares}`);
});

testEach('an interrupted erasure hides and locks everything, and is finished later', async (t, databaseUrl) => {
  const { store, dataDir, gallery, caller, enrol } = await openTestGallery(t, { databaseUrl });
  const { db } = store;
  const { companyId } = caller;
  const { person } = await enrol('one', seededVectors(7, 1).slice(0, 512));
  const other = await enrol('other', seededVectors(8, 1).slice(0, 512));
  const ids = await addScans(store, dataDir, { ...caller, personId: person!.id, scans: 500, pictures: 50 });
  const [others] = await addScans(store, dataDir, { ...caller, personId: other.person!.id, scans: 1 });
  t.ok(await findScan(store, companyId, ids[499]!));

  // The second transaction of the erasure fails, as if the process ended there.
  let transactions = 0;
  const failing = new Proxy(db, {
    get(target, name) {
      if (name === 'transaction' && ++transactions === 2) throw new Error('interrupted');
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const interrupted = { ...gallery, store: { ...store, db: failing } };
  const erasing = erasePerson(interrupted, { actor: 'operator', companyId, person: person!.number });
  await t.rejects(erasing, { message: 'interrupted' });
  t.equal(await countOf(store, 'unfinishedErasures'), 1);
  t.equal(await countOf(store, 'erasureReceipts'), 0, 'no receipt before everything is gone');
  const { unfinished, scans } = await findOrphans(store, gallery);
  t.equal(unfinished, 1);
  t.ok(scans > 300, `${scans} scans are left`);
  t.equal((await db.selectFrom('scans').select('id').where('id', '=', ids[499]!).execute()).length, 1, 'this one as well');
  t.equal(await findScan(store, companyId, ids[499]!), undefined, 'which nobody finds any more');
  t.equal(await findAnyScan(store, ids[499]!), undefined, 'nor the operator');
  t.ok(await findScan(store, companyId, others!), 'unlike those of others');
  const keys = await db.selectFrom('dataKeys').select('subject').execute();
  t.same(
    keys.map(({ subject }) => subject),
    [other.person!.id],
    'every key is destroyed',
  );

  // Several servers may be at work on it.
  const { id } = await db.selectFrom('unfinishedErasures').select('id').executeTakeFirstOrThrow();
  const finishing = [eraseRest(gallery, id), eraseRest(gallery, id)];
  t.equal(await finishErasures(gallery), 0, 'what this process is at work on is not interrupted');
  const [first, second] = await Promise.all(finishing);
  t.same(first, second, 'one receipt');
  t.ok(isClean(await findOrphans(store, gallery)));
  const receipts = await db.selectFrom('erasureReceipts').select('receipt').execute();
  t.equal(receipts.length, 1);
  const erasure = await gallery.receipts.verify(receipts[0]!.receipt);
  t.same(erasure.counts, { persons: 1, enrolments: 1, pictures: 51, scans: 501, keys: 51 });
  t.equal(await finishErasures(gallery), 0);
});

testEach('a server that was killed finishes its erasures when it starts again', async (t, databaseUrl) => {
  const [user, password] = ['tester', 'correct horse battery'];
  const dataDir = temporaryDirectory(t);
  const env = {
    ...{ DATA_DIR: dataDir, DATABASE_URL: databaseUrl },
    ...{ TRIFACE_ADMIN_USER: user, TRIFACE_ADMIN_PASSWORD: password },
  };
  const first = await serve(t, env);
  const { create, send, store } = await attachRecognizer(t, { url: first.url, dataDir, user, password }, databaseUrl);
  const { json } = await create({ citizen_id: 'one', name: 'One', image: await selfie() });
  const person = await store.db.selectFrom('persons').select(['id', 'companyId']).executeTakeFirstOrThrow();
  const { id: accountId } = await store.db.selectFrom('accounts').select('id').executeTakeFirstOrThrow();
  await addScans(store, dataDir, { companyId: person.companyId, accountId, personId: person.id, scans: 3000 });
  const deleting = send('DELETE', `recognizer/persons/${json.id}/`).catch(() => undefined);
  while ((await countOf(store, 'unfinishedErasures')) === 0) await sleep(1);
  await first.end('SIGKILL');
  await deleting;
  const [unfinished] = await store.db.selectFrom('unfinishedErasures').selectAll().execute();
  t.match(unfinished, { person: person.id }, 'it was killed in the middle');
  await serve(t, env);
  while ((await countOf(store, 'erasureReceipts')) === 0) await sleep(50);
  t.equal(await countOf(store, 'scans'), 0);
  t.match(await store.db.selectFrom('erasureReceipts').select('id').executeTakeFirst(), { id: unfinished!.id });
});

test('templates in the memory of this process are dropped without waiting for the next poll', async (t) => {
  const { gallery, caller, enrol, search } = await openTestGallery(t);
  await search.start();
  /** Milliseconds of seven erasures. */
  const measure = async (parts: Parameters<typeof erasePerson>[0]): Promise<number> => {
    let total = 0;
    for (let i = 0; i < 7; i++) {
      const { person } = await enrol(`${i}`, seededVectors(i + 1, 1).slice(0, 512));
      const start = performance.now();
      const { replicas } = await erasePerson(parts, { actor: 'operator', companyId: caller.companyId, person: person!.number });
      total += performance.now() - start;
      t.same(replicas, { confirmed: 1, pending: 0 });
    }
    return total;
  };
  const polled = await measure(gallery);
  const woken = await measure({ ...gallery, search });
  t.comment(`polled ${polled.toFixed(0)} ms, woken ${woken.toFixed(0)} ms`);
  t.ok(woken < polled * 0.8, `${woken} ms, ${polled} ms`);
});
