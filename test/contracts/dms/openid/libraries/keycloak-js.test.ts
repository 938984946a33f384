import type { Page } from 'playwright-core';
import { type Test, test } from 'tap';
import { startTestServer, type TestServer } from '../../../../helper.js';
import { openBrowser, skipWithoutBrowser } from '../browser.js';
import { openTools, scanStatus } from '../tools.js';
import { backIn, type SinglePageApplication, signIn, startSinglePageApplication } from './single-page-application.js';

/** An application as in Keycloak's guide: it initialises the adapter on every page. */
const script = `
import Keycloak from 'keycloak-js';
window.keycloak = new Keycloak({ url: settings.url, realm: 'triface', clientId: settings.clientId });
keycloak.onAuthLogout = () => (window.isLoggedOut = true);
window.started = outcome(keycloak.init(settings.options));
`;
const pages = { '/silent-check-sso.html': 'parent.postMessage(location.href, location.origin)' };

/** `127.0.0.1` is the server's site, where frames have its cookies; `localhost` is another one. */
const hosts = ['127.0.0.1', 'localhost'] as const;

/** Starts server and application, with a public client of its own. */
async function start(t: Test, host: (typeof hosts)[number]) {
  const server = await startTestServer(t);
  const application = await startSinglePageApplication(t, host, script, pages);
  const redirectUris = [`http://${host}/`, `http://${host}/silent-check-sso.html`];
  const client = await openTools(t, server).addClient({ isConfidential: false, grants: ['authorization_code'], redirectUris });
  const browser = await openBrowser(t);
  const open = (options: object) => application.open(browser, { url: server.url, clientId: client.id, options });
  return { server, application, open };
}

/** What `init` came to, when the page has settled: it may leave for the server and come back. */
async function started(page: Page, { origin }: SinglePageApplication): Promise<unknown> {
  for (;;) {
    await backIn(page, { origin } as SinglePageApplication);
    const outcome = await page.evaluate('started').catch(() => undefined);
    if (outcome !== undefined) return outcome;
  }
}

/** Counts how often the page itself, not a frame of it, went to the server to log in. */
function countLogins(page: Page, { url }: TestServer): () => number {
  let logins = 0;
  page.on('request', (request) => {
    const isLogin = new URL(request.url()).pathname.endsWith('/openid-connect/auth') && request.url().startsWith(url);
    if (isLogin && request.frame() === page.mainFrame()) logins++;
  });
  return () => logins;
}

for (const host of hosts)
  test(`login, liveness, refresh, user and logout with keycloak-js on ${host}`, { skip: skipWithoutBrowser }, async (t) => {
    const { server, application, open } = await start(t, host);
    const { page, complaints } = await open({ onLoad: 'login-required' });
    await page.goto(application.origin);
    await signIn(page, server, application);
    t.equal(await started(page, application), true);
    t.equal(page.url(), `${application.origin}/`, 'the code is not left in the address');
    t.equal(await page.evaluate('checkLiveness(keycloak.token)'), '200 Real');
    const first = await page.evaluate<string>('keycloak.token');
    t.equal(await page.evaluate('keycloak.updateToken(5)'), false, 'still valid');
    t.equal(await page.evaluate('keycloak.updateToken(-1)'), true);
    t.not(await page.evaluate('keycloak.token'), first);
    t.match(await page.evaluate('keycloak.loadUserInfo()'), { preferred_username: server.user });
    t.match(await page.evaluate('keycloak.idTokenParsed'), { typ: 'ID', preferred_username: server.user });
    t.match(await page.evaluate('keycloak.refreshTokenParsed'), { typ: 'Refresh' });
    t.equal(await page.evaluate('keycloak.hasRealmRole("liveness")'), true);

    await page.reload();
    t.equal(await started(page, application), true, 'no second password within the session');
    const last = await page.evaluate<string>('keycloak.token');
    await page.evaluate('void keycloak.logout()');
    await page.getByLabel('Username').waitFor();
    t.equal(await scanStatus(server, last), 401, 'back in the application, which asks for the password again');
    t.same(complaints, []);
  });

