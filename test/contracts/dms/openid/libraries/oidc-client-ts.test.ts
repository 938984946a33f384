import { type Test, test } from 'tap';
import { startTestServer } from '../../../../helper.js';
import { openBrowser, skipWithoutBrowser } from '../browser.js';
import { openTools, scanStatus } from '../tools.js';
import { backIn, signIn, startSinglePageApplication } from './single-page-application.js';

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

async function start(t: Test, options: object = {}) {
  const server = await startTestServer(t);
  const application = await startSinglePageApplication(t, 'localhost', script);
  const redirectUris = ['http://localhost/callback', 'http://localhost/'];
  const client = await openTools(t, server).addClient({ isConfidential: false, grants: ['authorization_code'], redirectUris });
  const { page, complaints } = await application.open(await openBrowser(t), { url: server.url, clientId: client.id, options });
  await page.goto(application.origin);
  return { server, application, page, complaints };
}

test('login, liveness, renewal, userinfo and logout with oidc-client-ts', { skip: skipWithoutBrowser }, async (t) => {
  const { server, application, page, complaints } = await start(t, { scope: 'openid profile', loadUserInfo: true });
  await page.evaluate('void manager.signinRedirect()');
  await signIn(page, server, application);
  const user = await page.evaluate<{ access_token: string }>('answered');
  t.match(user, { profile: { preferred_username: server.user }, scope: 'openid profile email' });
  t.equal(await page.evaluate('manager.getUser().then((user) => checkLiveness(user.access_token))'), '200 Real');

  await page.goto(`${application.origin}/inside`);
  t.match(await page.evaluate('manager.getUser()'), { access_token: user.access_token }, 'kept by the page');
  const renewed = await page.evaluate<{ access_token: string }>('manager.signinSilent()');
  t.not(renewed.access_token, user.access_token);
  t.equal(await scanStatus(server, renewed.access_token), 404, 'the renewed token is good');
  t.equal(await page.evaluate('manager.signinSilent().then((user) => !user.expired)'), true, 'renewed again');

  await page.evaluate('void manager.signoutRedirect()');
  await page.waitForURL((at) => at.href === `${application.origin}/`);
  await backIn(page, application);
  t.equal(await scanStatus(server, renewed.access_token), 401, 'the login ended without a question');
  t.equal(await page.evaluate('manager.getUser()'), null);
  t.same(complaints, []);
});

test('oidc-client-ts renews before the token expires', { skip: skipWithoutBrowser }, async (t) => {
  const { server, application, page, complaints } = await start(t);
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

test('oidc-client-ts revokes the tokens', { skip: skipWithoutBrowser }, async (t) => {
  const { server, application, page, complaints } = await start(t);
  await page.evaluate('void manager.signinRedirect()');
  await signIn(page, server, application);
  const { access_token: token } = await page.evaluate<{ access_token: string }>('answered');
  t.equal(await scanStatus(server, token), 404);
  t.equal(await page.evaluate('outcome(manager.revokeTokens())'), null);
  t.equal(await scanStatus(server, token), 401);
  t.same(complaints, []);
});

test('oidc-client-ts signs in with a pop-up window', { skip: skipWithoutBrowser }, async (t) => {
  const { server, page, complaints } = await start(t);
  const opened = page.waitForEvent('popup');
  const answer = page.evaluate('outcome(manager.signinPopup())');
  const popup = await opened;
  await popup.getByLabel('Username').fill(server.user);
  await popup.getByLabel('Password').fill(server.password);
  await popup.getByLabel('Password').press('Enter');
  t.match(await answer, { profile: { preferred_username: server.user } });
  t.ok(popup.isClosed() || (await popup.waitForEvent('close')), 'the window closes');
  t.same(complaints, []);
});

for (const host of ['127.0.0.1', 'localhost'] as const)
  test(`oidc-client-ts looks for a session in a frame on ${host}`, { skip: skipWithoutBrowser }, async (t) => {
    const server = await startTestServer(t);
    const application = await startSinglePageApplication(t, host, script);
    const redirectUris = [`http://${host}/callback`];
    const client = await openTools(t, server).addClient({ isConfidential: false, grants: ['authorization_code'], redirectUris });
    const settings = { url: server.url, clientId: client.id, options: {} };
    const { page } = await application.open(await openBrowser(t), settings);
    await page.goto(application.origin);
    t.match(await page.evaluate('outcome(manager.signinSilent())'), /^failed: .*(login|authentication)/i, 'no session');
    await page.evaluate('void manager.signinRedirect()');
    await signIn(page, server, application);
    await page.evaluate('answered.then(() => manager.removeUser())');
    const silent = await page.evaluate('outcome(manager.signinSilent())');
    if (host === '127.0.0.1') t.match(silent, { profile: { preferred_username: server.user } });
    else t.match(silent, /^failed: .*(login|authentication)/i, 'the frame of another site has no cookie');
  });
