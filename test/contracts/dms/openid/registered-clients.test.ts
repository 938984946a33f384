import { createHash, createPublicKey, verify } from 'node:crypto';
import { test } from 'tap';
import { startTestServer, type TestServer } from '../../../helper.js';
import { PlainBrowser } from './application.js';
import { openTools, postForm } from './tools.js';

const base = '/realms/triface/protocol/openid-connect';
const verifier = 'v'.repeat(43);
const pkce = { code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256' };
const secret = 'p%41s+w/rd:with=all&signs? 7Kq';

/** Logs in without a real browser. @returns where the browser ends, or the page's status */
async function logIn(server: TestServer, query: Record<string, string>, browser = new PlainBrowser()): Promise<URL | number> {
  const url = `${server.url}${base}/auth?${new URLSearchParams({ response_type: 'code', scope: 'openid', state: 's', ...query })}`;
  const page = await browser.follow(url, server.url);
  if (page.response.status !== 200) return page.url.href.startsWith(server.url) ? page.response.status : page.url;
  return (await browser.follow(page.url, server.url, { username: server.user, password: server.password })).url;
}

const post = (server: TestServer, path: string, form: Record<string, string> | string, authorization?: string) =>
  postForm(server, path, form, authorization === undefined ? {} : { authorization });

const exchange = (server: TestServer, back: URL | number, form: Record<string, string>) =>
  post(server, `${base}/token`, {
    ...{ grant_type: 'authorization_code', code: (back as URL).searchParams.get('code')! },
    ...form,
  });

const basic = (id: string, password: string) => `Basic ${Buffer.from(`${id}:${password}`).toString('base64')}`;
const encoded = (text: string) => encodeURIComponent(text).replaceAll('%20', '+');

test('a prefix allows each page below it, for login and logout, and codes stay bound to their page', async (t) => {
  const server = await startTestServer(t);
  const { addClient, clients } = openTools(t, server);
  const { id } = await addClient({
    isConfidential: false,
    grants: ['authorization_code'],
    redirectUris: ['https://portal.example/exact'],
    redirectUriPrefixes: ['https://portal.example/app/'],
  });
  const here = 'https://portal.example/app/contracts/17?tab=2';
  for (const uri of [here, 'https://portal.example/exact']) {
    const browser = new PlainBrowser();
    const back = (await logIn(server, { client_id: id, redirect_uri: uri, ...pkce }, browser)) as URL;
    t.ok(back.href.startsWith(uri), back.href);
    const tokens = await exchange(server, back, { client_id: id, redirect_uri: uri, code_verifier: verifier });
    t.equal(tokens.status, 200);
    const query = new URLSearchParams({ id_token_hint: tokens.body.id_token!, post_logout_redirect_uri: uri });
    t.equal((await browser.follow(`${server.url}${base}/logout?${query}`, server.url)).response.status < 400, true, 'logout');
  }
  const back = await logIn(server, { client_id: id, redirect_uri: here, ...pkce });
  const other = await exchange(server, back, {
    ...{ client_id: id, redirect_uri: 'https://portal.example/app/other', code_verifier: verifier },
  });
  t.same(other.body, { error: 'invalid_grant', error_description: 'Incorrect redirect_uri' });
  for (const uri of ['https://portal.example/', 'https://portal.example/app/../x', 'https://portal.example/exact?x'])
    t.equal(await logIn(server, { client_id: id, redirect_uri: uri, ...pkce }), 400, uri);
  const logout = new URLSearchParams({ client_id: id, post_logout_redirect_uri: 'https://portal.example/other' });
  t.equal((await fetch(`${server.url}${base}/logout?${logout}`, { redirect: 'manual' })).status, 400);
  await clients.change(id, { redirectUris: ['https://portal.example/exact'] });
  t.equal(await logIn(server, { client_id: id, redirect_uri: here, ...pkce }), 400, 'the prefix was removed');
});

test('apps come back by https, loopback and their own scheme, with one client', async (t) => {
  const server = await startTestServer(t);
  const { id } = await openTools(t, server).addClient({
    isConfidential: false,
    grants: ['authorization_code'],
    redirectUris: ['com.example.app:/callback', 'com.example.app://back', 'https://app.example/cb', 'http://127.0.0.1/cb'],
  });
  for (const uri of [
    'com.example.app:/callback',
    'com.example.app://back',
    'https://app.example/cb',
    'http://127.0.0.1:4711/cb',
  ]) {
    const back = await logIn(server, { client_id: id, redirect_uri: uri, ...pkce });
    t.ok((back as URL).href.startsWith(uri), String(back));
    t.equal((await exchange(server, back, { client_id: id, redirect_uri: uri, code_verifier: verifier })).status, 200);
  }
  for (const uri of [
    'com.example.app:/callback/x',
    'COM.example.app:/callback',
    'com.example.app.evil:/callback',
    'myapp:/callback',
  ])
    t.equal(await logIn(server, { client_id: id, redirect_uri: uri, ...pkce }), 400, uri);
  const cors = await fetch(`${server.url}${base}/token`, {
    method: 'POST',
    headers: { origin: 'null' },
    body: new URLSearchParams({ client_id: id }),
  });
  t.not(cors.headers.get('access-control-allow-origin'), 'null', 'an app’s scheme does not admit the origin null');
});

test('PKCE is optional for confidential clients; a challenge that was sent is verified', async (t) => {
  const server = await startTestServer(t);
  const { addClient, clients } = openTools(t, server);
  const redirect_uri = 'https://backend.example/cb';
  const { id } = await addClient({ isConfidential: true, grants: ['authorization_code'], redirectUris: [redirect_uri], secret });
  const own = { client_id: id, client_secret: secret, redirect_uri };
  const ask = (more: Record<string, string> = {}) => logIn(server, { client_id: id, redirect_uri, ...more });
  t.equal((await exchange(server, await ask(), own)).status, 200, 'without PKCE');
  t.equal((await exchange(server, await ask(pkce), { ...own, code_verifier: verifier })).status, 200, 'with PKCE');
  for (const [challenge, more] of [
    [pkce, {}],
    [pkce, { code_verifier: 'w'.repeat(43) }],
    [{}, { code_verifier: verifier }],
  ] as const) {
    const refused = await exchange(server, await ask(challenge), { ...own, ...more });
    t.equal(refused.body.error, 'invalid_grant', JSON.stringify([challenge, more]));
  }
  for (const plain of [{ code_challenge: verifier, code_challenge_method: 'plain' }, { code_challenge: verifier }])
    t.equal(((await ask(plain)) as URL).searchParams.get('error'), 'invalid_request', 'plain is refused');
  await clients.change(id, { requiresPkce: true });
  t.equal(((await ask()) as URL).searchParams.get('error'), 'invalid_request', 'now required');
  t.equal((await exchange(server, await ask(pkce), { ...own, code_verifier: verifier })).status, 200);
});

test('credentials of clients are read as Keycloak reads them', async (t) => {
  const server = await startTestServer(t);
  const { addClient } = openTools(t, server);
  const made = { isConfidential: true, grants: ['client_credentials'] as const, secret };
  const users = { isConfidential: false, grants: ['password'] as const };
  const token = `${base}/token`;
  const names = ['urn:example:backend', 'https://app.example/saml?a=b&c', 'my+app%41'];
  for (const id of names) {
    const { account } = await addClient({ id, ...made });
    t.match(account, /^service-account-[\w.+%-]+$/, id);
    const grant = { grant_type: 'client_credentials' };
    const form = { ...grant, client_id: id, client_secret: secret };
    const sound = basic(encoded(id), encoded(secret));
    for (const [what, fields, header] of [
      ['in the form', form],
      ['Basic, encoded', grant, sound],
      ['Basic and the same id', { ...grant, client_id: id }, sound],
      ['Basic and the same credentials', form, sound],
      ['Basic and an empty secret', { ...form, client_secret: '' }, sound],
      ['the form and an empty Basic secret', form, basic(encoded(id), '')],
      ['the form and a left-over token', form, 'Bearer eyJhbGciOiJub25lIn0.e30.'],
      ['the form and another scheme', form, 'Negotiate YII='],
      ['lower case', grant, sound.replace('Basic', 'basic')],
    ] as const)
      t.equal((await post(server, token, fields, header)).status, 200, `${id}: ${what}`);
    for (const [what, fields, header, error] of [
      ['a wrong secret', { ...form, client_secret: `${secret}x` }, undefined, 'unauthorized_client'],
      ['a wrong secret in Basic', grant, basic(encoded(id), 'x'), 'unauthorized_client'],
      ['no secret', { ...grant, client_id: id }, undefined, 'unauthorized_client'],
      ['an empty secret', { ...form, client_secret: '' }, undefined, 'unauthorized_client'],
      ['an empty secret in Basic', grant, basic(encoded(id), ''), 'unauthorized_client'],
      ['only a token', { ...grant, client_id: id }, 'Bearer x', 'unauthorized_client'],
      ['two different secrets', { ...form, client_secret: `${secret}x` }, sound, 'invalid_client'],
      ['no client', grant, undefined, 'invalid_client'],
      ['an unknown client', grant, basic('nobody', secret), 'invalid_client'],
      ['Basic without a colon', grant, `Basic ${Buffer.from('nobody').toString('base64')}`, 'invalid_client'],
      ['two client ids', { ...form, client_id: 'triface' }, sound, 'invalid_request'],
    ] as const) {
      const refused = await post(server, token, fields, header);
      t.equal(refused.status, error === 'invalid_request' ? 400 : 401, `${id}: ${what}`);
      t.equal(refused.body.error, error, `${id}: ${what}`);
      t.notMatch(JSON.stringify(refused), secret.slice(0, 8));
    }
    if (!id.includes(':'))
      t.equal((await post(server, token, grant, basic(id, secret))).status, 200, `${id}: Basic, as curl sends it`);
  }
  const twice = await post(
    server,
    token,
    `grant_type=client_credentials&client_id=${encoded(names[0]!)}&client_id=x&client_secret=${encoded(secret)}`,
  );
  t.equal(twice.status, 400, 'a field sent twice');

  const { id } = await addClient({ id: 'postman', ...users });
  const login = { grant_type: 'password', username: server.user, password: server.password };
  for (const [what, fields, header] of [
    ['nothing', { client_id: id }],
    ['a secret', { client_id: id, client_secret: 'anything' }],
    ['an empty secret', { client_id: id, client_secret: '' }],
    ['Basic', {}, basic(id, 'anything')],
    ['Basic with an empty secret', {}, basic(id, '')],
    ['Basic and the id', { client_id: id }, basic(id, '')],
    ['Basic and a secret', { client_id: id, client_secret: 'a' }, basic(id, 'b')],
    ['a left-over token', { client_id: id }, 'Bearer x'],
  ] as const) {
    const answer = await post(server, token, { ...login, ...fields }, header);
    t.equal(answer.status, 200, `public: ${what}`);
    const refreshed = await post(
      server,
      token,
      { grant_type: 'refresh_token', refresh_token: answer.body.refresh_token!, ...fields },
      header,
    );
    t.equal(refreshed.status, 200, `public: refresh, ${what}`);
    const ended = [`${base}/revoke`, { token: refreshed.body.refresh_token! }, 200] as const;
    const left = [`${base}/logout`, { refresh_token: refreshed.body.refresh_token! }, 204] as const;
    for (const [path, form, status] of [ended, left])
      t.equal((await post(server, path, { ...form, ...fields }, header)).status, status, `public: ${path}, ${what}`);
  }
  t.equal((await post(server, token, { ...login, client_id: id }, basic('triface', ''))).status, 400, 'public: two ids');
});

test('realm information', async (t) => {
  const server = await startTestServer(t, { TRIFACE_PATH_PREFIX: '/gateway' });
  for (const prefix of ['', '/gateway']) {
    const response = await fetch(`${server.url}${prefix}/realms/triface`);
    t.equal(response.status, 200);
    const { public_key, ...realm } = (await response.json()) as Record<string, string>;
    t.same(realm, {
      realm: 'triface',
      'token-service': `${server.url}${prefix}${base}`,
      'tokens-not-before': 0,
    });
    const key = createPublicKey({ key: Buffer.from(public_key!, 'base64'), format: 'der', type: 'spki' });
    const [header, payload, signature] = (await server.bearerToken()).split('.') as [string, string, string];
    t.ok(verify('sha256', Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url')), 'verifies a token');
  }
  t.equal((await fetch(`${server.url}/realms/other`)).status, 404);
});
