import { test } from 'tap';
import { startTestServer } from '../../../../helper.js';
import { openBrowser, skipWithoutBrowser } from '../browser.js';
import { openTools, scanStatus } from '../tools.js';
import { signIn, startSinglePageApplication } from './single-page-application.js';

/** An application with the library's default options: one page for all kinds of answers. */
const script = `
import { UserManager } from 'oidc-client-ts';
window.manager = new UserManager({
  authority: settings.url + '/realms/triface',
  client_id: settings.clientId,
  redirect_uri: location.origin + '/callback',
  post_logout_redirect_uri: location.origin + '/',
  ...settings.options,
});
window.answered = location.pathname === '/callback' ? outcome(manager.signinCallback()) : undefined;
`;

test('oidc-client-ts', { skip: skipWithoutBrowser }, async (t) => {
  const server = await startTestServer(t);
  const browser = await openBrowser(t);
  const application = await startSinglePageApplication(t, browser, 'localhost', script);
  const sameSite = await startSinglePageApplication(t, browser, '127.0.0.1', script);
  const hosts = ['http://127.0.0.1', 'http://localhost'];
  const redirectUris = hosts.flatMap((host) => [`${host}/callback`, `${host}/`]);
  const client = await openTools(t, server).addClient({ isConfidential: false, grants: ['authorization_code'], redirectUris });
  const open = async ({ options = {}, at = application, isSignedIn = true } = {}) => {
    const opened = await at.open({ url: server.url, clientId: client.id, options });
    await opened.page.goto(at.origin);
    if (!isSignedIn) return { ...opened, token: '' };
    await opened.page.evaluate('void manager.signinRedirect()');
    await signIn(opened.page, server, at);
    const user = await opened.page.evaluate<{ access_token: string }>('answered');
    t.match(user, { profile: { preferred_username: server.user } });
    return { ...opened, token: user.access_token };
  };

  await t.test('login, liveness, renewal, userinfo and logout', async (t) => {
    const { page, complaints, token } = await open({ options: { scope: 'openid profile', loadUserInfo: true } });
    t.match(await page.evaluate('answered'), { scope: 'openid profile email' });
    t.equal(await page.evaluate('manager.getUser().then((user) => checkLiveness(user.access_token))'), '200 Real');
    await page.goto(`${application.origin}/inside`);
    t.match(await page.evaluate('manager.getUser()'), { access_token: token }, 'kept by the page');
    const renewed = await page.evaluate<{ access_token: string }>('manager.signinSilent()');
    t.not(renewed.access_token, token);
    t.equal(await scanStatus(server, renewed.access_token), 404, 'the renewed token is good');
    t.equal(await page.evaluate('manager.signinSilent().then((user) => !user.expired)'), true, 'renewed again');
    await page.evaluate('void manager.signoutRedirect()');
    await page.waitForURL(`${application.origin}/`);
    t.equal(await scanStatus(server, renewed.access_token), 401, 'the login ended without a question');
    t.equal(await page.evaluate('manager.getUser()'), null);
    t.same(complaints, []);
  });

  await t.test('renewal before the token expires', async (t) => {
    const { page, complaints } = await open({ isSignedIn: false });
    await page.clock.install();
    await page.evaluate('void manager.signinRedirect()');
    await signIn(page, server, application);
    const { access_token: first } = await page.evaluate<{ access_token: string }>('answered');
    const renewed = page.evaluate<{ access_token: string }>('new Promise((resolve) => manager.events.addUserLoaded(resolve))');
    await page.evaluate('manager.getUser()');
    await page.clock.fastForward('14:30');
    t.not((await renewed).access_token, first);
    t.equal(await scanStatus(server, (await renewed).access_token), 404);
    t.same(complaints, []);
  });

  await t.test('revocation', async (t) => {
    const { page, complaints, token } = await open();
    t.equal(await scanStatus(server, token), 404);
    t.equal(await page.evaluate('outcome(manager.revokeTokens())'), null);
    t.equal(await scanStatus(server, token), 401);
    t.same(complaints, []);
  });

  await t.test('login in a pop-up window', async (t) => {
    const { page, complaints } = await open({ isSignedIn: false });
    const opened = page.waitForEvent('popup');
    const answer = page.evaluate('outcome(manager.signinPopup())');
    const popup = await opened;
    await popup.getByLabel('Username').fill(server.user);
    t.equal(await popup.evaluate('opener !== null'), true, 'the login page does not cut the window off');
    await popup.getByLabel('Password').fill(server.password);
    await popup.getByLabel('Password').press('Enter');
    t.match(await answer, { profile: { preferred_username: server.user } });
    t.ok(popup.isClosed() || (await popup.waitForEvent('close')), 'the window closes');
    t.same(complaints, []);
  });

  await t.test('a login by a frame needs its cookies', async (t) => {
    const refused = /^failed: .*(login|authentication)/i;
    for (const [at, found] of [
      [sameSite, { profile: { preferred_username: server.user } }],
      [application, refused],
    ] as const) {
      const signedOut = await open({ at, isSignedIn: false });
      t.match(await signedOut.page.evaluate('outcome(manager.signinSilent())'), refused, `${at.origin}: no session`);
      const signedIn = await open({ at });
      await signedIn.page.evaluate('manager.removeUser()');
      t.match(await signedIn.page.evaluate('outcome(manager.signinSilent())'), found, `${at.origin}: with a session`);
    }
  });

  await t.test('a logout in another tab is noticed', async (t) => {
    const at = sameSite;
    const { page, complaints, openAnother } = await open({ at, options: { monitorSession: true } });
    await page.clock.install();
    await page.goto(at.origin);
    await page.evaluate('manager.getUser()');
    const isNoticed = page.evaluate('new Promise((resolve) => manager.events.addUserSignedOut(() => resolve(true)))');
    const other = await openAnother({ url: server.url, clientId: client.id, options: {} });
    await other.goto(at.origin);
    await other.evaluate('void manager.signinRedirect()');
    await other.waitForURL(/\/callback/);
    await other.evaluate('answered');
    await other.evaluate('void manager.signoutRedirect()');
    await other.waitForURL(`${at.origin}/`);
    await page.clock.fastForward('00:30');
    t.equal(await isNoticed, true);
    t.same(complaints, []);
  });
});
