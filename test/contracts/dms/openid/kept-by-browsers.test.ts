import { randomBytes } from 'node:crypto';
import * as client from 'openid-client';
import { test } from 'tap';
import { startTestServer, type TestServer } from '../../../helper.js';
import { testEach } from '../../../storage/databases.js';
import { discover, makeRequest, PlainBrowser, startApplication } from './application.js';
import { openBrowser, skipWithoutBrowser } from './browser.js';
import { openTools } from './tools.js';

const redirectUri = 'http://127.0.0.1:9/callback';
const right = ({ user, password }: TestServer) => ({ username: user, password });

testEach('a login in progress serves once, also with copied cookies', async (t, databaseUrl) => {
  const server = await startTestServer(t, { DATABASE_URL: databaseUrl });
  const config = await discover(`${server.url}/realms/triface`);
  const browser = new PlainBrowser();
  const request = await makeRequest(config, redirectUri);
  const page = await browser.follow(request.url, server.url);
  const before = browser.copy();
  const answer = await browser.go(page.url, right(server));
  t.equal(answer.status, 303);
  const resumeAt = answer.headers.get('location')!;
  t.equal((await before.go(resumeAt)).headers.get('location'), null, 'cookies from before the password log nobody in');
  const thieves = Array.from({ length: 6 }, () => browser.copy());
  const answers = await Promise.all([browser, ...thieves].map((each) => each.go(resumeAt, undefined, { accept: 'text/html' })));
  const codes = answers.map((each) => each.headers.get('location')).filter((to) => to?.startsWith(redirectUri));
  t.equal(codes.length, 1, 'of seven at once, one gets a code');
  t.ok(await client.authorizationCodeGrant(config, new URL(codes[0]!), request.checks));
  for (const [who, each] of [
    ['the browser', browser],
    ['a thief', thieves[0]!],
    ['one from before', before],
  ] as const) {
    const used = await each.go(page.url, undefined, { accept: 'text/html' });
    t.equal(used.status, 400, `${who} sees no form again`);
    t.equal((await each.go(page.url, right(server))).status, 400, `${who} cannot answer it again`);
    t.equal((await each.go(resumeAt)).headers.get('location'), null, `${who} gets no second code`);
  }
});

test('one login’s cookies do not serve another', async (t) => {
  const server = await startTestServer(t);
  const config = await discover(`${server.url}/realms/triface`);
  const ask = async () => {
    const browser = new PlainBrowser();
    const page = await browser.follow((await makeRequest(config, redirectUri)).url, server.url);
    return { browser, page: page.url };
  };
  const mine = await ask();
  const theirs = await ask();
  const resumeAt = (await mine.browser.go(mine.page, right(server))).headers.get('location')!;
  t.equal((await theirs.browser.go(resumeAt)).headers.get('location'), null);
  const result = mine.browser.cookie('triface_login_result')!;
  const victim = new URL(resumeAt.replace(mine.page.pathname.split('/').at(-1)!, theirs.page.pathname.split('/').at(-1)!));
  const mixed = await theirs.browser.go(victim, undefined, {
    cookie: `${theirs.browser.cookieHeader(victim)}; triface_login_result=${result}`,
  });
  t.notMatch(mixed.headers.get('location'), redirectUri, 'a result put beside the cookies of another login');
});

