import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { type Test, test } from 'tap';
import { readCommand } from '../../../commands/run-command.js';
import { selfie } from '../../../fixtures/pictures.js';
import { form, startTestServer, temporaryDirectory } from '../../../helper.js';

// The addresses of the vendor's pages: ocr-docs.dmsworkspace.com, Quick start, Create token; Reference, Face liveness.
const tokenPage = 'https://dmsworkspace-sso-pre.dmsworkspace.com/realms/dmsworkspace/protocol/openid-connect/token';
const checkPage = 'https://dmsworkspace-gateway-backend-int.dmsworkspace.com/face-liveness-sdk/v1/check_liveness';
/** What the vendor generated for the integrator. The file ends with a line break, as editors write it. */
const client = { client_id: 'acme-integration', client_secret: 'Zk3vQ9xT1bN7wLr5yHc2mDs8pFg4jUa6' };

/** A server with the vendor's realm, and the integrator's client, added by the command while it runs. */
async function start(t: Test) {
  const server = await startTestServer(t, { TRIFACE_REALM: 'dmsworkspace' });
  const secretFile = join(temporaryDirectory(t), 'secret');
  writeFileSync(secretFile, `${client.client_secret}\n`);
  const words = ['client', 'add', client.client_id, '--confidential', '--grant', 'password', '--secret-file', secretFile];
  await readCommand(words, { DATA_DIR: server.dataDir });
  const user = { username: server.user, password: server.password };
  /** The vendor's address with another host. */
  const here = (page: string) => server.url + new URL(page).pathname;
  return { here, user };
}

test("the vendor's quick start, with another host: token, check_liveness, refresh", async (t) => {
  const { here, user } = await start(t);
  const ask = async (fields: Record<string, string>) => {
    const answer = await fetch(here(tokenPage), { method: 'POST', body: new URLSearchParams(fields) });
    return { status: answer.status, body: (await answer.json()) as Record<string, string> };
  };
  const { status, body } = await ask({ grant_type: 'password', ...client, ...user });
  t.equal(status, 200);
  t.match(body, {
    access_token: /^ey/,
    expires_in: 900,
    refresh_expires_in: 1800,
    refresh_token: /^ey/,
    token_type: 'Bearer',
    'not-before-policy': 0,
    session_state: /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/,
    scope: 'profile email',
  });
  t.equal(Object.keys(body).length, 8, "the page's fields and no other");
  t.match(decodeJwt(body.access_token!), { typ: 'Bearer', azp: client.client_id, preferred_username: user.username });
  t.match(decodeJwt(body.refresh_token!), { typ: 'Refresh', azp: client.client_id });

  const check = async (token: string) => {
    const parts = form({ channel: 'WEB', file: await selfie(), reference: 'Contract Number 4711' });
    const headers = { authorization: `Bearer ${token}` };
    return (await fetch(here(checkPage), { method: 'POST', headers, body: parts })).json();
  };
  t.match(await check(body.access_token!), { result: 'Real', salesChannel: 'WEB', reference: 'Contract Number 4711' });
  const refresh = { grant_type: 'refresh_token', ...client, refresh_token: body.refresh_token! };
  const refreshed = await ask(refresh);
  t.match(refreshed, { status: 200, body: { expires_in: 900, scope: 'profile email', session_state: body.session_state } });
  t.match(await check(refreshed.body.access_token!), { result: 'Real' });

  const wrong = { client_id: client.client_id, client_secret: 'another secret' };
  for (const fields of [
    { grant_type: 'password', ...wrong, ...user },
    { ...refresh, ...wrong },
  ])
    t.match(await ask(fields), { status: 401, body: { error: 'unauthorized_client' } }, 'another secret');
  t.match(await ask({ grant_type: 'password', ...client, ...user, password: 'wrong' }), {
    status: 401,
    body: { error: 'invalid_grant', error_description: 'Invalid user credentials' },
  });
});

test("the page's header: a form that is declared as JSON", async (t) => {
  const { here, user } = await start(t);
  const fields = new URLSearchParams({ grant_type: 'password', ...client, ...user });
  const answer = await fetch(here(tokenPage), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: fields.toString(),
  });
  t.match(await answer.json(), { token_type: 'Bearer', scope: 'profile email' });
});
