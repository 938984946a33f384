import { createHash, hkdfSync } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, type JWTPayload, SignJWT } from 'jose';
import { test } from 'tap';
import { openKeys } from '../../../../src/keys/keys.js';
import { startTestServer, type TestServer } from '../../../helper.js';
import { openTools, postForm, scanStatus } from './tools.js';

const openIdPath = '/realms/triface/protocol/openid-connect';

const post = (server: TestServer, path: string, form: Record<string, string>) => postForm(server, openIdPath + path, form);

const logIn = async (server: TestServer, more: Record<string, string> = {}) => {
  const user = { username: server.user, password: server.password };
  return (await post(server, '/token', { grant_type: 'password', client_id: 'triface', ...user, ...more })).body;
};

const refresh = (server: TestServer, refresh_token: string, more: Record<string, string> = {}) =>
  post(server, '/token', { grant_type: 'refresh_token', client_id: 'triface', refresh_token, ...more });

test('a refresh takes the scopes that were asked for, granted or shown, and drops unknown ones', async (t) => {
  const server = await startTestServer(t);
  for (const asked of [undefined, '', 'openid', 'openid profile', 'roles', 'openid offline_access', 'openid api', 'api', '"']) {
    const tokens = await logIn(server, asked === undefined ? {} : { scope: asked });
    const shown = asked?.includes('openid') ? 'openid profile email' : 'profile email';
    t.equal(tokens.scope, shown, `asked for ${asked}`);
    for (const scope of [tokens.scope as string, asked ?? '', 'profile', 'unheard-of', '']) {
      const { status, body } = await refresh(server, tokens.refresh_token, { scope });
      t.equal(status, 200, `refreshed with ${scope}`);
      t.equal(body.scope, scope.includes('openid') || scope === '' ? shown : 'profile email');
    }
  }
  const { refresh_token } = await logIn(server, { scope: 'profile' });
  t.match(await refresh(server, refresh_token, { scope: 'openid' }), { status: 400, body: { error: 'invalid_scope' } });
});

test('the tokens of a login have the claims of Keycloak’s', async (t) => {
  const server = await startTestServer(t);
  const issuer = `${server.url}/realms/triface`;
  const tokens = await logIn(server, { scope: 'openid' });
  const sid = tokens.session_state as string;
  const { sub } = decodeJwt(tokens.access_token);
  const login = { iss: issuer, sub, azp: 'triface', sid, session_state: sid, acr: '1', jti: /./ };

  t.match(decodeProtectedHeader(tokens.refresh_token), { alg: 'HS512', typ: 'JWT' });
  const refreshClaims = decodeJwt(tokens.refresh_token);
  t.match(refreshClaims, { ...login, typ: 'Refresh', aud: issuer, scope: 'openid profile email' });
  t.equal(refreshClaims.exp! - refreshClaims.iat!, 1800);
  t.match(decodeJwt(tokens.access_token), { ...login, typ: 'Bearer', aud: 'triface', scope: 'openid profile email' });
  const hash = createHash('sha256').update(tokens.access_token).digest().subarray(0, 16).toString('base64url');
  t.match(decodeJwt(tokens.id_token), { ...login, typ: 'ID', aud: 'triface', at_hash: hash });

  const second = (await refresh(server, tokens.refresh_token)).body;
  t.match(decodeJwt(second.refresh_token), { ...login, typ: 'Refresh', jti: refreshClaims.jti! });
  t.match(decodeJwt(second.id_token), { ...login, typ: 'ID' });
  t.equal((await refresh(server, tokens.refresh_token)).status, 200, 'as in Keycloak, the first one stays valid');
});

test('forged, stale and mixed-up refresh tokens are refused with the same text', async (t) => {
  const server = await startTestServer(t);
  const { access_token, refresh_token, id_token } = await logIn(server, { scope: 'openid' });
  const claims = decodeJwt(refresh_token);
  const { openid, cookieSecret } = await openKeys({ dataDir: server.dataDir, warn: () => {} });
  const { current: key } = await openid.read();
  const secret = new Uint8Array(hkdfSync('sha256', cookieSecret, '', 'triface: signature of OpenID refresh tokens', 64));
  const sign = (changes: Record<string, unknown>, by: Parameters<SignJWT['sign']>[0] = secret, alg = 'HS512') =>
    new SignJWT({ ...claims, ...changes } as JWTPayload)
      .setProtectedHeader({ alg, typ: 'JWT', ...(by !== secret && { kid: key.kid }) })
      .sign(by);
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const [header, payload, signature] = refresh_token.split('.') as [string, string, string];
  t.equal((await refresh(server, await sign({}))).status, 200, 'the control: signed again without a change');
  const bad: Record<string, string> = {
    'the access token': access_token,
    'the ID token': id_token,
    'its id alone': claims.jti!,
    'its id, covered': `~${claims.jti}`,
    'another secret': await sign({}, new Uint8Array(64)),
    'the key of the other tokens': await sign({}, key.privateKey, 'RS256'),
    'the public key as a secret': await sign({}, new TextEncoder().encode(JSON.stringify(key.publicJwk))),
    'another algorithm': await sign({}, secret, 'HS256'),
    'alg none': `${encode({ alg: 'none' })}.${payload}.`,
    'no signature': `${header}.${payload}.`,
    'changed claims': `${header}.${encode({ ...claims, exp: claims.exp! + 1 })}.${signature}`,
    expired: await sign({ exp: Math.floor(Date.now() / 1000) - 1 }),
    'without an end': await sign({ exp: undefined }),
    'another realm': await sign({ iss: `${server.url}/realms/other` }),
    'no issuer': await sign({ iss: undefined }),
    'an access token’s type': await sign({ typ: 'Bearer' }),
    'no type': await sign({ typ: undefined }),
    'an id that is not': await sign({ jti: 'x' }),
    'no id': await sign({ jti: undefined }),
    rubbish: 'a.b.c',
  };
  for (const [name, forged] of Object.entries(bad))
    t.match(
      await refresh(server, forged),
      { status: 400, body: { error: 'invalid_grant', error_description: 'Invalid refresh token' } },
      name,
    );
  const other = await openTools(t, server).addClient({ isConfidential: false, grants: ['password'] });
  t.equal((await refresh(server, refresh_token, { client_id: other.id })).status, 400, 'another client’s');
  for (const token of [refresh_token, id_token, `~${access_token}`]) {
    t.equal(await scanStatus(server, token), 401, 'it opens nothing');
    const userinfo = await fetch(`${server.url}${openIdPath}/userinfo`, { headers: { authorization: `Bearer ${token}` } });
    t.equal(userinfo.status, 401);
  }
});

