import { test } from 'tap';
import { selfie } from '../../fixtures/pictures.js';
import { form, startTestServer } from '../../helper.js';

const origin = 'https://kiosk.example';

test('the vendor’s page calls from the browser: pages of any origin may use a token, none can request one', async (t) => {
  const server = await startTestServer(t);
  const nationals = `${server.url}/api/v3/biometrics/nationals/`;
  const preflight = await fetch(nationals, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
  });
  t.equal(preflight.status, 204);
  t.equal(preflight.headers.get('access-control-allow-origin'), '*');
  t.match(preflight.headers.get('access-control-allow-headers'), 'authorization');
  t.equal(preflight.headers.get('access-control-allow-credentials'), null);
  const authorization = `Bearer ${await server.apiToken()}`;
  const body = form({ selfie: await selfie(), citizen_id: '7-708-214', device: 'DESKTOP' });
  const answer = await fetch(nationals, { method: 'POST', headers: { origin, authorization }, body });
  t.equal(answer.headers.get('access-control-allow-origin'), '*');
  t.match(await answer.json(), { error_code: 902 });
  const denied = await fetch(nationals, { method: 'POST', headers: { origin }, body: form({ citizen_id: '1' }) });
  t.equal(denied.status, 401);
  t.equal(denied.headers.get('access-control-allow-origin'), '*', 'the page can read why');
  const token = await fetch(`${server.url}/api/token/`, {
    method: 'POST',
    headers: { origin },
    body: new URLSearchParams({ username: server.user, password: server.password }),
  });
  t.equal(token.status, 200);
  t.equal(token.headers.get('access-control-allow-origin'), null);
  t.equal((await fetch(`${server.url}/api/nothing`, { headers: { origin } })).status, 404);
});

test('allowed origins can be listed, or none', async (t) => {
  const named = await startTestServer(t, { TRIFACE_CAPTURE_ORIGINS: `${origin},https://other.example` });
  const ask = async (url: string, from: string) =>
    (await fetch(`${url}/api/v3/biometrics/liveness/`, { method: 'POST', headers: { origin: from } })).headers.get(
      'access-control-allow-origin',
    );
  t.equal(await ask(named.url, origin), origin);
  t.equal(await ask(named.url, 'https://evil.example'), null);
  await named.stop();
  const none = await startTestServer(t, { TRIFACE_CAPTURE_ORIGINS: 'none' });
  t.equal(await ask(none.url, origin), null);
});
