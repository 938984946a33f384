import { authorizationCodeGrant } from 'openid-client';
import type { Page } from 'playwright-core';
import { type Test, test } from 'tap';
import { startTestServer, type TestServer } from '../../../helper.js';
import { serveLocally } from '../../../serve-locally.js';
import { discover, makeRequest } from './application.js';
import { openBrowser, skipWithoutBrowser } from './browser.js';
import { openTools } from './tools.js';

const REALM = '/realms/triface';
const COOKIES = `${REALM}/protocol/openid-connect/3p-cookies/step1.html`;
const STATUS = `${REALM}/protocol/openid-connect/login-status-iframe.html`;
const sandbox = 'allow-storage-access-by-user-activation allow-scripts allow-same-origin';

test('the pages may be framed, run one known script and are not kept', async (t) => {
  const { url } = await startTestServer(t, { TRIFACE_PATH_PREFIX: '/face' });
  for (const path of [COOKIES, STATUS, `/face${COOKIES}`, `/face${STATUS}`]) {
    const { status, headers } = await fetch(url + path);
    t.equal(status, 200, path);
    t.equal(headers.get('x-frame-options'), null);
    t.equal(headers.get('cache-control'), 'no-store');
    t.equal(headers.get('referrer-policy'), 'no-referrer');
    t.equal(headers.get('set-cookie'), null);
    const policy = headers.get('content-security-policy')!;
    t.match(policy, /^default-src 'none'; script-src 'sha256-[^']+'; connect-src 'self'; form-action 'none'; base-uri 'none'$/);
  }
  for (const path of [COOKIES, STATUS, `${STATUS}/init`])
    t.equal((await fetch(url + path.replace('/triface/', '/other/'))).status, 404, 'another realm');
});

test('the status is for pages of the client only', async (t) => {
  const server = await startTestServer(t);
  const tools = openTools(t, server);
  const redirectUris = ['https://portal.example:8443/callback'];
  const { id } = await tools.addClient({ isConfidential: false, grants: ['authorization_code'], redirectUris });
  const answer = async (query: Record<string, string>, headers: Record<string, string> = {}) => {
    const response = await fetch(`${server.url}${STATUS}/init?${new URLSearchParams(query)}`, { headers });
    t.equal(response.headers.get('set-cookie'), null);
    t.equal(response.headers.get('cache-control'), 'no-store');
    return `${response.status} ${await response.text()}`.trim();
  };
  const origin = 'https://portal.example:8443';
  t.equal(await answer({ client_id: id, origin }), '204', 'as in Keycloak');
  t.equal(await answer({ client_id: id, origin, session_state: '' }), '200 unchanged', 'no session, and none was known');
  t.equal(await answer({ client_id: id, origin, session_state: 'unknown' }), '200 changed');
  for (const foreign of [
    'https://portal.example',
    'http://portal.example:8443',
    'https://portal.example:8443.evil.example',
    'https://portal.example:8443/callback',
    'https://portal.example:8443@evil.example',
    'https://evil.example',
    'null',
    '',
    '*',
  ])
    t.equal(await answer({ client_id: id, origin: foreign, session_state: '' }), '403 error', foreign);
  t.equal(await answer({ client_id: 'nobody', origin, session_state: '' }), '403 error', 'an unknown client');
  t.equal(await answer({ client_id: '', origin, session_state: '' }), '403 error');
  t.equal(await answer({ origin, session_state: '' }), '403 error');
  t.equal(await answer({ client_id: id, session_state: '' }), '403 error');
  t.equal(
    await answer({ client_id: 'triface', origin: 'http://localhost:5173', session_state: '' }),
    '200 unchanged',
    'any port',
  );
  t.equal(await answer({ client_id: 'triface', origin: 'http://localhost.evil.example', session_state: '' }), '403 error');
  t.equal(await answer({ client_id: 'triface', origin: 'https://localhost', session_state: '' }), '403 error');
  for (const site of ['cross-site', 'same-site', 'none'])
    t.equal(await answer({ client_id: id, origin, session_state: '' }, { 'sec-fetch-site': site }), '403 error', `asked ${site}`);
});

test('the status ends with the login, and is of one client', async (t) => {
  const server = await startTestServer(t);
  const issuer = `${server.url}${REALM}/protocol/openid-connect`;
  const send = async (path: string, form: Record<string, string>) =>
    fetch(issuer + path, { method: 'POST', body: new URLSearchParams({ client_id: 'triface', ...form }) });
  const login = { grant_type: 'password', username: server.user, password: server.password };
  const tokens = (await (await send('/token', login)).json()) as Record<string, string>;
  const status = async (client: string) => {
    const query = new URLSearchParams({
      client_id: client,
      origin: 'http://localhost:3000',
      session_state: tokens.session_state!,
    });
    return (await fetch(`${server.url}${STATUS}/init?${query}`)).text();
  };
  t.equal(await status('triface'), 'unchanged', 'a login without a session of the browser');
  const grant = { isConfidential: false, grants: ['authorization_code'] as const, redirectUris: ['http://localhost/callback'] };
  t.equal(await status((await openTools(t, server).addClient(grant)).id), 'changed', 'the login of another client');
  t.equal((await send('/logout', { refresh_token: tokens.refresh_token! })).status, 204);
  t.equal(await status('triface'), 'changed');
});

