import type { Page } from 'playwright-core';
import { test } from 'tap';
import { startTestServer, type TestServer } from '../../../../helper.js';
import { openBrowser, skipWithoutBrowser } from '../browser.js';
import { openTools, scanStatus } from '../tools.js';
import { backIn, type SinglePageApplication, signIn, startSinglePageApplication } from './single-page-application.js';

/** An application as in Keycloak's guide: it initialises the adapter on every page. */
const script = `
import Keycloak from 'keycloak-js';
const { url, clientId, isDiscovered } = settings;
window.keycloak = new Keycloak(isDiscovered ? { oidcProvider: url + '/realms/triface', clientId } : { url, realm: 'triface', clientId });
keycloak.onAuthLogout = () => (window.isLoggedOut = true);
window.started = outcome(keycloak.init(settings.options));
`;
const pages = { '/silent-check-sso.html': 'parent.postMessage(location.href, location.origin)' };

/** What `init` came to, when the page has settled: it may leave for the server and come back. */
async function started(page: Page, application: SinglePageApplication): Promise<unknown> {
  for (;;) {
    await backIn(page, application);
    const outcome = await page.evaluate('started').catch(() => undefined);
    if (outcome !== undefined) return outcome;
  }
}

/** Counts how often the page itself, not a frame of it, goes to the server to log in. */
function countLogins(page: Page, { url }: TestServer): () => number {
  let logins = 0;
  page.on('request', (request) => {
    const isLogin = new URL(request.url()).pathname.endsWith('/openid-connect/auth') && request.url().startsWith(url);
    if (isLogin && request.frame() === page.mainFrame()) logins++;
  });
  return () => logins;
}

test('keycloak-js', { skip: skipWithoutBrowser }, async (t) => {
  const server = await startTestServer(t);
  const browser = await openBrowser(t);
  // The server's site, where frames have its cookies, and another site.
  const applications = [
    {
      site: 'the same site',
      logoutMethod: 'GET',
      application: await startSinglePageApplication(t, browser, '127.0.0.1', script, pages),
    },
    {
      site: 'another site',
      logoutMethod: 'POST',
      application: await startSinglePageApplication(t, browser, 'localhost', script, pages),
    },
  ] as const;
  const hosts = ['http://127.0.0.1', 'http://localhost'];
  const redirectUris = hosts.flatMap((host) => [`${host}/`, `${host}/silent-check-sso.html`]);
  const tools = openTools(t, server);
  const client = await tools.addClient({ isConfidential: false, grants: ['authorization_code'], redirectUris });
  const settings = (options: object) => ({ url: server.url, clientId: client.id, options });

  for (const { site, logoutMethod, application } of applications)
    await t.test(`login, liveness, refresh, user and logout on ${site}`, async (t) => {
      const { page, complaints } = await application.open(settings({ onLoad: 'login-required' }));
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
      await page.evaluate(`void keycloak.logout({ logoutMethod: '${logoutMethod}' })`);
      await page.getByLabel('Username').waitFor();
      t.equal(await scanStatus(server, last), 401, 'back in the application, which asks for the password again');
      t.same(complaints, []);
    });

  for (const { site, application } of applications)
    await t.test(`check-sso on ${site}`, async (t) => {
      const silentCheckSsoRedirectUri = `${application.origin}/silent-check-sso.html`;
      const hasCookies = site === 'the same site';
      // How often the page is left: never if the frames can tell.
      const fallback = hasCookies ? 0 : 1;
      const ways = [
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
      ];
      const { page, complaints, openAnother } = await application.open(settings({ onLoad: 'check-sso' }));
      const check = async (options: object) => {
        const page = await openAnother(settings({ onLoad: 'check-sso', ...options }));
        const logins = countLogins(page, server);
        await page.goto(application.origin);
        return { isFound: await started(page, application), logins: logins() };
      };
      for (const { name, options, signedOut } of ways)
        t.same(await check(options), { isFound: false, logins: signedOut }, `${name}: nobody is signed in`);
      await page.goto(application.origin);
      t.equal(await started(page, application), false);
      await page.evaluate('void keycloak.login()');
      await signIn(page, server, application);
      t.equal(await started(page, application), true);
      for (const { name, options, signedIn, isFound } of ways)
        t.same(await check(options), { isFound, logins: signedIn }, `${name}: with a session`);
      t.same(complaints, []);
    });

  await t.test('a logout in another tab is noticed, and none that did not happen', async (t) => {
    const { application } = applications[0];
    const { page, complaints, openAnother } = await application.open(settings({ onLoad: 'login-required' }));
    await page.clock.install();
    await page.goto(application.origin);
    await signIn(page, server, application);
    t.equal(await started(page, application), true);
    const other = await openAnother(settings({ onLoad: 'login-required' }));
    await other.goto(application.origin);
    t.equal(await started(other, application), true);
    const asked = page.waitForResponse(/login-status-iframe\.html\/init/);
    await page.clock.fastForward('00:30');
    t.equal(await (await asked).text(), 'unchanged');
    t.equal(await page.evaluate('keycloak.updateToken(5)'), false, 'the second login has changed nothing');
    t.equal(await page.evaluate('keycloak.authenticated'), true);
    await other.evaluate('void keycloak.logout()');
    await other.getByLabel('Username').waitFor();
    await page.clock.fastForward('00:30');
    await page.getByLabel('Username').waitFor();
    t.same(complaints, [], 'the application asks for a login again');
  });

  await t.test('a login returns to the page where it began', async (t) => {
    const { application } = applications[1];
    const redirectUriPrefixes = ['http://localhost/'];
    const { id } = await tools.addClient({ isConfidential: false, grants: ['authorization_code'], redirectUriPrefixes });
    const { page, complaints } = await application.open({ ...settings({ onLoad: 'login-required' }), clientId: id });
    const deep = `${application.origin}/contracts/17?tab=2`;
    await page.goto(deep);
    await signIn(page, server, application);
    t.equal(await started(page, application), true);
    t.equal(page.url(), deep);
    t.equal(await page.evaluate('checkLiveness(keycloak.token)'), '200 Real');
    t.same(complaints, []);
  });

  await t.test('the configuration is found by discovery', async (t) => {
    const { application } = applications[1];
    const { page, complaints } = await application.open({ ...settings({ onLoad: 'login-required' }), isDiscovered: true });
    await page.goto(application.origin);
    await signIn(page, server, application);
    t.equal(await started(page, application), true);
    t.equal(await page.evaluate('keycloak.updateToken(-1)'), true, 'the status frame does not end the login of another site');
    t.same(complaints, []);
  });
});