test('every token can be revoked, by its own client only', async (t) => {
  const server = await startTestServer(t);
  const tools = openTools(t, server);
  const other = await tools.addClient({ isConfidential: false, grants: ['password'] });
  for (const [kind, hint] of [
    ['access_token', 'access_token'],
    ['access_token', 'refresh_token'],
    ['access_token', 'unheard-of'],
    ['refresh_token', 'refresh_token'],
    ['refresh_token', 'access_token'],
    ['refresh_token', ''],
  ] as const) {
    const tokens = await logIn(server);
    const form = { token: tokens[kind], token_type_hint: hint };
    t.match(
      await post(server, '/revoke', { client_id: other.id, ...form }),
      { status: 400, body: { error: 'invalid_token', error_description: 'Unmatching clients' } },
      `${kind}, hint ${hint}`,
    );
    t.equal(await scanStatus(server, tokens.access_token), 404);
    t.equal((await post(server, '/revoke', { client_id: 'triface', ...form })).status, 200);
    t.equal(await scanStatus(server, tokens.access_token), 401);
    t.equal((await refresh(server, tokens.refresh_token)).status, 400, 'the login is over');
    t.equal((await post(server, '/revoke', { client_id: 'triface', ...form })).status, 200, 'again');
  }
  const { id, secret } = await tools.addClient({ isConfidential: true, grants: ['client_credentials'] });
  const asClient = { client_id: id, client_secret: secret! };
  const own = { grant_type: 'client_credentials', ...asClient };
  const [first, second] = [(await post(server, '/token', own)).body, (await post(server, '/token', own)).body];
  t.equal(await scanStatus(server, first.access_token), 404);
  t.equal((await post(server, '/revoke', { ...asClient, token: first.access_token })).status, 200);
  t.equal(await scanStatus(server, first.access_token), 401, 'a client’s own token');
  t.equal(await scanStatus(server, second.access_token), 404, 'and no other');
  for (const token of ['x', 'a.b.c', '~', (await logIn(server, { scope: 'openid' })).id_token])
    t.equal((await post(server, '/revoke', { client_id: 'triface', token })).status, 200, 'RFC 7009: not an error');
  t.match(await post(server, '/revoke', { client_id: 'triface' }), { status: 400, body: { error: 'invalid_request' } });
});

test('introspection tells clients with a secret what a token says', async (t) => {
  const server = await startTestServer(t);
  const { id, secret } = await openTools(t, server).addClient({ isConfidential: true, grants: ['client_credentials'] });
  const asClient = { client_id: id, client_secret: secret! };
  const ask = async (token: string) => (await post(server, '/token/introspect', { ...asClient, token })).body;
  const tokens = await logIn(server, { scope: 'openid' });
  const claims = decodeJwt(tokens.access_token);
  t.same(await ask(tokens.access_token), {
    ...claims,
    client_id: 'triface',
    username: server.user,
    token_type: 'Bearer',
    active: true,
  });
  t.same(await ask(tokens.refresh_token), { ...decodeJwt(tokens.refresh_token), client_id: 'triface', active: true });
  const own = (await post(server, '/token', { grant_type: 'client_credentials', ...asClient })).body.access_token;
  t.match(await ask(own), { active: true, client_id: id, username: `service-account-${id}`, azp: id });
  for (const token of ['x', 'a.b.c', tokens.id_token, `${tokens.access_token}x`]) t.same(await ask(token), { active: false });
  t.equal((await post(server, '/logout', { client_id: 'triface', refresh_token: tokens.refresh_token })).status, 204);
  t.same(await ask(tokens.access_token), { active: false }, 'after the logout');
  t.same(await ask(tokens.refresh_token), { active: false });

  t.match(await post(server, '/token/introspect', { client_id: 'triface', token: own }), {
    status: 403,
    body: { error: 'invalid_request', error_description: 'Client not allowed.' },
  });
  t.equal((await post(server, '/token/introspect', { ...asClient, client_secret: 'x', token: own })).status, 401);
  t.equal((await post(server, '/token/introspect', { token: own })).status, 401);
  t.equal((await post(server, '/token/introspect', asClient)).status, 400);
});