test('the longest parameters come back, and longer ones are refused everywhere', async (t) => {
  const server = await startTestServer(t);
  const config = await discover(`${server.url}/realms/triface`);
  const alphabets = {
    base64url: () => randomBytes(1920).toString('base64url'),
    printable: () => Array.from(randomBytes(2560), (byte) => String.fromCharCode(32 + (byte % 95))).join(''),
    cyrillic: () => Array.from(randomBytes(1024), (byte) => String.fromCharCode(0x400 + byte)).join(''),
    chinese: () => Array.from(randomBytes(682), (byte) => String.fromCharCode(0x4e00 + byte * 60)).join(''),
  };
  for (const [name, make] of Object.entries(alphabets)) {
    const state = make();
    const browser = new PlainBrowser();
    const { url } = await makeRequest(config, `${redirectUri}`, { state });
    const page = await browser.follow(url, server.url);
    t.equal(page.response.status, 200, name);
    t.ok(Math.max(...browser.cookieLengths()) < 4096, `${name}: ${Math.max(...browser.cookieLengths())}`);
    const { url: back } = await browser.follow(page.url, server.url, right(server));
    t.equal(back.searchParams.get('state'), state, name);
    t.ok(back.searchParams.get('code'), name);
    const out = await new PlainBrowser().follow(
      `${config.serverMetadata().end_session_endpoint}?${new URLSearchParams({ state, client_id: 'triface', post_logout_redirect_uri: redirectUri })}`,
      server.url,
    );
    t.equal(out.response.status, 200, `${name}: logout`);
  }

  const incompressible = Array.from(randomBytes(2048), (byte) => String.fromCharCode(1 + (byte % 31))).join('');
  const { url: tooLong } = await makeRequest(config, redirectUri, {
    state: incompressible,
    nonce: randomBytes(380).toString('base64url'),
  });
  const refused = (await new PlainBrowser().go(tooLong)).headers.get('location');
  t.match(refused, /^http:\/\/127\.0\.0\.1:9\/callback\?error=invalid_request&/, 'too much for a cookie, before the password');

  const base = '/realms/triface/protocol/openid-connect';
  const cases = [
    ['state', 2561],
    ['nonce', 513],
    ['redirect_uri', 2049],
    ['client_id', 256],
    ['scope', 1025],
    ['login_hint', 301],
    ['code_challenge', 129],
    ['ui_locales', 256],
    ['id_token_hint', 8193],
    ['post_logout_redirect_uri', 2049],
    ['other', 2049],
    ['token', 8193],
    ['refresh_token', 8193],
    ['code', 2049],
    ['username', 2049],
    ['password', 2049],
  ] as const;
  for (const path of ['/auth', '/auth/x', '/logout', '/logout/success', '/userinfo', '/certs'])
    for (const [name, length] of cases) await refuses('GET', base + path, `${name}=${'x'.repeat(length)}`);
  for (const path of ['/token', '/revoke', '/logout', '/logout/confirm', '/userinfo', '/../../login-actions/authenticate/x'])
    for (const [name, length] of cases) await refuses('POST', base + path, `${name}=${'x'.repeat(length)}`);
  for (const many of [
    `state=${encodeURIComponent('\u4e00'.repeat(690))}`,
    Array.from({ length: 41 }, (_, i) => `p${i}=x`).join('&'),
    'x=&'.repeat(3000),
    `state=${'x'.repeat(2000)}&redirect_uri=${'y'.repeat(2000)}`,
  ])
    for (const [method, path] of [
      ['GET', '/auth'],
      ['GET', '/logout'],
      ['POST', '/token'],
      ['POST', '/logout'],
    ] as const)
      await refuses(method, base + path, many);

  async function refuses(method: string, path: string, parameters: string): Promise<void> {
    for (const accept of ['*/*', 'text/html,*/*;q=0.8']) {
      const response = await fetch(server.url + path + (method === 'GET' ? `?${parameters}` : ''), {
        method,
        redirect: 'manual',
        headers: { accept, 'content-type': 'application/x-www-form-urlencoded' },
        ...(method === 'POST' && { body: parameters }),
      });
      const text = await response.text();
      const what = `${method} ${path} ${parameters.slice(0, 30)} ${accept}`;
      const isPage = accept !== '*/*' && /auth|logout/.test(path);
      const isRight = response.status === 400 && text.includes('invalid_request') && text.includes('<html') === isPage;
      if (!isRight) t.fail(what, { status: response.status, text: text.slice(0, 300) });
    }
  }
});