test('in Chromium: applications of the same site, of another site, and of nobody', { skip: skipWithoutBrowser }, async (t) => {
  const server = await startTestServer(t);
  const browser = await openBrowser(t);
  const sameSite = await startSite(t, '127.0.0.1');
  const otherSite = await startSite(t, 'localhost');
  const page = await (await browser.newContext({ locale: 'en-GB' })).newPage();
  const asked = async (site: string, message: string) => {
    await page.goto(site);
    return ask(page, server.url + STATUS, message);
  };

  await page.goto(sameSite);
  t.equal(await ask(page, server.url + COOKIES), 'supported');
  t.same(await page.context().cookies(), [], 'no cookie stays');
  await page.goto(otherSite);
  t.equal(await ask(page, server.url + COOKIES), 'unsupported', 'Lax cookies are not for frames of another site');
  await page.setContent(`<iframe id="outer" src="${sameSite}"></iframe>`);
  const inner = (await (await page.waitForSelector('#outer')).contentFrame())!;
  await inner.waitForLoadState();
  t.equal(await ask(inner, server.url + COOKIES), 'unsupported', 'nor within a page of another site');

  t.equal(await asked(sameSite, 'triface '), 'unchanged', 'nobody is signed in');
  t.equal(await asked(sameSite, 'nobody '), 'error', 'an unknown client');
  const tokens = await signIn(page, server, `${sameSite}/callback`);
  t.equal(await asked(sameSite, 'triface '), 'changed', 'there is a session to join');
  t.equal(await asked(sameSite, `triface ${tokens.session_state}`), 'unchanged');
  t.equal(await asked(sameSite, 'triface another'), 'changed');
  t.equal(await asked(otherSite, 'triface '), 'unchanged', 'a page of another site does not see the session');
  t.equal(await asked(otherSite, `triface ${tokens.session_state}`), 'unchanged', 'but its own login stands');
});

test('in Chromium: a page that is not of the client learns nothing', { skip: skipWithoutBrowser }, async (t) => {
  const server = await startTestServer(t);
  const redirectUris = ['https://portal.example/callback'];
  const client = { isConfidential: false, grants: ['authorization_code'] as const, redirectUris };
  const { id } = await openTools(t, server).addClient(client);
  const page = await (await (await openBrowser(t)).newContext({ locale: 'en-GB' })).newPage();
  const foreign = await startSite(t, '127.0.0.1');
  const tokens = await signIn(page, server, `${foreign}/callback`);
  await page.goto(foreign);
  for (const state of ['', tokens.session_state, 'another'])
    t.equal(await ask(page, server.url + STATUS, `${id} ${state}`), 'error', `of another client’s login, told ${state}`);
  const url = `${server.url}${STATUS}/init?${new URLSearchParams({ client_id: 'triface', origin: foreign, session_state: '' })}`;
  t.equal(
    await page.evaluate(`fetch(${JSON.stringify(url)}, { credentials: 'include' }).then(() => 'read', () => 'blocked')`),
    'blocked',
  );
});

test('in Chromium: a server that cannot be asked ends no login', { skip: skipWithoutBrowser }, async (t) => {
  const server = await startTestServer(t);
  const page = await (await (await openBrowser(t)).newContext()).newPage();
  await page.goto(await startSite(t, '127.0.0.1'));
  for (const failing of [
    { status: 503, body: 'unavailable' },
    { status: 200, body: '<title>Please sign in to the gateway</title>' },
    { status: 200, body: '' },
    undefined,
  ]) {
    await page.route('**/login-status-iframe.html/init*', (route) => (failing ? route.fulfill(failing) : route.abort()));
    t.equal(await ask(page, server.url + STATUS, 'triface known'), 'unchanged', JSON.stringify(failing));
    t.equal(await ask(page, server.url + STATUS, 'triface '), 'error');
    await page.unrouteAll();
  }
});

/** Loads a page into a frame as keycloak-js does, sends it a message if there is one, and waits for the answer. */
function ask(page: Pick<Page, 'evaluate'>, url: string, message?: string): Promise<unknown> {
  return page.evaluate(`new Promise((resolve) => {
    const frame = document.createElement('iframe');
    frame.setAttribute('sandbox', ${JSON.stringify(sandbox)});
    addEventListener('message', function take({ source, origin, data }) {
      if (source !== frame.contentWindow || origin !== ${JSON.stringify(new URL(url).origin)}) return;
      removeEventListener('message', take);
      frame.remove();
      resolve(data);
    });
    const message = ${JSON.stringify(message) ?? 'undefined'};
    if (message !== undefined) frame.onload = () => frame.contentWindow.postMessage(message, ${JSON.stringify(new URL(url).origin)});
    frame.src = ${JSON.stringify(url)};
    document.body.append(frame);
  })`);
}

/** Signs in to the built-in client. The page is then the application's. */
async function signIn(page: Page, server: TestServer, redirectUri: string) {
  const config = await discover(server.url + REALM);
  const { url, checks } = await makeRequest(config, redirectUri);
  await page.goto(url.href);
  await page.getByLabel('Username').fill(server.user);
  await page.getByLabel('Password').fill(server.password);
  await page.getByLabel('Password').press('Enter');
  await page.waitForURL((at) => at.href.startsWith(redirectUri));
  return authorizationCodeGrant(config, new URL(page.url()), checks);
}

/** A web server with an empty page at every path. @returns its origin */
const startSite = (t: Test, host: string): Promise<string> =>
  serveLocally(t, (_request, response) => response.setHeader('content-type', 'text/html').end('<title>site</title>'), host);
