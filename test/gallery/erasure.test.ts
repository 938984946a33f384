import { setTimeout as sleep } from 'node:timers/promises';
import { compactVerify, importJWK, type JWK } from 'jose';
import sharp from 'sharp';
import { type AuditTools, openAuditTools } from '../../src/audit/audit-keys.js';
import { verifyAudit } from '../../src/audit/verify-audit.js';
import { UnavailableError } from '../../src/base/unavailable-error.js';
import { openTemplates } from '../../src/gallery/enrolments.js';
import { expirePictures } from '../../src/gallery/expire-pictures.js';
import { findOrphans } from '../../src/gallery/verify-erasure.js';
import { createLogger } from '../../src/platform/request-log.js';
import { listSweeps } from '../../src/server/sweeps.js';
import type { Store } from '../../src/storage/store.js';
import { findMasterKeysInUse, rewrapDataKeys } from '../../src/vault/data-keys.js';
import { KeyRegister, MASTER_RING } from '../../src/vault/key-register.js';
import { openMasterKeys } from '../../src/vault/master-keys.js';
import { isError, type Served, serve } from '../app/served.js';
import { attachRecognizer, type Recognizer } from '../contracts/apptenticate/recognizer.js';
import { type Answer, ask } from '../contracts/clients.js';
import { noFace, selfie } from '../fixtures/pictures.js';
import { form, temporaryDirectory } from '../helper.js';
import { repetitions } from '../repetitions.js';
import { testEach } from '../storage/databases.js';
import { findTrace, isClean, readDataFiles } from './test-gallery.js';

const persons = 'recognizer/persons/';
/** Runs each sweep once. @param hasKeys whether the server has the keys of the others */
async function sweepOnce(
  store: Store,
  { audit, receipts }: Pick<AuditTools, 'audit' | 'receipts'>,
  hasKeys: boolean,
): Promise<void> {
  const sweeps = listSweeps({
    ...{ store, audit, receipts, register: new KeyRegister(store), log: createLogger('silent'), scanRetentionDays: 0 },
    checkKeys: () => {
      if (!hasKeys) throw new UnavailableError('keys', 'a key is missing');
    },
  });
  for (const sweep of sweeps)
    await sweep.run(store.now(), new AbortController().signal).catch((error) => {
      if (!(error instanceof UnavailableError)) throw error;
    });
}

const smaller = async (who: 'selfie' | 'other', width = 360) =>
  sharp(await selfie(who))
    .resize(width)
    .jpeg({ quality: 90 })
    .toBuffer();

