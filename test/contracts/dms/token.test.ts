import { decodeJwt, decodeProtectedHeader } from 'jose';
import { test } from 'tap';
import { form, startTestServer } from '../../helper.js';
import { addAccount, ask, post } from '../clients.js';

const fields = [
  'access_token',
  'expires_in',
  'refresh_expires_in',
  'refresh_token',
  'token_type',
  'not-before-policy',
  'session_state',
  'scope',
];

test('the token endpoint at Keycloak’s path', async (t) => {
  const server = await startTestServer(t);
  const { user: username, password } = server;
  const url = `${server.url}/realms/triface/protocol/openid-connect/token`;
  const send = (parts: Record<string, string>, at = url) => post(at, new URLSearchParams(parts));
  const grant = { grant_type: 'password', client_id: 'triface', username, password };
  const { json: tokens } = await send(grant);

  await t.test('password grant: Keycloak’s fields and values', async (t) => {
    const { status, headers, json } = await send({ ...grant, scope: 'roles' });
    t.equal(status, 200);
    t.same(Object.keys(json), fields);
    t.match(json, { expires_in: 900, refresh_expires_in: 1800, token_type: 'Bearer', 'not-before-policy': 0, scope: String });
    t.match(json.session_state, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    t.equal(headers.get('cache-control'), 'no-store');
    const claims = decodeJwt(json.access_token);
    t.equal(decodeProtectedHeader(json.access_token).alg, 'RS256');
    t.equal(claims.exp! - claims.iat!, 900);
    t.match(claims, { typ: 'Bearer', preferred_username: username, realm_access: { roles: ['liveness', 'scans:read'] } });
    const { json: withId } = await send({ ...grant, scope: 'openid roles' });
    t.same(Object.keys(withId).sort(), [...fields, 'id_token'].sort(), 'with openid an identity token beside them');
    t.equal((await post(url, form(grant))).status, 400, 'urlencoded forms only, as Keycloak');
  });

  await t.test('refresh grant', async (t) => {
    const { status, json } = await send({
      grant_type: 'refresh_token',
      client_id: 'triface',
      refresh_token: tokens.refresh_token,
    });
    t.equal(status, 200);
    t.same(Object.keys(json), fields);
    t.equal(json.session_state, tokens.session_state, 'the same session');
    t.not(json.access_token, tokens.access_token);
    const used = await ask(`${server.url}/v1/face-liveness/00000000-0000-4000-8000-000000000000`, {
      headers: { authorization: `Bearer ${json.access_token}` },
    });
    t.equal(used.status, 404, 'the new token opens the door');
  });

  const invalidUser = { error: 'invalid_grant', error_description: 'Invalid user credentials' };
  const invalidClient = { error: 'invalid_client', error_description: 'Invalid client or Invalid client credentials' };
  const invalidRefresh = { error: 'invalid_grant', error_description: 'Invalid refresh token' };
  const missing = (name: string) => ({ error: 'invalid_request', error_description: `Missing form parameter: ${name}` });
  const { grant_type: _, ...noGrant } = grant;
  const { client_id: __, ...noClient } = grant;
  const { password: ___, ...noPassword } = grant;
  const refreshing = { grant_type: 'refresh_token', client_id: 'triface' };
  const errors: [string, Record<string, string>, number, unknown][] = [
    ['wrong password', { ...grant, password: 'wrong' }, 401, invalidUser],
    ['no such user', { ...grant, username: 'nobody' }, 401, invalidUser],
    ['no password', noPassword, 401, invalidUser],
    ['no grant_type', noGrant, 400, missing('grant_type')],
    [
      'another grant',
      { ...grant, grant_type: 'magic' },
      400,
      { error: 'unsupported_grant_type', error_description: 'Unsupported grant_type' },
    ],
    ['no client', noClient, 401, invalidClient],
    ['another client', { ...grant, client_id: 'admin-cli' }, 401, invalidClient],
    ['no refresh token', refreshing, 400, { error: 'invalid_request', error_description: 'Missing parameter: refresh_token' }],
    ['a broken refresh token', { ...refreshing, refresh_token: 'garbage' }, 400, invalidRefresh],
    ['an access token as refresh token', { ...refreshing, refresh_token: tokens.access_token }, 400, invalidRefresh],
    [
      'a changed refresh token',
      { ...refreshing, refresh_token: `${tokens.refresh_token.slice(0, -4)}AAAA` },
      400,
      invalidRefresh,
    ],
    ['nothing', {}, 401, invalidClient],
  ];
  for (const [name, parts, status, body] of errors) {
    await t.test(name, async (t) => {
      const answer = await send(parts);
      t.equal(answer.status, status);
      t.same(answer.json, body);
      t.equal(answer.headers.get('cache-control'), 'no-store');
    });
  }

  await t.test('another realm, and invalid bodies', async (t) => {
    const lost = await send(grant, `${server.url}/realms/master/protocol/openid-connect/token`);
    t.equal(lost.status, 404);
    t.same(lost.json, { error: 'Realm does not exist' });
    const xml = await post(url, '<a/>', { 'content-type': 'application/xml' });
    t.equal(xml.status, 400);
    t.match(xml.json, { error: 'invalid_request', error_description: String });
    const broken = await post(url, '{', { 'content-type': 'application/json' });
    t.equal(broken.status, 400);
    t.match(broken.json, { error: 'invalid_request' });
  });

  await t.test('guessing is slowed down', async (t) => {
    await addAccount(t, server, { username: 'guessed', password });
    const guess = (word: string) => send({ ...grant, username: 'guessed', password: word });
    for (let i = 0; i < 10; i++) t.equal((await guess(`guess ${i}`)).status, 401);
    const stopped = await guess('guess 10');
    t.equal(stopped.status, 429);
    t.ok(Number(stopped.headers.get('retry-after')) > 0);
    t.match(stopped.json, { error: 'temporarily_unavailable' });
    t.equal((await guess(password)).status, 429, 'the right password waits, too');
  });
});

test('TRIFACE_REALM', async (t) => {
  const server = await startTestServer(t, { TRIFACE_REALM: 'house.one' });
  const parts = { grant_type: 'password', client_id: 'triface', username: server.user, password: server.password };
  const at = (realm: string) => post(`${server.url}/realms/${realm}/protocol/openid-connect/token`, new URLSearchParams(parts));
  t.equal((await at('house.one')).status, 200);
  t.equal((await at('triface')).status, 404);
});
