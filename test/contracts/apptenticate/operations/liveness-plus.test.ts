import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { openKeys } from '../../../../src/keys/keys.js';
import { makeCapture, renew, seal } from '../../../capture/made-capture.js';
import { stall } from '../../../capture/stalled-capture.js';
import { noFace, replay, selfie } from '../../../fixtures/pictures.js';
import { form, startTestServer, temporaryDirectory } from '../../../helper.js';
import { ask, countScans, leaks, openBeside, paths, post } from '../../clients.js';
import { floatJson } from '../../float-json.js';
import { fetchKey, startPlus } from '../plus-client.js';

const all = { details: 'true', return_id: 'true' };
const refused = 'For a positive result you must get 1, value achieved: 0.0.';

test('the seed’s answers, character by character', async (t) => {
  const { sendCapture } = await startPlus(t);
  const capture = await makeCapture({ kind: 'live' });
  const still = await makeCapture({ kind: 'still' });
  for (const asked of [{}, { details: 'true' }, { return_id: 'true' }, all] as Record<string, string>[]) {
    const live = await sendCapture(renew(capture), asked);
    const { face_liveness, capture_liveness } = live.json.api_response ?? {};
    t.equal(live.status, 200);
    t.equal(
      live.text,
      floatJson({
        valid: true,
        ...(asked.details ? { api_response: { face_liveness, capture_liveness } } : {}),
        ...(asked.return_id ? { id: live.json.id } : {}),
      }),
      'these fields, in this order',
    );
    if (asked.details) {
      t.ok(face_liveness.probability >= 0.5 && face_liveness.probability <= 1);
      t.same(Object.keys(face_liveness), ['probability']);
      t.same(capture_liveness, { score: 1.1, probability: 1 });
    }
    if (asked.return_id) t.ok(Number.isInteger(live.json.id));

    const injected = await sendCapture(renew(still), asked);
    const { api_response } = injected.json.error_details;
    t.equal(injected.status, 200);
    t.equal(
      injected.text,
      floatJson({
        valid: false,
        error_code: 715,
        message: 'Attack detected in the sent image.',
        error_details: {
          capture_liveness: refused,
          api_response: {
            face_liveness: { probability: api_response.face_liveness.probability },
            capture_liveness: { score: api_response.capture_liveness.score, probability: 0 },
          },
        },
        ...(asked.return_id ? { id: injected.json.id } : {}),
      }),
      'these fields, in this order',
    );
    t.ok(api_response.face_liveness.probability > 0.5, 'the face itself is live');
    t.ok(api_response.capture_liveness.score < 0);
  }
});

test('a camera that stalled: try again, and no attack', async (t) => {
  const { server, sendCapture } = await startPlus(t);
  const stalled = await sendCapture(stall(await makeCapture({ kind: 'live' }), { frames: 4 }), all);
  t.equal(stalled.status, 200);
  t.match(stalled.json, { valid: false, error_code: 709, message: 'Error processing image.' });
  t.notOk('error_details' in stalled.json);
  const { db } = await openBeside(t, server.dataDir);
  const { outcome, finding } = await db.selectFrom('scans').select(['outcome', 'finding']).executeTakeFirstOrThrow();
  t.same({ outcome, finding }, { outcome: 'refused', finding: 'capture-failed' });
});

test('a screen in front of a real camera; a screen and an injection; no face', async (t) => {
  const { sendCapture } = await startPlus(t);
  const shown = await makeCapture({ kind: 'live', picture: await replay(), sigma: 0.6 });
  const attacked = await sendCapture(shown, all);
  t.match(attacked.json, {
    valid: false,
    error_code: 715,
    error_details: { api_response: { capture_liveness: { probability: 1 } } },
  });
  const { face_liveness, ...rest } = attacked.json.error_details;
  t.match(face_liveness, /^For a positive result you must get at least 0\.5, value achieved: 0\.\d+\.$/);
  t.same(Object.keys(rest), ['api_response']);
  const both = await sendCapture(renew(shown, { camera: { ...shown.header.camera, label: 'OBS Virtual Camera' } }), all);
  t.same(Object.keys(both.json.error_details), ['face_liveness', 'capture_liveness', 'api_response']);
  t.equal(both.json.error_details.capture_liveness, refused);

  const empty = await makeCapture({ kind: 'live', picture: await noFace() });
  t.match((await sendCapture(empty, all)).json, { valid: false, error_code: 704 });
  const emptyStill = await makeCapture({ kind: 'still', picture: await noFace() });
  const nobody = (await sendCapture(emptyStill, all)).json;
  t.match(nobody, { error_code: 715, error_details: { capture_liveness: refused } });
  t.same(Object.keys(nobody.error_details.api_response), ['capture_liveness'], 'there is no face to have a probability');
});