test('a logout without a session goes on at another server', async (t) => {
  const env = { TRIFACE_PUBLIC_URL: 'http://127.0.0.1:1/face' };
  const one = await startTestServer(t, env);
  const two = await startTestServer(t, { ...env, DATA_DIR: one.dataDir });
  const at = '/realms/triface/protocol/openid-connect/logout';
  const query = new URLSearchParams({ client_id: 'triface', post_logout_redirect_uri: redirectUri, state: 'bye' });
  const page = await fetch(`${one.url}${at}?${query}`);
  const cookie = page.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  const xsrf = /name="xsrf" value="(\w+)"/.exec(await page.text())![1]!;
  const confirm = (body: Record<string, string>, headers = {}) =>
    fetch(`${two.url}${at}/confirm`, { method: 'POST', redirect: 'manual', body: new URLSearchParams(body), headers });
  t.equal((await confirm({ xsrf: 'other', logout: 'yes' }, { cookie })).status, 400);
  t.equal((await confirm({ xsrf, logout: 'yes' })).status, 400, 'without the cookie');
  t.equal((await confirm({ xsrf, logout: 'yes' }, { cookie })).headers.get('location'), `${redirectUri}?state=bye`);
});

test('forms are read in their charset', async (t) => {
  const server = await startTestServer(t);
  await openTools(t, server).accounts.create({ username: 'josé', password: 'contraseña larga ñ' });
  const fields = 'grant_type=password&client_id=triface&username=jos%E9&password=contrase%F1a+larga+%F1';
  const send = async (path: string, body: string, charset: string, headers = {}) =>
    fetch(`${server.url}/realms/triface${path}`, {
      method: 'POST',
      body,
      redirect: 'manual',
      headers: { 'content-type': `application/x-www-form-urlencoded${charset}`, ...headers },
    });
  const token = '/protocol/openid-connect/token';
  t.equal((await send(token, fields, '; charset=ISO-8859-1')).status, 200);
  t.equal((await send(token, `${fields}&_charset_=windows-1252`, '')).status, 200);
  for (const charset of ['', '; charset=utf-8', '; charset=klingon']) {
    const refused = await send(token, fields, charset);
    t.equal(refused.status, 400, charset);
    t.match(await refused.json(), { error: 'invalid_request' });
  }
  const browser = new PlainBrowser();
  const config = await discover(`${server.url}/realms/triface`);
  const page = await browser.follow((await makeRequest(config, redirectUri)).url, server.url);
  const cookie = browser.cookieHeader(page.url);
  const path = page.url.pathname.replace('/realms/triface', '');
  t.equal((await send(path, fields, '; charset=klingon', { cookie, accept: 'text/html' })).status, 400);
  t.equal((await send(path, fields, '; charset=iso-8859-1', { cookie })).status, 303);
});

test('two tabs log in different users; going back does not log in again', { skip: skipWithoutBrowser }, async (t) => {
  const server = await startTestServer(t);
  await openTools(t, server).accounts.create({ username: 'second', password: 'a password for tests' });
  const application = await startApplication(t);
  const config = await discover(`${server.url}/realms/triface`);
  const context = await (await openBrowser(t)).newContext({ locale: 'en-GB' });
  const [one, two] = [await context.newPage(), await context.newPage()];
  const requests = [
    await makeRequest(config, application.redirectUri),
    await makeRequest(config, application.redirectUri),
  ] as const;
  await one.goto(requests[0].url.href);
  await two.goto(requests[1].url.href);
  const submit = async (page: typeof one, username: string, password: string) => {
    await page.getByLabel('Username').fill(username);
    await page.getByLabel('Password').fill(password);
    await page.getByLabel('Password').press('Enter');
  };
  await submit(one, server.user, 'wrong');
  await one.getByRole('alert').waitFor();
  for (const [page, request, name, password] of [
    [two, requests[1], 'second', 'a password for tests'],
    [one, requests[0], server.user, server.password],
  ] as const) {
    const returned = application.nextReturn();
    await submit(page, name, password);
    const tokens = await client.authorizationCodeGrant(config, await returned, request.checks);
    t.equal(tokens.claims()!.preferred_username, name);
    await page.getByText('Back in the application').waitFor();
  }
  await two.goBack();
  await two.reload();
  t.match(await two.getByRole('alert').textContent(), 'has expired or was already used');
});
