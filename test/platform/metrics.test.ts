import t from 'tap';
import { noFace, selfie } from '../fixtures/pictures.js';
import { form, startTestServer } from '../helper.js';
import { shareEngine } from '../shared-engine.js';

t.test('judged pictures are counted by contract, outcome and finding', async (t) => {
  const server = await startTestServer(t, {}, shareEngine);
  const headers = { authorization: `Bearer ${await server.apiToken()}` };
  const check = async (picture: Buffer) =>
    (
      await fetch(`${server.url}/api/v3/biometrics/liveness/`, { method: 'POST', headers, body: form({ selfie: picture }) })
    ).arrayBuffer();
  await check(await selfie());
  await check(await selfie());
  await check(await noFace());
  const response = await fetch(`${server.url}/metrics`);
  t.match(response.headers.get('content-type'), /^text\/plain/);
  const text = await response.text();
  t.match(
    text,
    /triface_assessments_total\{contract="apptenticate",outcome="bona-fide",finding="none",uncertain="(true|false)"\} 2/,
  );
  t.match(
    text,
    'triface_assessments_total{contract="apptenticate",outcome="refused",finding="face-not-found",uncertain="false"} 1',
  );
  t.match(text, 'triface_assessment_seconds_count{contract="apptenticate"} 3');
  t.match(text, 'triface_engine_ready 1');
  t.match(text, 'triface_liveness_models_info{models="shipped"} 1');
  t.match(text, 'triface_inference_info{provider="cpu",adapter=""} 1');
  t.notMatch(text, server.user, 'nothing of an account');
});
