import { test } from 'tap';
import { blurred, group, noFace, selfie } from '../../../fixtures/pictures.js';
import { form, startTestServer } from '../../../helper.js';
import { countScans, openBeside, post } from '../../clients.js';

const path = '/face-recognition-sdk/v1/compare_face';
const faceFields = [
  ...['x1', 'y1', 'x2', 'y2', 'yaw', 'roll', 'pitch', 'face_quality', 'face_luminance', 'eye_dist', 'left_eye_closed'],
  ...['right_eye_closed', 'face_occlusion', 'mouth_opened', 'landmark_68'],
];

test('compare_face', async (t) => {
  const server = await startTestServer(t, { TRIFACE_PATH_PREFIX: '/gateway' });
  const authorization = `Bearer ${await server.bearerToken()}`;
  const store = await openBeside(t, server.dataDir);
  const [ana, other] = [await selfie(), await selfie('other')];
  const send = (parts: Record<string, string | Buffer>, at = path) => post(server.url + at, form(parts), { authorization });
  const compare = async (file1: Buffer, file2: Buffer) =>
    (await send({ channel: 'web', reference: 'contract 7', file1, file2 })).json;

  await t.test('the same person, in the vendor’s form', async (t) => {
    const json = await compare(ana, ana);
    t.same(Object.keys(json), ['channel', 'compare_result', 'compare_similarity', 'created', 'face1', 'face2']);
    t.match(json, { channel: 'WEB', compare_result: 'Same person', compare_similarity: 1 });
    t.match(json.created, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/);
    t.ok(Math.abs(Date.parse(`${json.created}Z`) - Date.now()) < 600_000, 'in UTC');
    t.same(Object.keys(json.face1), faceFields);
    t.equal(json.face1.landmark_68.length, 68);
    t.same(json.face2, json.face1);
  });

  await t.test('another person, and the largest of several', async (t) => {
    const different = await compare(ana, other);
    t.equal(different.compare_result, 'Different person');
    t.ok(different.compare_similarity >= 0 && different.compare_similarity < 0.7, `${different.compare_similarity}`);
    t.match(await compare(group(), ana), { compare_result: /person$/, face1: { x1: Number } });
  });

  await t.test('what cannot be compared is not called different', async (t) => {
    const [empty, broken] = [await noFace(), Buffer.from('not a picture')];
    const cases: [Buffer, Buffer, string, boolean, boolean][] = [
      [empty, ana, 'No face1', false, true],
      [ana, empty, 'No face2', true, false],
      [empty, empty, 'No face1', false, false],
      [broken, ana, 'Failed to open file1', false, true],
      [ana, broken, 'Failed to open file2', true, false],
      [empty, broken, 'Failed to open file2', false, false],
    ];
    for (const [file1, file2, result, has1, has2] of cases) {
      const json = await compare(file1, file2);
      t.match(json, { compare_result: result, compare_similarity: -1 });
      t.same([json.face1 !== null, json.face2 !== null], [has1, has2], result);
    }
  });

  await t.test('paths, and channel and reference in the query', async (t) => {
    const parts = { channel: 'MOBILE', reference: 'r', file1: ana, file2: ana };
    for (const prefix of ['/v1/compare_face', `/gateway${path}`, '/gateway/v1/compare_face'])
      t.match(await send(parts, prefix), { status: 200, json: { channel: 'MOBILE' } }, prefix);
    t.equal((await send(parts, '/face-liveness-sdk/v1/compare_face')).status, 404);
    t.match((await send({ file1: ana, file2: ana }, `${path}?channel=other&reference=x`)).json, { channel: 'OTHER' });
  });

  await t.test('missing fields are 400, and nothing is stored', async (t) => {
    const whole = { channel: 'WEB', reference: 'r', file1: ana, file2: ana };
    const before = await countScans(store);
    for (const name of ['channel', 'reference', 'file1', 'file2'] as const) {
      const { [name]: _, ...parts } = whole;
      t.match(await send(parts), { status: 400, json: { status: 400, message: new RegExp(`'${name}'`), path } });
    }
    t.match(await send({ ...whole, channel: 'FAX' }), { status: 400 });
    t.equal(await countScans(store), before);
  });

  await t.test('stored: the measurements of both, no template, no picture, nothing that is listed', async (t) => {
    const before = await countScans(store);
    await send({ channel: 'WEB', reference: 'kept 9', file1: ana, file2: other });
    t.equal(await countScans(store), before + 2);
    const rows = await store.db.selectFrom('scans').selectAll().where('reference', '=', 'kept 9').execute();
    t.equal(rows.length, 2);
    for (const row of rows) t.match(row, { contract: 'dms-compare', channel: 'WEB', pictureId: null });
    t.notMatch(JSON.stringify(rows), /embedding\W/, 'no template');
    const headers = { authorization };
    for (const { id } of rows) t.equal((await fetch(`${server.url}/v1/face-liveness/${id}`, { headers })).status, 404);
    const list = await fetch(`${server.url}/v1/face-liveness?reference=kept%209`, { headers });
    t.match(await list.json(), { totalElements: 0 });
    const audited = await store.db.selectFrom('auditEvents').selectAll().where('action', '=', 'document.compare').execute();
    t.ok(audited.length > 0, 'the audit log names the comparison');
    t.notMatch(JSON.stringify(audited), /kept 9/);
  });
});

test('the account’s threshold is 0.7 on the vendor’s scale', async (t) => {
  const server = await startTestServer(t);
  const authorization = `Bearer ${await server.bearerToken()}`;
  const store = await openBeside(t, server.dataDir);
  const parts = { channel: 'WEB', reference: 'r', file1: await selfie(), file2: await blurred(1) };
  const compare = async () => (await post(server.url + path, form(parts), { authorization })).json;
  const usual = await compare();
  t.equal(usual.compare_result, 'Same person');
  t.ok(usual.compare_similarity > 0.7 && usual.compare_similarity < 1, `${usual.compare_similarity}`);
  await store.db
    .updateTable('accounts')
    .set({ policy: JSON.stringify({ preset: 'regular', thresholds: { match: 1 } }) })
    .execute();
  const severe = await compare();
  t.equal(severe.compare_result, 'Different person');
  t.ok(severe.compare_similarity > 0 && severe.compare_similarity < 0.7, `${severe.compare_similarity}`);
});
