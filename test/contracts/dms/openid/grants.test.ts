import { decodeJwt, decodeProtectedHeader } from 'jose';
import * as client from 'openid-client';
import { type Test, test } from 'tap';
import { startTestServer, type TestServer } from '../../../helper.js';
import { testEach } from '../../../storage/databases.js';
import { discover, makeRequest, PlainBrowser } from './application.js';
import { openTools, postForm, scanStatus } from './tools.js';

const tokenPath = '/realms/triface/protocol/openid-connect/token';
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const post = (server: TestServer, form: Record<string, string>, path = tokenPath, headers = {}) =>
  postForm(server, path, form, headers);

const logIn = (server: TestServer, more: Record<string, string> = {}) =>
  post(server, { grant_type: 'password', client_id: 'triface', username: server.user, password: server.password, ...more });

/** A code for the built-in client, from a login without a real browser. */
async function obtainCode(server: TestServer, browser = new PlainBrowser(), username = server.user, password = server.password) {
  const config = await discover(`${server.url}/realms/triface`);
  const { url, checks } = await makeRequest(config, 'http://127.0.0.1:9/callback');
  const login = await browser.follow(url, server.url);
  const back = login.response.status === 200 ? await browser.follow(login.url, server.url, { username, password }) : login;
  return { config, checks, login, back: back.url, status: back.response.status };
}

test('the password grant answers as Keycloak does', async (t) => {
  const server = await startTestServer(t);
  const before = Math.floor(Date.now() / 1000);
  const { status, body } = await logIn(server);
  t.equal(status, 200);
  t.same(
    Object.keys(body),
    [
      'access_token',
      'expires_in',
      'refresh_expires_in',
      'refresh_token',
      'token_type',
      'not-before-policy',
      'session_state',
      'scope',
    ],
    'no id_token without openid',
  );
  const { session_state: sid } = body;
  t.match(sid, uuid);
  t.match(body, {
    expires_in: 900,
    refresh_expires_in: 1800,
    token_type: 'Bearer',
    'not-before-policy': 0,
    scope: 'profile email',
  });
  const claims = decodeJwt(body.access_token);
  t.match(claims, {
    iss: `${server.url}/realms/triface`,
    aud: 'triface',
    azp: 'triface',
    typ: 'Bearer',
    sub: uuid,
    sid,
    session_state: sid,
    preferred_username: server.user,
    realm_access: { roles: ['liveness', 'scans:read', 'scans:write'] },
    company: uuid,
    scope: 'profile email',
  });
  t.equal(claims.exp! - claims.iat!, 900);
  t.ok(claims.iat! >= before && claims.iat! <= before + 30);
  t.match(decodeProtectedHeader(body.access_token), { alg: 'RS256', typ: 'JWT', kid: /./ });
  t.equal(await scanStatus(server, body.access_token), 404, 'it opens contract C');
  t.equal(await scanStatus(server, body.refresh_token), 401);

  const withScopes = (await logIn(server, { scope: 'openid roles unheard-of' })).body;
  t.equal(withScopes.scope, 'openid profile email');
  t.match(decodeJwt(withScopes.id_token as string), { aud: 'triface', preferred_username: server.user, sub: claims.sub });
  t.equal(await scanStatus(server, withScopes.id_token as string), 401, 'an ID token is not an access token');

  const refreshed = await post(server, { grant_type: 'refresh_token', client_id: 'triface', refresh_token: body.refresh_token });
  t.equal(refreshed.status, 200);
  t.match(refreshed.body, { session_state: sid, refresh_expires_in: 1800 });
  t.equal(decodeJwt(refreshed.body.refresh_token).jti, decodeJwt(body.refresh_token).jti);
  t.equal(await scanStatus(server, refreshed.body.access_token), 404);
});

