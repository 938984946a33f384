import { randomBytes } from 'node:crypto';
import { readFileSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { sql } from 'kysely';
import { type Test, test } from 'tap';
import { parseMasterKeys } from '../../src/base/settings/master-keys.js';
import { SettingError } from '../../src/base/settings/setting-error.js';
import { listEnrolments, openTemplates } from '../../src/gallery/enrolments.js';
import { createGalleryService } from '../../src/gallery/gallery-service.js';
import { findPerson } from '../../src/gallery/persons.js';
import { findDataKey, findMasterKeysInUse, rewrapDataKeys } from '../../src/vault/data-keys.js';
import { openMasterKeys } from '../../src/vault/master-keys.js';
import { findPicture } from '../../src/vault/pictures.js';
import { KEY_LENGTH, SealError, seal, unseal } from '../../src/vault/seal.js';
import { selfie } from '../fixtures/pictures.js';
import { seededVectors } from '../gallery/index/unit-vectors.js';
import { assessWith, openTestGallery, readDataFiles } from '../gallery/test-gallery.js';
import { testEach } from '../storage/databases.js';

const isRefused = (attempt: () => unknown): boolean => {
  try {
    attempt();
    return false;
  } catch (error) {
    return error instanceof SealError;
  }
};

test('a seal opens only with its key and its context, and detects any change', (t) => {
  const bytes = fc.uint8Array({ maxLength: 200 });
  const key = fc.uint8Array({ minLength: KEY_LENGTH, maxLength: KEY_LENGTH });
  fc.assert(
    fc.property(bytes, key, key, fc.string(), fc.string(), fc.nat(), fc.integer({ min: 1, max: 255 }), (...sample) => {
      const [plain, own, other, words, otherWords, position, change] = sample;
      const sealed = seal(own, plain, words);
      const isOpened = Buffer.from(plain).equals(unseal(own, sealed, words));
      const changed = Buffer.from(sealed);
      changed[position % changed.length]! ^= change;
      const attempts = [
        () => unseal(own, changed, words),
        () => unseal(own, sealed.subarray(0, position % sealed.length), words),
        () => unseal(own, Buffer.concat([sealed, Buffer.of(0)]), words),
        ...(Buffer.from(own).equals(other) ? [] : [() => unseal(other, sealed, words)]),
        ...(Buffer.from(words).equals(Buffer.from(otherWords)) ? [] : [() => unseal(own, sealed, otherWords)]),
      ];
      return isOpened && attempts.every(isRefused) && !seal(own, plain, words).equals(sealed);
    }),
  );
  t.pass('for every sample');
  t.end();
});

/** Two persons with a picture each. */
async function openPair(t: Test, databaseUrl = '') {
  const opened = await openTestGallery(t, { databaseUrl });
  const vectors = seededVectors(5, 2);
  const picture = await selfie();
  const [one, two] = [vectors.slice(0, 512), vectors.slice(512)];
  const { person: first } = await opened.enrol('one', one, { picture: Buffer.from(picture) });
  const { person: second } = await opened.enrol('two', two, { picture: await selfie('other') });
  const { db } = opened.store;
  const readPicture = async (masterKeys = opened.gallery.masterKeys) =>
    findPicture(db, (await findDataKey(db, masterKeys, first!.id))!, first!.id, first!.pictureId!);
  return { ...opened, db, one, two, picture, first: first!, second: second!, readPicture };
}

test('at rest: neither the picture nor the template is in the files, and both can be read', async (t) => {
  const { dataDir, gallery, db, one, picture, first, readPicture } = await openPair(t);
  t.ok((await readPicture())!.bytes.equals(picture));
  t.same(await openTemplates(db, gallery, first), [one]);
  const stored = readDataFiles(dataDir);
  for (let at = 200; at + 32 < picture.length; at += 997)
    t.notOk(stored.includes(picture.subarray(at, at + 32)), `bytes of the picture from ${at}`);
  const floats = Buffer.from(one.buffer, one.byteOffset, one.byteLength);
  for (let at = 0; at + 8 <= floats.length; at += 8)
    if (stored.includes(floats.subarray(at, at + 8))) t.fail(`floats from ${at}`);
  const key = await findDataKey(db, gallery.masterKeys, first.id);
  t.notOk(stored.includes(key!), 'the data key is not there open');
  for (const { key } of gallery.masterKeys.read()) {
    t.notOk(stored.includes(Buffer.from(key)), 'nor the master key');
    t.notOk(stored.includes(Buffer.from(key).toString('base64')), 'in any form');
  }
  t.equal(statSync(join(dataDir, 'keys/master-key')).mode & 0o777, 0o600);
});

testEach('another master key opens nothing, with a plain message', async (t, databaseUrl) => {
  const { dataDir, db, gallery, first, readPicture } = await openPair(t, databaseUrl);
  const fixed = parseMasterKeys(randomBytes(32).toString('base64'));
  const masterKeys = await openMasterKeys({ fixed, dataDir, warn: () => {} });
  const { id } = gallery.masterKeys.read()[0];
  const told = {
    name: 'UnavailableError',
    message: `the master key ${id} is missing: restore it in TRIFACE_MASTER_KEY or keys/master-key`,
  };
  await t.rejects(readPicture(masterKeys), told);
  await t.rejects(openTemplates(db, { ...gallery, masterKeys }, first), told);
  // giving another key the same name gains a forger nothing
  const [forged] = fixed;
  const named = { ...masterKeys, read: () => [{ ...forged, id }] as const };
  await t.rejects(readPicture(named), { name: 'SealError' });
});

testEach('data that was changed, or moved from one person to another, is refused', async (t, databaseUrl) => {
  const { db, gallery, first, second, readPicture } = await openPair(t, databaseUrl);
  const enrolmentOf = (person: number) =>
    db.selectFrom('enrolments').selectAll().where('person', '=', person).executeTakeFirstOrThrow();
  const keyOf = (subject: string) =>
    db.selectFrom('dataKeys').selectAll().where('subject', '=', subject).executeTakeFirstOrThrow();
  const flipped = (bytes: Uint8Array, at: number) => Buffer.from(bytes).fill(bytes[at]! ^ 1, at, at + 1);
  const openFirst = () => openTemplates(db, gallery, first);

  const template = await enrolmentOf(first.number);
  const setTemplate = (value: Uint8Array) =>
    db.updateTable('enrolments').set({ template: value }).where('number', '=', template.number).execute();
  for (const at of [0, 1, 12, 13, 1000, template.template.length - 1]) {
    await setTemplate(flipped(template.template, at));
    await t.rejects(openFirst(), { name: 'SealError' }, `template, byte ${at}`);
  }
  await setTemplate((await enrolmentOf(second.number)).template);
  await t.rejects(openFirst(), { name: 'SealError' }, 'the template of another');
  await setTemplate(template.template);
  t.equal((await openFirst()).length, 1);

  // together with the other person's key: an attacker with write access to the database impersonates a person
  const keys = [await keyOf(first.id), await keyOf(second.id)] as const;
  await db.updateTable('dataKeys').set({ wrapped: keys[1].wrapped }).where('subject', '=', first.id).execute();
  await setTemplate((await enrolmentOf(second.number)).template);
  await t.rejects(openFirst(), { name: 'SealError' }, 'the wrapped key of another');
  await db
    .updateTable('dataKeys')
    .set({ wrapped: flipped(keys[0].wrapped, 20) })
    .where('subject', '=', first.id)
    .execute();
  await t.rejects(openFirst(), { name: 'SealError' }, 'a changed key');
  await db.updateTable('dataKeys').set({ wrapped: keys[0].wrapped }).where('subject', '=', first.id).execute();
  await sql`update enrolments set person = ${first.number} where person = ${second.number}`.execute(db);
  await setTemplate(template.template);
  await t.rejects(openFirst(), { name: 'SealError' }, 'an enrolment moved to another person');
  await sql`update enrolments set person = ${second.number} where number != ${template.number}`.execute(db);

  const [picture] = await db.selectFrom('pictures').selectAll().where('subject', '=', first.id).execute();
  const [other] = await db.selectFrom('pictures').selectAll().where('subject', '=', second.id).execute();
  const setPicture = (sealed: Uint8Array) => db.updateTable('pictures').set({ sealed }).where('id', '=', picture!.id).execute();
  for (const sealed of [flipped(picture!.sealed, 5000), other!.sealed, picture!.sealed.subarray(0, 40), Buffer.alloc(0)]) {
    await setPicture(sealed);
    await t.rejects(readPicture(), { name: 'SealError' });
  }
  await setPicture(picture!.sealed);
  t.ok(await readPicture());
  const moved = await findPicture(db, (await findDataKey(db, gallery.masterKeys, second.id))!, second.id, picture!.id);
  t.equal(moved, undefined, 'a picture is found by its own person only');
});

testEach('one template that cannot be opened does not prevent a search of the others', async (t, databaseUrl) => {
  const { db, search, caller, two, first, second } = await openPair(t, databaseUrl);
  await db
    .updateTable('enrolments')
    .set({ template: Buffer.alloc(100) })
    .where('person', '=', first.number)
    .execute();
  const found = await search.search({ companyId: caller.companyId, vector: two.slice(), limit: 5, minimum: 0.5 });
  t.same(
    found.map(({ person }) => person),
    [second.number],
  );
});

testEach('master keys rotate: data keys are rewrapped while in use, and the old key can be destroyed', async (t, databaseUrl) => {
  const { dataDir, store, db, gallery, search, caller, enrol, one, first, second, picture, readPicture } = await openPair(
    t,
    databaseUrl,
  );
  t.equal((await search.search({ companyId: caller.companyId, vector: one.slice(), limit: 1, minimum: 0.5 })).length, 1);
  const old = gallery.masterKeys.read()[0];
  const before = (await db.selectFrom('pictures').select('sealed').execute()).map(({ sealed }) =>
    Buffer.from(sealed).toString('base64'),
  );
  // as from another process, such as the command
  const command = await openMasterKeys({ fixed: [], dataDir, warn: () => {} });
  const added = await command.stage(new Set([command.read()[0].id]));
  await command.promote(added.id);
  t.equal(statSync(join(dataDir, 'keys/master-key')).mode & 0o777, 0o600);
  t.equal(gallery.masterKeys.read()[0].id, added.id, 'who has it open sees it at once');
  const vectors = seededVectors(6, 30);
  const [rewrapped] = await Promise.all([
    rewrapDataKeys(db, command),
    ...Array.from({ length: 30 }, (_, i) => enrol(`new-${i}`, vectors.slice(i * 512, (i + 1) * 512))),
  ]);
  t.ok(rewrapped >= 2, `${rewrapped} rewrapped`);
  t.equal(await rewrapDataKeys(db, command), 0, 'nothing is left for a second run');
  t.same([...(await findMasterKeysInUse(db))], [added.id]);
  t.same(await command.drop(await findMasterKeysInUse(db)), [old.id]);
  t.notOk(
    readFileSync(join(dataDir, 'keys/master-key'), 'utf8').includes(Buffer.from(old.key).toString('base64')),
    'the old one is gone',
  );
  t.ok((await readPicture())!.bytes.equals(picture));
  t.same(await openTemplates(db, gallery, first), [one]);
  t.equal((await openTemplates(db, gallery, second)).length, 1);
  const after = (await db.selectFrom('pictures').select('sealed').execute()).map(({ sealed }) =>
    Buffer.from(sealed).toString('base64'),
  );
  for (const sealed of before) t.ok(after.includes(sealed), 'what the keys open stays as it is');
  const { person } = await enrol('after', vectors.slice(0, 512));
  const service = createGalleryService(gallery, { assessor: assessWith(store, caller)(one), search });
  t.ok(await service.readPicture(caller, (await findPerson(db, caller.companyId, person!.number))!));
  t.equal((await listEnrolments(db, person!)).length, 1);
  const hits = await search.search({ companyId: caller.companyId, vector: one.slice(), limit: 1, minimum: 0.5 });
  t.equal(hits[0]?.person, first.number);
});

test('invalid keys are refused without showing them', async (t) => {
  const [good, short] = [randomBytes(32).toString('base64'), randomBytes(31).toString('base64')];
  for (const text of [
    '',
    ' , ',
    short,
    `${good},${short}`,
    `${good}x`,
    'not base64 at all!!',
    Buffer.alloc(64).toString('base64'),
  ]) {
    try {
      parseMasterKeys(text);
      t.fail(`taken: ${text}`);
    } catch (error) {
      t.ok(error instanceof SettingError);
      if (text.trim().length > 3) t.notOk((error as Error).message.includes(text.slice(0, 12)));
    }
  }
  const parsed = parseMasterKeys(`${good}\n`);
  t.equal(Buffer.from(parsed[0].key).toString('base64'), good);
  const dataDir = t.testdir();
  const keys = await openMasterKeys({ fixed: [], dataDir, warn: () => {} });
  writeFileSync(join(dataDir, 'keys/master-key'), 'damaged, and of another length\n');
  t.throws(() => keys.read(), { name: 'UnavailableError', reason: 'keys' });
  unlinkSync(join(dataDir, 'keys/master-key'));
  t.throws(() => keys.read(), { name: 'UnavailableError', reason: 'keys' });
  writeFileSync(join(dataDir, 'keys/master-key'), 'damaged, and of another length\n');
  await t.rejects(openMasterKeys({ fixed: [], dataDir, warn: () => {} }), { name: 'KeyError' });
  const fixed = await openMasterKeys({ fixed: parsed, dataDir, warn: () => {} });
  await t.rejects(fixed.stage(new Set(parsed.map(({ id }) => id))), { name: 'KeyError', message: /TRIFACE_MASTER_KEY/ });
});