test('a packet is valid once, for any sender, and only while it is fresh', async (t) => {
  const { server, key, send, sendCapture } = await startPlus(t, { TRIFACE_PACKET_MAX_AGE_SECONDS: '300' });
  const capture = await makeCapture({ kind: 'live' });
  const sealed = await seal(capture, key);
  const answers = await Promise.all(Array.from({ length: 5 }, () => send(sealed)));
  t.same(answers.map(({ json }) => json.valid).sort(), [false, false, false, false, true], 'of five at once one is the first');
  t.ok(answers.every(({ status, json }) => status === 200 && (json.valid || json.error_code === 715)));
  const resealed = await seal(capture, key);
  t.match((await send(resealed)).json, { valid: false, error_code: 715 }, 'sealing it again does not make it a new one');

  const copy = temporaryDirectory(t);
  cpSync(join(server.dataDir, 'keys'), join(copy, 'keys'), { recursive: true });
  const second = await startTestServer(t, { DATA_DIR: copy, DATABASE_URL: `file:${join(server.dataDir, 'triface.db')}` });
  const elsewhere = await fetchKey(second);
  const fresh = renew(capture);
  t.equal((await sendCapture(fresh)).json.valid, true);
  const { access } = (
    await post(`${second.url}/api/token/`, new URLSearchParams({ username: server.user, password: server.password }))
  ).json;
  const there = await post(second.url + paths.apptenticate, form({ encrypted_file: await seal(fresh, elsewhere) }), {
    authorization: `Bearer ${access}`,
  });
  t.match(there.json, { valid: false, error_code: 715 }, 'another process on the same database knows it');

  for (const [name, fromNow, code] of [
    ['stale', -301_000, 715],
    // The server allows a minute; sealing and sending take seconds on a busy machine.
    ['from the future', 180_000, 715],
    ['a little ahead', 20_000, undefined],
    ['half a minute old', -30_000, undefined],
    ['from 1970', -Date.now(), 715],
  ] as const)
    t.equal((await sendCapture(renew(capture, { createdAt: Date.now() + fromNow }))).json.error_code, code, name);
});

test('further fields next to the packet', async (t) => {
  const { server, key, send, sendCapture } = await startPlus(t);
  const capture = await makeCapture({ kind: 'live' });
  const photo = Buffer.from(capture.photo);
  const page = { device: 'DESKTOP', citizen_id: '7-708-214', return_id: 'true' };
  t.match((await sendCapture(renew(capture), { selfie: photo, ...page })).json, { valid: true }, 'the seed’s page sends both');
  t.match((await sendCapture(renew(capture), { selfie: await selfie('other') })).json, { valid: false, error_code: 715 });
  t.match((await sendCapture(renew(capture), { selfie: '' })).json, { valid: true }, 'an empty field is not a selfie');
  const swapped = Buffer.from(capture.photo);
  swapped[swapped.length >> 1]! ^= 1;
  t.match((await sendCapture({ ...renew(capture), photo: swapped })).json, { valid: false, error_code: 715 });
  const authorization = `Bearer ${await server.apiToken()}`;
  const [bad, none] = [
    await post(server.url + paths.apptenticate, form({ details: 'true' }), { authorization }),
    await ask(server.url + paths.apptenticate, { method: 'POST', body: form({ encrypted_file: await seal(capture, key) }) }),
  ];
  t.same([bad.status, bad.json], [400, { selfie: ['No file was submitted.'] }]);
  t.equal(none.status, 401);
  t.match((await send(await seal(renew(capture), key), { details: 'maybe' })).status, 400);
});

test('an invalid packet: 708, stored as unreadable; too large: 413; never a 500', async (t) => {
  const { server, key, send } = await startPlus(t, { TRIFACE_MAX_IMAGE_BYTES: '1000000', TRIFACE_MAX_PACKET_BYTES: '2000000' });
  const store = await openBeside(t, server.dataDir);
  const before = await countScans(store);
  const sealed = await seal(await makeCapture({ kind: 'live' }), key);
  const wrong: Record<string, Buffer> = {
    empty: Buffer.alloc(0),
    'a picture': await selfie(),
    truncated: sealed.subarray(0, sealed.length - 5),
    dots: Buffer.alloc(1_500_000, '.'),
    'for another server': await seal(await makeCapture({ kind: 'still' }), {
      ...(await openKeys({ dataDir: join(server.dataDir, 'other'), warn: () => {} }).then(
        async ({ capture }) => (await capture.read()).current,
      )),
    }),
  };
  for (const [name, packet] of Object.entries(wrong)) {
    const { status, json, text } = await send(packet, { return_id: 'true', selfie: await selfie() });
    t.equal(status, 200, name);
    t.equal(text, JSON.stringify({ valid: false, error_code: 708, message: 'Error reading image.', id: json.id }), name);
    t.notMatch(text, leaks);
  }
  t.equal(await countScans(store), before + Object.keys(wrong).length);
  t.equal((await send(Buffer.alloc(50_000_000, 'A'))).status, 413, '50 MB');
  t.equal((await send(Buffer.alloc(2_100_000, 'A'))).status, 413);
  t.equal((await send(sealed, { selfie: Buffer.alloc(1_100_000) })).status, 413, 'a selfie keeps its own bound');
  t.equal((await send(sealed)).json.valid, true, 'and the server goes on');
});