test('its errors are Keycloak’s', async (t) => {
  const server = await startTestServer(t);
  const { id, secret } = await openTools(t, server).addClient({ isConfidential: true, grants: ['password'] });
  const service = await openTools(t, server).addClient({ isConfidential: true, grants: ['client_credentials'] });
  const good = { grant_type: 'password', client_id: 'triface', username: server.user, password: server.password };
  const badClient = 'Invalid client or Invalid client credentials';
  const cases: [Record<string, string>, number, string, string][] = [
    [{ ...good, password: 'wrong' }, 401, 'invalid_grant', 'Invalid user credentials'],
    [{ ...good, username: 'nobody' }, 401, 'invalid_grant', 'Invalid user credentials'],
    [{ ...good, username: 'a\0b' }, 401, 'invalid_grant', 'Invalid user credentials'],
    [{ ...good, grant_type: '' }, 400, 'invalid_request', 'Missing form parameter: grant_type'],
    [{ ...good, grant_type: 'urn:x' }, 400, 'unsupported_grant_type', 'Unsupported grant_type'],
    [{ ...good, client_id: 'unknown' }, 401, 'invalid_client', badClient],
    [{ ...good, client_id: 'x\0y' }, 401, 'invalid_client', badClient],
    [{ ...good, client_id: '' }, 401, 'invalid_client', badClient],
    [{ ...good, client_id: id }, 401, 'unauthorized_client', badClient],
    [{ ...good, client_id: id, client_secret: `${secret}x` }, 401, 'unauthorized_client', badClient],
    [
      { ...good, client_id: service.id, client_secret: service.secret! },
      400,
      'unauthorized_client',
      'Client not allowed for direct access grants',
    ],
    [
      { grant_type: 'client_credentials', client_id: 'triface' },
      400,
      'unauthorized_client',
      'Client not allowed for service accounts',
    ],
    [{ grant_type: 'refresh_token', client_id: 'triface', refresh_token: 'x' }, 400, 'invalid_grant', 'Invalid refresh token'],
    [{ grant_type: 'refresh_token', client_id: 'triface' }, 400, 'invalid_request', 'Missing parameter: refresh_token'],
    [
      { grant_type: 'authorization_code', client_id: 'triface', redirect_uri: 'http://127.0.0.1/', code: 'x' },
      400,
      'invalid_grant',
      'Code not valid',
    ],
  ];
  for (const [form, status, error, error_description] of cases) {
    const answer = await post(server, form);
    t.same(answer, { status, body: { error, error_description } }, JSON.stringify(form));
  }
  t.equal((await post(server, { ...good, client_id: id, client_secret: secret! })).status, 200);
  const basic = { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` };
  const { client_id: _, ...rest } = good;
  t.equal((await post(server, rest, tokenPath, basic)).status, 200, 'Basic serves as well');
  t.equal((await post(server, good, '/realms/other/protocol/openid-connect/token')).status, 404);
  const tokens = (await logIn(server)).body;
  const other = await post(server, {
    grant_type: 'refresh_token',
    client_id: id,
    client_secret: secret!,
    refresh_token: tokens.refresh_token,
  });
  t.same(other.body, { error: 'invalid_grant', error_description: 'Invalid refresh token' }, 'another client’s');
  const json = await fetch(server.url + tokenPath, {
    method: 'POST',
    body: JSON.stringify(good),
    headers: { 'content-type': 'application/json' },
  });
  t.equal(json.status, 400);
  const large = await post(server, { ...good, password: 'x'.repeat(100_000) });
  t.equal(large.status, 413);
});

test('guessing is limited, here and on the login page together', async (t) => {
  const server = await startTestServer(t);
  for (let i = 0; i < 5; i++) t.equal((await logIn(server, { password: `wrong ${i}` })).status, 401);
  for (let i = 5; i < 10; i++) t.equal((await obtainCode(server, new PlainBrowser(), server.user, `wrong ${i}`)).status, 401);
  const throttled = await logIn(server);
  t.same(throttled.body, { error: 'temporarily_unavailable', error_description: 'Too many attempts' });
  t.equal(throttled.status, 429);
  t.equal((await obtainCode(server)).status, 429);
});

test('logout by refresh token, and revocation, end the login', async (t) => {
  const server = await startTestServer(t);
  const base = '/realms/triface/protocol/openid-connect';
  for (const [path, field, status] of [
    [`${base}/logout`, 'refresh_token', 204],
    [`${base}/revoke`, 'token', 200],
  ] as const) {
    const kept = (await logIn(server)).body;
    const { access_token, refresh_token } = (await logIn(server)).body;
    t.equal((await post(server, { client_id: 'nobody', [field]: refresh_token }, path)).status, 401);
    t.equal(await scanStatus(server, access_token), 404);
    t.equal((await post(server, { client_id: 'triface', [field]: refresh_token }, path)).status, status);
    t.equal(await scanStatus(server, access_token), 401);
    t.equal((await post(server, { grant_type: 'refresh_token', client_id: 'triface', refresh_token })).status, 400);
    t.equal(await scanStatus(server, kept.access_token), 404, 'another login stands');
    t.equal(
      (await post(server, { client_id: 'triface', [field]: 'unknown' }, path)).status,
      status,
      'nothing is revealed about unknown ones',
    );
  }
});

test('the password grant can be switched off', async (t) => {
  const server = await startTestServer(t, { TRIFACE_PASSWORD_GRANT: 'false' });
  t.same(await logIn(server), {
    status: 400,
    body: { error: 'unsupported_grant_type', error_description: 'Unsupported grant_type' },
  });
  const discovery = (await (await fetch(`${server.url}/realms/triface/.well-known/openid-configuration`)).json()) as Record<
    string,
    string[]
  >;
  t.notOk(discovery.grant_types_supported!.includes('password'));
  const { config, checks, back } = await obtainCode(server);
  t.ok(await client.authorizationCodeGrant(config, back, checks), 'the code still serves');
});

test('a client acts with its own company and rights until it is removed', async (t) => {
  const server = await startTestServer(t);
  const tools = openTools(t, server);
  const { id, secret } = await tools.addClient({
    isConfidential: true,
    grants: ['client_credentials'],
    company: 'Acme',
    rights: ['scans:read'],
  });
  const config = await discover(`${server.url}/realms/triface`, id, secret);
  const tokens = await client.clientCredentialsGrant(config, { scope: 'roles' });
  t.match(tokens, {
    expires_in: 900,
    refresh_expires_in: 0,
    scope: 'profile email',
    refresh_token: undefined,
    session_state: undefined,
  });
  t.match(decodeJwt(tokens.access_token), {
    azp: id,
    preferred_username: `service-account-${id}`,
    realm_access: { roles: ['scans:read'] },
  });
  t.equal(await scanStatus(server, tokens.access_token), 404);
  const check = await fetch(`${server.url}/v1/check_liveness`, {
    method: 'POST',
    headers: { authorization: `Bearer ${tokens.access_token}` },
  });
  t.equal(check.status, 403, 'it lacks that right');
  await tools.accounts.disable(`service-account-${id}`);
  t.equal(await scanStatus(server, tokens.access_token), 401);
  await t.rejects(client.clientCredentialsGrant(config), 'a disabled account gets no token');
  await tools.accounts.enable(`service-account-${id}`);
  const again = await client.clientCredentialsGrant(config);
  t.equal(await scanStatus(server, again.access_token), 404);
  await tools.clients.remove(id);
  t.equal(await scanStatus(server, again.access_token), 401);
  await t.rejects(client.clientCredentialsGrant(config));
});

test('codes are valid once, with the right verifier, client and redirect URI', async (t) => {
  const server = await startTestServer(t);
  const issuer = `${server.url}/realms/triface`;
  const tools = openTools(t, server);
  const other = await tools.addClient({
    isConfidential: false,
    grants: ['authorization_code'],
    redirectUris: ['http://127.0.0.1/callback'],
  });
  const exchange = (back: URL, checks: { pkceCodeVerifier: string }, changes: Record<string, string> = {}) =>
    post(server, {
      grant_type: 'authorization_code',
      client_id: 'triface',
      redirect_uri: 'http://127.0.0.1:9/callback',
      code: back.searchParams.get('code')!,
      code_verifier: checks.pkceCodeVerifier,
      ...changes,
    });
  for (const [changes, error_description] of [
    [{ client_id: other.id }, 'Code not valid'],
    [{ redirect_uri: 'http://127.0.0.1:10/callback' }, 'Incorrect redirect_uri'],
    [{ code_verifier: 'x'.repeat(43) }, 'PKCE verification failed: Code mismatch'],
    [{ code_verifier: '' }, 'PKCE verification failed: Code mismatch'],
  ] as const) {
    const { back, checks } = await obtainCode(server);
    const refused = await exchange(back, checks, changes);
    t.same(refused, { status: 400, body: { error: 'invalid_grant', error_description } }, JSON.stringify(changes));
  }
  const { back, checks } = await obtainCode(server);
  const first = await exchange(back, checks);
  t.equal(first.status, 200);
  t.equal(await scanStatus(server, first.body.access_token), 404);
  t.same((await exchange(back, checks)).body, { error: 'invalid_grant', error_description: 'Code not valid' }, 'replayed');
  t.equal(await scanStatus(server, first.body.access_token), 401, 'and what the first one got is void');
  t.equal(
    (await post(server, { grant_type: 'refresh_token', client_id: 'triface', refresh_token: first.body.refresh_token })).status,
    400,
  );

  const race = await obtainCode(server);
  const answers = await Promise.all(Array.from({ length: 8 }, () => exchange(race.back, race.checks)));
  t.ok(answers.filter(({ status }) => status === 200).length <= 1, 'of eight at once at most one gets tokens');

  const config = await discover(issuer);
  const browser = new PlainBrowser();
  const ask = async (change: (url: URL) => void) => {
    const { url } = await makeRequest(config, 'http://127.0.0.1:9/callback');
    change(url);
    return browser.go(url, undefined, { accept: 'text/html' });
  };
  for (const uri of [
    'http://evil.example/callback',
    'http://127.0.0.1:9/other',
    'http://127.0.0.1.evil.example/callback',
    'http://127.0.0.1@evil.example/callback',
    'javascript:alert(1)',
  ]) {
    const refused = await ask((url) => url.searchParams.set('redirect_uri', uri));
    t.equal(refused.status, 400, uri);
    t.equal(refused.headers.get('location'), null, 'no one is redirected there');
    const html = await refused.text();
    t.match(html, 'invalid_redirect_uri');
    t.notMatch(html, /(href|action|src)="[^"]*(evil|javascript)/, 'the address is shown, not linked');
  }
  for (const change of [
    (url: URL) => url.searchParams.delete('code_challenge'),
    (url: URL) => url.searchParams.set('code_challenge_method', 'plain'),
  ]) {
    const refused = await ask(change);
    const location = new URL(refused.headers.get('location')!);
    t.equal(location.searchParams.get('error'), 'invalid_request');
    t.equal(location.searchParams.get('code'), null);
  }
  const unknown = await ask((url) => url.searchParams.set('client_id', 'unknown'));
  t.equal(unknown.status, 400);
  t.match(await unknown.text(), 'invalid_client');
});

test('the login page accepts no login from elsewhere, and ends a former user’s session', async (t) => {
  const server = await startTestServer(t);
  const tools = openTools(t, server);
  await tools.accounts.create({ username: 'second', password: 'a password for tests' });
  const config = await discover(`${server.url}/realms/triface`);
  const { url } = await makeRequest(config, 'http://127.0.0.1:9/callback');
  const browser = new PlainBrowser();
  const login = await browser.follow(url, server.url);
  const csp = login.response.headers.get('content-security-policy')!;
  t.match(csp, /^default-src 'none'; style-src 'sha256-[^']+'; base-uri 'none'; frame-ancestors 'none'$/);
  t.equal(login.response.headers.get('cache-control'), 'no-store');
  const form = { username: server.user, password: server.password };
  t.equal((await new PlainBrowser().go(login.url, form)).status, 400, 'without the cookie');
  t.equal((await browser.go(login.url, form, { 'sec-fetch-site': 'cross-site' })).status, 400, 'from another site');
  t.equal((await browser.go(`${login.url}x`, form)).status, 400, 'with another’s address');
  const nasty = await browser.go(login.url, { username: '"><script>alert(1)</script>', password: 'x' });
  const html = await nasty.text();
  t.notMatch(html, '<script');
  t.match(html, '&#34;&#62;&#60;script');

  const mine = await obtainCode(server, browser);
  const tokens = await client.authorizationCodeGrant(mine.config, mine.back, mine.checks);
  const switched = await makeRequest(config, 'http://127.0.0.1:9/callback', { prompt: 'login' });
  const page = await browser.follow(switched.url, server.url);
  t.equal(page.response.status, 200, 'prompt=login asks again');
  const back = await browser.follow(page.url, server.url, { username: 'second', password: 'a password for tests' });
  const others = await client.authorizationCodeGrant(config, back.url, switched.checks);
  t.equal(others.claims()!.preferred_username, 'second');
  t.equal(await scanStatus(server, tokens.access_token), 401, 'the former user is logged out');
});

test('cookies are HttpOnly and Lax, and Secure behind https; the issuer is the public address', async (t) => {
  const server = await startTestServer(t, { TRIFACE_TRUST_PROXY: '127.0.0.1', TRIFACE_PATH_PREFIX: '/gateway' });
  const gateway = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'face.example' };
  const issuer = async (path: string, headers: Record<string, string>) =>
    ((await (await fetch(`${server.url}${path}/.well-known/openid-configuration`, { headers })).json()) as Record<string, string>)
      .issuer;
  t.equal(await issuer('/realms/triface', {}), `${server.url}/realms/triface`);
  t.equal(await issuer('/realms/triface', gateway), 'https://face.example/realms/triface');
  t.equal(await issuer('/gateway/realms/triface', gateway), 'https://face.example/gateway/realms/triface');
  t.match(
    await (
      await fetch(`${server.url}/realms/triface/.well-known/openid-configuration`, {
        headers: { ...gateway, 'x-forwarded-host': 'a b' },
      })
    ).json(),
    {
      error: 'invalid_request',
    },
  );
  const request = `/realms/triface/protocol/openid-connect/auth?${new URLSearchParams({ client_id: 'triface', response_type: 'code', redirect_uri: 'http://127.0.0.1/callback', code_challenge: 'x'.repeat(43), code_challenge_method: 'S256' })}`;
  const https = await fetch(server.url + request, { headers: gateway, redirect: 'manual' });
  t.match(https.headers.get('location'), /^\/realms\/triface\/login-actions\/authenticate\/[\w-]+$/);
  const cookies = https.headers.getSetCookie();
  t.ok(cookies.length >= 4);
  for (const cookie of cookies) t.match(cookie, /; secure.*; httponly|; httponly.*; secure/i, cookie.split('=')[0]!);
  for (const cookie of cookies) t.match(cookie, /samesite=lax/i);
  const plain = await fetch(server.url + request, { redirect: 'manual' });
  for (const cookie of plain.headers.getSetCookie()) t.notMatch(cookie, /; secure/i);

  const fixed = await startTestServer(t, { TRIFACE_PUBLIC_URL: 'https://gateway.example/triface' });
  const { body } = await logIn(fixed);
  t.equal(decodeJwt(body.access_token).iss, 'https://gateway.example/triface/realms/triface');
  t.equal(await scanStatus(fixed, body.access_token), 404);
  const discovery = (await (await fetch(`${fixed.url}/realms/triface/.well-known/openid-configuration`)).json()) as Record<
    string,
    string
  >;
  t.match(discovery, {
    issuer: 'https://gateway.example/triface/realms/triface',
    authorization_endpoint: 'https://gateway.example/triface/realms/triface/protocol/openid-connect/auth',
    token_endpoint: 'https://gateway.example/triface/realms/triface/protocol/openid-connect/token',
    userinfo_endpoint: 'https://gateway.example/triface/realms/triface/protocol/openid-connect/userinfo',
    jwks_uri: 'https://gateway.example/triface/realms/triface/protocol/openid-connect/certs',
    end_session_endpoint: 'https://gateway.example/triface/realms/triface/protocol/openid-connect/logout',
    code_challenge_methods_supported: ['S256'] as never,
  });
});

test('disabling the account or changing the password invalidates everything; sessions ask again', async (t: Test) => {
  const server = await startTestServer(t);
  const { accounts } = openTools(t, server);
  for (const change of [
    async () => {
      await accounts.disable(server.user);
      t.equal((await logIn(server)).status, 401, 'disabled: no new token');
      await accounts.enable(server.user);
    },
    () => accounts.setPassword(server.user, server.password),
  ]) {
    const byPassword = (await logIn(server)).body;
    const browser = new PlainBrowser();
    const { config, back, checks } = await obtainCode(server, browser);
    const byCode = await client.authorizationCodeGrant(config, back, checks);
    const pending = await obtainCode(server, browser);
    t.ok(pending.back.searchParams.get('code'), 'a code not exchanged yet');
    await change();
    for (const { access_token, refresh_token } of [byPassword, byCode as never as typeof byPassword]) {
      t.equal(await scanStatus(server, access_token), 401);
      const refused = await post(server, { grant_type: 'refresh_token', client_id: 'triface', refresh_token });
      t.same(refused.body, { error: 'invalid_grant', error_description: 'Invalid refresh token' });
    }
    await t.rejects(client.authorizationCodeGrant(pending.config, pending.back, pending.checks), 'a code from before');
    const again = await obtainCode(server, browser);
    t.equal(again.login.response.status, 200, 'the session of before asks for the password');
    t.ok(await client.authorizationCodeGrant(again.config, again.back, again.checks));
  }
});

testEach(
  'replicas on one database share clients, logins in progress, codes, sessions, refresh tokens',
  async (t, databaseUrl) => {
    const env = { TRIFACE_PUBLIC_URL: 'http://127.0.0.1:1/face', DATABASE_URL: databaseUrl };
    const one = await startTestServer(t, env);
    const two = await startTestServer(t, { ...env, DATA_DIR: one.dataDir });
    const there = (location: string, on: TestServer) =>
      new URL(location.replace('http://127.0.0.1:1/face', '').replace(/^\/face/, ''), on.url);
    const cookies: string[] = [];
    const go = async (url: URL, form?: Record<string, string>) => {
      const response = await fetch(url, {
        redirect: 'manual',
        headers: { cookie: cookies.join('; ') },
        ...(form && { method: 'POST', body: new URLSearchParams(form) }),
      });
      cookies.push(...response.headers.getSetCookie().map((line) => line.split(';')[0]!));
      return response.headers.get('location');
    };
    const verifier = client.randomPKCECodeVerifier();
    const query = new URLSearchParams({
      client_id: 'triface',
      response_type: 'code',
      scope: 'openid',
      redirect_uri: 'http://127.0.0.1/callback',
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    const loginAt = await go(there(`/realms/triface/protocol/openid-connect/auth?${query}`, one));
    const resumeAt = await go(there(loginAt!, two), { username: one.user, password: one.password });
    const back = new URL((await go(there(resumeAt!, one)))!);
    const code = back.searchParams.get('code')!;
    t.ok(code, 'asked one, logged in at the other, came back by the first');
    const form = {
      grant_type: 'authorization_code',
      client_id: 'triface',
      redirect_uri: 'http://127.0.0.1/callback',
      code,
      code_verifier: verifier,
    };
    const answers = await Promise.all([post(two, form), post(one, form)]);
    t.equal(answers.filter(({ status }) => status === 200).length <= 1, true, 'a code serves once over both');
    const tokens = (await logIn(one)).body;
    const refresh = { grant_type: 'refresh_token', client_id: 'triface', refresh_token: tokens.refresh_token };
    t.equal((await post(two, refresh)).status, 200);
    t.equal(await scanStatus(two, tokens.access_token), 404);
    t.equal(
      (
        await post(
          two,
          { client_id: 'triface', refresh_token: tokens.refresh_token },
          '/realms/triface/protocol/openid-connect/logout',
        )
      ).status,
      204,
    );
    t.equal((await post(one, refresh)).status, 400, 'logged out here and there');
    t.equal(await scanStatus(one, tokens.access_token), 401);
  },
);
