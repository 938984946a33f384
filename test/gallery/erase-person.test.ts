import { randomBytes } from 'node:crypto';
import { test } from 'tap';
import { erasePerson } from '../../src/gallery/erase-person.js';
import { findOrphans } from '../../src/gallery/verify-erasure.js';
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
  const { lateReplicas: _, ...orphans } = await findOrphans(store, gallery.receipts);
  t.ok(isClean(orphans), JSON.stringify(orphans));
});