for (const host of hosts)
  test(`check-sso with keycloak-js on ${host}`, { skip: skipWithoutBrowser }, async (t) => {
    const { server, application, open } = await start(t, host);
    const silentCheckSsoRedirectUri = `${application.origin}/silent-check-sso.html`;
    const hasCookies = host === '127.0.0.1';
    // How often the page is left: never if the frames can tell.
    const fallback = hasCookies ? 0 : 1;
    for (const { name, options, signedOut, signedIn, isFound } of [
      { name: 'alone', options: {}, signedOut: fallback, signedIn: 1, isFound: true },
      { name: 'silent', options: { silentCheckSsoRedirectUri }, signedOut: fallback, signedIn: fallback, isFound: true },
      {
        name: 'silent only',
        options: { silentCheckSsoRedirectUri, silentCheckSsoFallback: false },
        ...{ signedOut: 0, signedIn: 0, isFound: hasCookies },
      },
      {
        name: 'silent, without the status frame',
        options: { silentCheckSsoRedirectUri, checkLoginIframe: false },
        ...{ signedOut: fallback, signedIn: fallback, isFound: true },
      },
    ]) {
      const { page, complaints } = await open({ onLoad: 'check-sso', ...options });
      const logins = countLogins(page, server);
      await page.goto(application.origin);
      t.equal(await started(page, application), false, `${name}: nobody is signed in`);
      t.equal(logins(), signedOut, `${name}: logins of the page`);
      await page.evaluate('void keycloak.login()');
      await signIn(page, server, application);
      t.equal(await started(page, application), true, `${name}: signed in`);
      const before = logins();
      await page.goto(application.origin);
      t.equal(await started(page, application), isFound, `${name}: the session is found`);
      t.equal(logins() - before, signedIn, `${name}: logins of the page with a session`);
      t.same(complaints, [], name);
      await page.context().close();
    }
  });

test('keycloak-js learns of a logout in another tab, and of none that did not happen', {
  skip: skipWithoutBrowser,
}, async (t) => {
  const { server, application, open } = await start(t, '127.0.0.1');
  const { page, complaints } = await open({ onLoad: 'login-required' });
  await page.clock.install();
  await page.goto(application.origin);
  await signIn(page, server, application);
  t.equal(await started(page, application), true);
  const other = await page.context().newPage();
  await other.goto(application.origin);
  t.equal(await started(other, application), true);
  const asked = page.waitForRequest(/login-status-iframe\.html\/init/);
  await page.clock.fastForward('00:30');
  await (await asked).response();
  t.equal(await page.evaluate('keycloak.updateToken(5)'), false, 'both have logged in: nothing has changed');
  t.equal(await page.evaluate('keycloak.authenticated'), true);
  await other.evaluate('void keycloak.logout()');
  await other.getByLabel('Username').waitFor();
  await page.clock.fastForward('00:30');
  await page.waitForFunction('window.isLoggedOut');
  t.equal(await page.evaluate('keycloak.authenticated'), false);
  t.same(complaints, []);
});

test('keycloak-js comes back to the page that it left', { skip: skipWithoutBrowser }, async (t) => {
  const server = await startTestServer(t);
  const application = await startSinglePageApplication(t, 'localhost', script, pages);
  const redirectUris = ['http://localhost/*'];
  const client = await openTools(t, server).addClient({ isConfidential: false, grants: ['authorization_code'], redirectUris });
  const settings = { url: server.url, clientId: client.id, options: { onLoad: 'login-required' } };
  const { page, complaints } = await application.open(await openBrowser(t), settings);
  const deep = `${application.origin}/contracts/17?tab=2`;
  await page.goto(deep);
  await signIn(page, server, application);
  t.equal(await started(page, application), true);
  t.equal(page.url(), deep);
  t.same(complaints, []);
});
