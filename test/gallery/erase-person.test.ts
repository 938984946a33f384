import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { test } from 'tap';
import { erasePerson } from '../../src/gallery/erase-person.js';
import { hasEndedHere, makeReplicaId } from '../../src/gallery/replica-id.js';
import { findOrphans } from '../../src/gallery/verify-erasure.js';
import { openStore } from '../../src/storage/store.js';
import { selfie } from '../fixtures/pictures.js';
import { form, startTestServer } from '../helper.js';
import { testEach } from '../storage/databases.js';
import { seededVectors } from './index/unit-vectors.js';
import { findTrace, isClean, openTestGallery, readDataFiles } from './test-gallery.js';

/** A person's data in the database, as bytes. */
async function bytesOf(store: Awaited<ReturnType<typeof openTestGallery>>['store'], number: number) {
  const { db } = store;
  const person = await db.selectFrom('persons').selectAll().where('number', '=', number).executeTakeFirstOrThrow();
  const key = await db.selectFrom('dataKeys').selectAll().where('subject', '=', person.id).executeTakeFirstOrThrow();
  const enrolment = await db.selectFrom('enrolments').selectAll().where('person', '=', number).executeTakeFirstOrThrow();
  const picture = await db.selectFrom('pictures').selectAll().where('subject', '=', person.id).executeTakeFirstOrThrow();
  return {
    'citizen id': Buffer.from(person.citizenId),
    name: Buffer.from(person.name),
    'wrapped key': key.wrapped,
    'sealed template': enrolment.template,
    'sealed picture': picture.sealed,
  };
}

test('nothing of erased persons is left in the files, at any position among hundreds', async (t) => {
  const { store, dataDir, gallery, caller, enrol, replace } = await openTestGallery(t);
  const count = 200;
  const vectors = seededVectors(11, count);
  const numbers: number[] = [];
  for (let i = 0; i < count; i++) {
    // ids in no order: the indexes' pages split in their middle
    const word = randomBytes(9).toString('hex');
    const { person } = await enrol(`ID-${word}`, vectors.slice(i * 512, (i + 1) * 512), {
      name: `Name ${word}`,
      // some longer than a page of the database
      picture: randomBytes(i % 40 === 2 ? 9000 : 600),
    });
    numbers.push(person!.number);
  }
  await replace(numbers[7]!, vectors.slice(0, 512));
  const erased = numbers.filter((_, i) => i % 5 === 2);
  const before = readDataFiles(dataDir);
  const traces = await Promise.all(erased.map((number) => bytesOf(store, number)));
  for (const bytes of Object.values(traces[0]!)) t.not(findTrace(before, bytes), undefined, 'it is found before');
  for (const person of erased) await erasePerson(gallery, { actor: 'operator', companyId: caller.companyId, person });

  const after = readDataFiles(dataDir);
  const left: Record<string, number> = {};
  for (const trace of traces)
    for (const [name, bytes] of Object.entries(trace))
      if (findTrace(after, bytes) !== undefined) left[name] = (left[name] ?? 0) + 1;
  t.same(left, {}, `of ${erased.length} erased persons`);
  const kept = await bytesOf(store, numbers[0]!);
  for (const [name, bytes] of Object.entries(kept)) t.not(findTrace(after, bytes), undefined, `${name} of others is there`);
  const { lateReplicas: _, ...orphans } = await findOrphans(store, gallery);
  t.ok(isClean(orphans), JSON.stringify(orphans));
});

test('an erasure that was interrupted after its commit is completed by the next start', async (t) => {
  const first = await startTestServer(t);
  const store = await openStore({ databaseUrl: '', dataDir: first.dataDir });
  const enrolled = await fetch(`${first.url}/api/v3.2/biometrics/recognizer/persons/`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await first.apiToken()}` },
    body: form({ citizen_id: 'interrupted', name: 'Interrupted', image: await selfie() }),
  });
  t.equal(enrolled.status, 201);
  await first.stop();
  // What erasePerson does up to its commit; then the process is killed, so that nobody scrubs.
  const { template } = await store.db.selectFrom('enrolments').select('template').executeTakeFirstOrThrow();
  await sql`pragma wal_autocheckpoint=0`.execute(store.db);
  await store.db.deleteFrom('enrolments').execute();
  const log = join(first.dataDir, 'triface.db-wal');
  t.ok(statSync(log).size > 0, 'the log is not empty');
  t.not(findTrace(readDataFiles(first.dataDir), template), undefined);
  const second = await startTestServer(t, { DATA_DIR: first.dataDir });
  t.equal((await fetch(`${second.url}/health/live`)).status, 200);
  t.equal(findTrace(readDataFiles(first.dataDir), template), undefined, 'gone when the server is ready');
  await store.close();
});

testEach('an erasure does not wait for a process of this machine that was killed', async (t, databaseUrl) => {
  const { store, gallery, caller, enrol } = await openTestGallery(t, { databaseUrl });
  const { person } = await enrol('one', seededVectors(51, 1).slice(0, 512));
  const child = spawn(process.execPath, ['-e', 'process.stdout.write("x")']);
  await once(child, 'exit');
  const id = makeReplicaId(0).replace(`/${process.pid}/`, `/${child.pid}/`);
  t.equal(hasEndedHere(id), true);
  t.equal(hasEndedHere(makeReplicaId(0)), false, 'this process');
  t.equal(hasEndedHere(`elsewhere/${child.pid}/0/x`), false, 'of other machines nothing is known');
  for (const [replica, pending] of [
    [id, 0],
    [`elsewhere/${child.pid}/0/x`, 1],
  ] as const) {
    await store.db.deleteFrom('galleryReplicas').execute();
    await store.db.insertInto('galleryReplicas').values({ id: replica, applied: 0, seenAt: store.now() }).execute();
    const who = pending === 0 ? person! : (await enrol('two', seededVectors(52, 1).slice(0, 512))).person!;
    const { replicas } = await erasePerson(gallery, {
      actor: 'operator',
      companyId: caller.companyId,
      person: who.number,
      waitMs: 300,
    });
    t.equal(replicas.pending, pending);
  }
});
