import { test } from 'tap';
import { makeCapture, renew, seal } from '../../../capture/made-capture.js';
import { ask } from '../../clients.js';
import { fetchKey, startPlus } from '../plus-client.js';

const all = { details: 'true', return_id: 'true' };

test('the policy of an account, the explanation of a scan, and rotated keys', async (t) => {
  const { server, key, send, sendCapture, triface, explain } = await startPlus(t);
  const capture = await makeCapture({ kind: 'live' });
  const fake = () =>
    renew(capture, {
      camera: { ...capture.header.camera, label: 'fake_device_0' },
      page: { ...capture.header.page, webdriver: true },
    });
  const detected = await sendCapture(fake(), all);
  t.match(detected.json, { valid: false, error_code: 715 });
  t.match(
    await triface('policy', 'set', server.user, 'capture.camera-label=0', 'capture.automation=0'),
    'regular-3 capture-3+camera-label=0+automation=0',
  );
  const allowed = await sendCapture(fake(), all);
  t.match(allowed.json, { valid: true });
  t.match(await triface('policy', 'show', server.user), /capture\.camera-label +0\n/);
  await t.rejects(triface('policy', 'set', server.user, 'capture.sense=1'), /sense|capture/);

  const explained = await triface('explain', String(detected.json.id));
  t.match(explained, /attack.*policy regular-3 capture-3/);
  t.match(explained, /findings.*injection/);
  t.match(explained, /capture score -2\.2, must be at least 0: rejected/);
  t.match(explained, /- camera-label: suspicion 1 × weight 1\.5/);
  t.match(explained, /liveness: photo 0\.\d+; frames 0\.\d+, 0\.\d+, 0\.\d+/);
  t.match(explained, /motion: evidence 1; face against surroundings \d+\.?\d*, against a plane \d+\.?\d* .*, confidence 1\n/);
  t.match(
    explained,
    /\d+ ms: face 0\.\d+, plane 0\.\d+, error 0\.\d+, movement 0\.\d+ eye distances; \d+ points around, \d+ on the face/,
  );
  t.notMatch(explained, /fake_device/, 'numbers only: no text of the client’s');
  const json = await explain(allowed.json.id);
  t.match(json.capture, {
    score: 1.1,
    probability: 1,
    threshold: 0,
    frames: { fused: allowed.json.api_response.face_liveness.probability },
  });
  const asked = await ask(`${server.url}/triface/v1/scans/${allowed.json.id}/explanation`, {
    headers: { authorization: server.basic },
  });
  t.same(asked.json, json, 'the endpoint says the same');

  const set = await triface('policy', 'set', server.user, 'capture.motion=0', 'capture.camera-label=0', 'capture.automation=0');
  t.match(set, 'regular-3 capture-3+motion=0+camera-label=0+automation=0');
  t.match(await triface('policy', 'show', server.user), /motion +0\n/);
  await t.rejects(triface('policy', 'set', server.user, 'capture.motion=2'), /motion/);
  const withoutMotion = await sendCapture(fake(), all);
  t.match(withoutMotion.json, { valid: true });
  const unmoved = (await explain(withoutMotion.json.id)).capture.frames;
  t.equal(unmoved.fused, unmoved.pictureLiveness);
  t.equal(unmoved.countsMotion, false);
  t.equal(unmoved.motionEvidence, 1, 'it is measured all the same');
  t.match(await triface('explain', String(withoutMotion.json.id)), /evidence 1 \(not counted by the policy\)/);

  const sealedBefore = await seal(fake(), key);
  t.match(await triface('keys', 'rotate', '--capture'), /^sealing with [\w-]{43}\n[\w-]{43} opens for another 24 hours/);
  await new Promise((resolve) => setTimeout(resolve, 1200));
  const rotated = await fetchKey(server);
  t.not(rotated.kid, key.kid);
  t.equal((await send(sealedBefore)).json.valid, true, 'what was sealed for the old key');
  t.equal((await send(await seal(fake(), rotated))).json.valid, true, 'and for the new one');
  t.match(await triface('keys', 'list', '--capture'), `${rotated.kid}  seals\n${key.kid}  retired`);
});