testEach('two servers on one database', async (t, databaseUrl) => {
  const [user, password] = ['tester', 'correct horse battery'];
  const dataDir = temporaryDirectory(t);
  const env = {
    DATA_DIR: dataDir,
    DATABASE_URL: databaseUrl,
    TRIFACE_ADMIN_USER: user,
    TRIFACE_ADMIN_PASSWORD: password,
  };
  const reach = async (): Promise<Recognizer & Pick<Served, 'log'>> => {
    const { url, log } = await serve(t, env);
    return { ...(await attachRecognizer(t, { url, dataDir, user, password }, databaseUrl)), log };
  };
  const first = await reach();
  const second = await reach();
  const { store, accounts, send, create, face } = first;
  const { db } = store;
  await first.addAccount({ username: 'stranger', company: 'Elsewhere' });
  const { audit, receipts } = await openAuditTools({ dataDir, warn: () => {}, now: Date.now });
  const masterKeys = await openMasterKeys({ fixed: [], dataDir, warn: () => {} });
  const one = await smaller('selfie');
  const two = await smaller('other');
  const again = await sharp(one).linear(0.95, 5).jpeg({ quality: 85 }).toBuffer();
  const basicOf = (name: string) => ({ authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}` });
  const own = (
    on: Recognizer,
    method: string,
    path: string,
    parts?: Record<string, string | Buffer>,
    as = user,
  ): Promise<Answer> => ask(on.server.url + path, { method, headers: basicOf(as), ...(parts ? { body: form(parts) } : {}) });
  const identify = (on: Recognizer, image: Buffer, more: Record<string, string> = {}) =>
    own(on, 'POST', '/v1/identify', { image, ...more });
  const namesOf = ({ json }: Answer): string[] => json.candidates.map(({ citizenId }: { citizenId: string }) => citizenId);
  /** Waits until the other server has followed. */
  const identifyUntil = async (on: Recognizer, image: Buffer, names: readonly string[]): Promise<string[]> => {
    for (const deadline = Date.now() + 10_000; ; await sleep(50)) {
      const found = namesOf(await identify(on, image)).sort();
      if (`${found}` === `${names}` || Date.now() > deadline) return found;
    }
  };
  const erase = (id: number) => send('DELETE', `${persons}${id}/`);
  const checkOrphans = async (name: string): Promise<void> => {
    let orphans = await findOrphans(store, { receipts, audit });
    // every process polls five times per second
    for (let tries = 0; tries < 20 && orphans.lateReplicas > 0; tries++) {
      await sleep(100);
      orphans = await findOrphans(store, { receipts, audit });
    }
    t.ok(isClean(orphans), `${name}: ${JSON.stringify(orphans)}`);
  };

  await t.test('identification: empty, found through the other server at once, its limits', async (t) => {
    t.match(await identify(second, one), { status: 200, json: { accepted: true, candidates: [] } });
    for (const [name, picture] of [
      ['A', one],
      ['B', two],
    ] as const) {
      const { json } = await create({ citizen_id: `new-${name}`, name, image: picture });
      const found = await identify(second, picture);
      t.same(namesOf(found), [`new-${name}`]);
      t.match(found.json.candidates[0], { id: json.id, name, matches: true });
      t.ok(found.json.candidates[0].score > 0.9);
      await send('PATCH', `${persons}${json.id}/`, { form: { is_blocked: 'true' } });
      t.same(namesOf(await identify(second, picture)), [], 'a blocked person is not named, from that moment on');
      await send('PATCH', `${persons}${json.id}/`, { form: { is_blocked: 'false' } });
      t.same(namesOf(await identify(second, picture)), [`new-${name}`]);
    }
    t.same(namesOf(await identify(second, one, { minimum: '-1' })), ['new-A', 'new-B'], 'best first');
    t.same(namesOf(await identify(second, one, { minimum: '-1', limit: '1' })), ['new-A']);
    const theirs = await own(second, 'POST', '/triface/v1/identify', { image: one, minimum: '-1' }, 'stranger');
    t.same(theirs.json.candidates, [], 'no person of another company');
    const refused = await identify(second, await noFace());
    t.match(refused.json, { accepted: false, findings: ['face-not-found'], scan: String });
    for (const more of [{ limit: '0' }, { limit: '101' }, { limit: '1.5' }, { limit: 'x' }, { minimum: '2' }, { minimum: 'NaN' }])
      t.match(await identify(second, one, more), { status: 400, json: { error: 'bad-request' } }, JSON.stringify(more));
    t.equal((await own(second, 'POST', '/v1/identify', { limit: '1' })).status, 400);
    t.equal((await ask(`${second.server.url}/v1/identify`, { method: 'POST' })).status, 401);
    await first.addAccount({ username: 'reader', rights: ['persons:read'] });
    t.equal((await own(second, 'POST', '/v1/identify', { image: one }, 'reader')).status, 403);
    for (const { id } of (await send('GET', persons)).json.results) await erase(id);
  });

  await t.test('enrolments: several, listed, removed, never the last', async (t) => {
    const { json: person } = await create({ citizen_id: 'many', name: 'Many', image: one });
    const path = `/triface/v1/persons/${person.id}/enrolments`;
    t.match((await face({ citizen_id: 'many', image: two })).json, { result: false });
    const added = await own(second, 'POST', path, { image: two });
    t.equal(added.status, 201);
    t.match(added.json, { id: String, model: String, quality: Number, pictureKept: true, createdAt: String });
    const listed = (await own(first, 'GET', path)).json;
    t.equal(listed.length, 2);
    t.same(listed[1], added.json);
    t.match((await face({ citizen_id: 'many', image: two })).json, { result: true }, 'either is the person');
    t.match((await face({ citizen_id: 'many', image: one })).json, { result: true });
    t.match(await own(first, 'POST', path, { image: await noFace() }), { status: 200, json: { accepted: false } });
    t.match(await own(first, 'POST', path, { text: 'x' }), { status: 400, json: { error: 'bad-request' } });
    for (const [method, where, as] of [
      ['GET', path, 'stranger'],
      ['POST', path, 'stranger'],
      ['DELETE', `${path}/${added.json.id}`, 'stranger'],
      ['GET', '/triface/v1/persons/x/enrolments', user],
      ['GET', '/triface/v1/persons/99999999999/enrolments', user],
    ] as const)
      t.match(
        await own(first, method, where, method === 'POST' ? { image: one } : undefined, as),
        { status: 404, json: { error: 'unknown-person' } },
        `${method} ${where} by ${as}`,
      );
    t.equal((await own(first, 'DELETE', `${path}/nonsense`)).status, 400);
    const nobodys = await own(first, 'DELETE', `${path}/00000000-0000-4000-8000-000000000000`);
    t.match(nobodys, { status: 404, json: { error: 'unknown-enrolment' } });
    t.equal((await own(first, 'DELETE', `${path}/${listed[0].id}`)).status, 204);
    t.match((await face({ citizen_id: 'many', image: one })).json, { result: false }, 'the removed one counts no more');
    t.same(await identifyUntil(second, one, []), [], 'not in the other server either');
    const shown = await send('GET', `${persons}${person.id}/image/`);
    t.equal(shown.status, 200, 'another picture stands for the person now');
    const last = await own(first, 'DELETE', `${path}/${added.json.id}`);
    t.match(last, { status: 409, json: { error: 'last-enrolment' } });
    t.match((await face({ citizen_id: 'many', image: two })).json, { result: true }, 'it is still there');
    await erase(person.id);
    await checkOrphans('after enrolments');
  });

  await t.test(
    'erasure: nothing is left in the files, the other server no longer finds the person, and the receipt proves it',
    async (t) => {
      await accounts.setPictureRetention(user, { scan: 30 });
      const secret = { citizen_id: 'SECRET-4711-ñ', name: 'Perpetua Unforgettable' };
      const { json: person } = await create({ ...secret, image: one });
      const { json: other } = await create({ citizen_id: 'stays', name: 'Other', image: two });
      await own(first, 'POST', `/triface/v1/persons/${person.id}/enrolments`, { image: again });
      const compared: string[] = [];
      for (const image of [again, two]) compared.push((await face({ ...secret, image })).json.id);
      await face({ ...secret, image: await noFace() });
      await send('PATCH', `${persons}${person.id}/`, { form: { image: await noFace() } });
      await own(first, 'POST', `/triface/v1/persons/${person.id}/enrolments`, { image: await noFace() });
      t.same(namesOf(await identify(second, again)), [secret.citizen_id]);

      const row = await db.selectFrom('persons').selectAll().where('number', '=', person.id).executeTakeFirstOrThrow();
      const scans = await db.selectFrom('scans').selectAll().where('personId', '=', row.id).execute();
      t.equal(scans.length, 8, 'a creation, two enrolments, three comparisons, a change and an identification');
      t.ok(scans.every(({ pictureId }) => pictureId !== null));
      for (const [i, picture] of [again, two].entries()) {
        const url = `${second.server.url}/triface/v1/scans/${compared[i]}/picture`;
        const kept = await fetch(url, { headers: basicOf(user) });
        t.ok(Buffer.from(await kept.arrayBuffer()).equals(picture), 'the picture of a scan is kept byte for byte');
      }
      const subjects = [row.id, ...scans.map(({ id }) => id)];
      const keys = await db.selectFrom('dataKeys').selectAll().where('subject', 'in', subjects).execute();
      const pictures = await db.selectFrom('pictures').selectAll().where('subject', 'in', subjects).execute();
      const enrolments = await db.selectFrom('enrolments').selectAll().where('person', '=', person.id).execute();
      t.same([keys.length, pictures.length, enrolments.length], [9, 10, 2]);
      const templates = await openTemplates(db, { masterKeys, recognitionModel: enrolments[0]!.model }, row);
      const before = readDataFiles(dataDir);
      for (let at = 1000; at + 32 < one.length; at += 501)
        if (before.includes(one.subarray(at, at + 32))) t.fail(`bytes of the picture are readable from ${at}`);
      for (const { buffer } of templates)
        for (let at = 0; at + 8 <= buffer.byteLength; at += 8)
          if (before.includes(Buffer.from(buffer, at, 8))) t.fail('numbers of the template are readable');
      const traces: [string, Uint8Array][] = [
        ...Object.entries(secret).map(([name, text]): [string, Uint8Array] => [name, Buffer.from(text)]),
        ...keys.map(({ wrapped }): [string, Uint8Array] => ['key', wrapped]),
        ...pictures.map(({ sealed }): [string, Uint8Array] => ['picture', sealed]),
        ...enrolments.map(({ template }): [string, Uint8Array] => ['template', template]),
      ];
      // only in SQLite's files: PostgreSQL keeps deleted rows until its vacuum, which is outside our control
      if (databaseUrl === '')
        t.same(
          traces.filter(([, bytes]) => findTrace(before, bytes) === undefined).map(([name]) => name),
          [],
          'all found before',
        );

      let answeredAt = Number.POSITIVE_INFINITY;
      let isOver = false;
      const asked: { at: number; answer: Answer }[] = [];
      const asking = [second, first].map(async (on) => {
        while (!isOver) {
          const at = performance.now();
          asked.push({ at, answer: await identify(on, again) });
        }
      });
      await sleep(400);
      const erased = await erase(person.id);
      answeredAt = performance.now();
      t.equal(erased.status, 200);
      await sleep(700);
      isOver = true;
      await Promise.all(asking);
      const later = asked.filter(({ at }) => at > answeredAt);
      t.ok(later.length > 0 && later.length < asked.length, `${later.length} of ${asked.length} asked after the answer`);
      t.same([...new Set(asked.map(({ answer }) => answer.status))], [200]);
      t.ok(
        later.every(({ answer }) => namesOf(answer).length === 0),
        'no person is named any more',
      );

      // data of concurrent requests belongs to their callers, not to the erased person: another erasure scrubs the log
      await erase(other.id);
      const after = readDataFiles(dataDir);
      t.same(
        traces.filter(([, bytes]) => findTrace(after, bytes) !== undefined).map(([name]) => name),
        [],
        'nothing is left',
      );
      t.same(await db.selectFrom('scans').select('id').where('id', 'in', compared).execute(), []);
      t.equal((await own(first, 'GET', `/triface/v1/scans/${compared[0]}/explanation`)).status, 404);
      await checkOrphans('after the erasure');

      const receipt = erased.headers.get('triface-erasure-receipt')!;
      const { json: key } = await own(second, 'GET', '/triface/v1/erasure-receipts/key');
      t.same(Object.keys(key).sort(), ['crv', 'kty', 'x'], 'the public half only');
      const { payload } = await compactVerify(receipt, await importJWK(key as JWK, 'EdDSA'));
      const proof = JSON.parse(Buffer.from(payload).toString());
      const counts = { persons: 1, enrolments: 2, pictures: 10, scans: 8, keys: 9 };
      t.match(proof, {
        id: String,
        person: row.id,
        companyId: row.companyId,
        erasedBy: row.createdBy,
        erasedAt: String,
        change: Number,
      });
      // identifications that ended between the first answer and the erasure belong to the person as well
      for (const name of ['persons', 'enrolments'] as const) t.equal(proof.counts[name], counts[name]);
      for (const name of ['pictures', 'scans', 'keys'] as const)
        t.ok(proof.counts[name] >= counts[name], `${proof.counts[name]} ${name}`);
      for (const text of [...Object.values(secret), String(person.id)])
        t.notOk(Buffer.from(payload).includes(`"${text}"`), 'no personal data');
      t.equal((await own(second, 'GET', `/triface/v1/erasure-receipts/${proof.id}`)).json.receipt, receipt);
      t.equal((await own(second, 'GET', `/triface/v1/erasure-receipts/${proof.id}`, undefined, 'stranger')).status, 404);
      await t.rejects(compactVerify(`${receipt.slice(0, -6)}AAAAAA`, await importJWK(key as JWK, 'EdDSA')));
      await accounts.setPictureRetention(user, { scan: 0 });
    },
  );

  await t.test('erasing while others compare, identify, change and enrol', async (t) => {
    const statuses = new Map<string, number>();
    for (let round = 0; round < repetitions(2, 3); round++) {
      const { json: person } = await create({ citizen_id: 'raced', name: 'Raced', image: one });
      const path = `${persons}${person.id}/`;
      const deeds: (() => Promise<Answer>)[] = [
        () => face({ citizen_id: 'raced', image: again }),
        () => second.face({ citizen_id: 'raced', image: again }),
        () => identify(second, again),
        () => send('PATCH', path, { form: { name: `Raced ${round}` } }),
        () => second.send('PATCH', path, { form: { image: again } }),
        () => own(first, 'POST', `/triface/v1/persons/${person.id}/enrolments`, { image: again }),
        () => second.send('GET', `${path}image/`),
        () => second.create({ citizen_id: 'raced', name: 'Again', image: again }),
      ];
      const running = deeds.map(async (deed, i) => {
        await sleep(i * 20);
        return deed();
      });
      await sleep(60 + 120 * round);
      const [erased, twice] = await Promise.all([erase(person.id), second.send('DELETE', path)]);
      t.same([erased.status, twice.status].sort(), [200, 404], 'one of two erasures');
      for (const { status, text } of await Promise.all(running)) {
        statuses.set(String(status), (statuses.get(String(status)) ?? 0) + 1);
        t.ok([200, 201, 204, 400, 404, 503].includes(status), `${status} ${text.slice(0, 100)}`);
      }
      t.same(await db.selectFrom('enrolments').select('id').where('person', '=', person.id).execute(), []);
      for (const { id } of (await send('GET', `${persons}?search=raced`)).json.results) await erase(id);
      await checkOrphans(`round ${round}`);
    }
    t.comment(JSON.stringify(Object.fromEntries(statuses)));
  });

  await t.test('pictures past their retention are deleted, with all references', async (t) => {
    // requests that searched for erased persons without a match have left their pictures, for thirty days
    await expirePictures(store, audit, Date.now() + 31 * 86_400_000);
    await accounts.setPictureRetention(user, { enrolment: 1, scan: 1 });
    const { json: person } = await create({ citizen_id: 'kept', name: 'Kept', image: one });
    await face({ citizen_id: 'kept', image: again });
    t.equal((await send('GET', `${persons}${person.id}/image/`)).status, 200);
    await expirePictures(store, audit, store.now());
    t.equal((await send('GET', `${persons}${person.id}/image/`)).status, 200, 'not before their time');
    const [oldest] = await db.selectFrom('pictures').select('id').orderBy('expiresAt').execute();
    await db.updateTable('pictures').set({ expiresAt: 1 }).where('id', '=', oldest!.id).execute();
    for (const hasKeys of [false, true]) {
      await sweepOnce(store, { audit, receipts }, hasKeys);
      const left = await db.selectFrom('pictures').select('id').where('expiresAt', '=', 1).execute();
      t.equal(
        left.length,
        hasKeys ? 0 : 1,
        hasKeys ? 'by the sweeper' : 'not by a server whose audit log the others cannot verify',
      );
    }
    const dayLater = Date.now() + 86_400_000 + 60_000;
    t.equal(await expirePictures(store, audit, dayLater), 2, 'the others: of the person, and of two scans');
    t.equal(await expirePictures(store, audit, dayLater), 0);
    t.same(await db.selectFrom('pictures').select('id').execute(), []);
    for (const table of ['persons', 'enrolments', 'scans'] as const)
      t.same(await db.selectFrom(table).select('id').where('pictureId', 'is not', null).execute(), [], table);
    t.equal((await send('GET', `${persons}${person.id}/`)).json.image, null);
    t.equal((await send('GET', `${persons}${person.id}/image/`)).status, 404);
    t.match((await face({ citizen_id: 'kept', image: again })).json, { result: true }, 'the template stays');
    await checkOrphans('after expiry');
    await erase(person.id);
    await accounts.setPictureRetention(user, { enrolment: null, scan: 0 });
  });

  await t.test('the master key is rotated while both servers run', async (t) => {
    const { json: person } = await create({ citizen_id: 'rotated', name: 'Rotated', image: one });
    const command = await openMasterKeys({ fixed: [], dataDir, warn: () => {} });
    const register = new KeyRegister(store);
    const [old] = command.read();
    const added = await command.stage(await register.listRequired(MASTER_RING));
    await register.publish(MASTER_RING, { oldKid: old.id, newKid: added.id }, undefined);
    await command.promote(added.id);
    const [fresh] = await Promise.all([
      second.create({ citizen_id: 'meanwhile', name: 'Meanwhile', image: two }),
      rewrapDataKeys(db, command),
    ]);
    await rewrapDataKeys(db, command);
    t.same([...(await findMasterKeysInUse(db))], [added.id]);
    await register.forget(MASTER_RING, [old.id]);
    t.equal((await command.drop(await findMasterKeysInUse(db))).length, 1);
    for (const on of [first, second]) {
      t.equal((await on.send('GET', `${persons}${person.id}/image/`)).status, 200);
      t.match((await on.face({ citizen_id: 'rotated', image: again })).json, { result: true });
      t.match((await on.face({ citizen_id: 'meanwhile', image: two })).json, { result: true });
    }
    t.same(await identifyUntil(second, two, ['meanwhile']), ['meanwhile']);
    const last = await create({ citizen_id: 'after', name: 'After', image: two });
    t.same(await identifyUntil(second, two, ['after', 'meanwhile']), ['after', 'meanwhile']);
    for (const id of [person.id, fresh.json.id, last.json.id]) t.equal((await erase(id)).status, 200);
  });

  const verified = await verifyAudit(db, audit);
  t.ok(verified.ok && verified.records > 50, JSON.stringify(verified));
  await checkOrphans('at the end');
  t.same(await first.countRows(), { persons: 0, dataKeys: 0, pictures: 0, enrolments: 0 });
  for (const { log } of [first, second]) t.strictSame(log().filter(isError), [], 'no errors in the log');
});
