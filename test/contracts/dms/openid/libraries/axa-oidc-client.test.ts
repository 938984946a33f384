import { test } from 'tap';
import { startTestServer } from '../../../../helper.js';
import { openBrowser, skipWithoutBrowser } from '../browser.js';
import { openTools, scanStatus } from '../tools.js';
import { signIn, startSinglePageApplication } from './single-page-application.js';

/** An application as in the library's guide, without its service worker. */
const script = `
import { OidcClient } from '@axa-fr/oidc-client';
window.client = OidcClient.getOrCreate()({
  client_id: settings.clientId,
  redirect_uri: location.origin + '/callback',
  scope: 'openid profile email api offline_access',
  authority: settings.url + '/realms/triface',
});
window.started = outcome(
  client.tryKeepExistingSessionAsync().then(async () => {
    if (location.pathname === '/callback') await client.loginCallbackAsync();
    return client.tokens;
  }),
);
`;

test('login, liveness, renewal, userinfo and logout with @axa-fr/oidc-client', { skip: skipWithoutBrowser }, async (t) => {
  const server = await startTestServer(t);
  const application = await startSinglePageApplication(t, await openBrowser(t), 'localhost', script);
  const redirectUris = ['http://localhost/callback', 'http://localhost/'];
  const client = await openTools(t, server).addClient({ isConfidential: false, grants: ['authorization_code'], redirectUris });
  const { page, complaints } = await application.open({ url: server.url, clientId: client.id });
  await page.goto(application.origin);
  t.equal(await page.evaluate('started'), null, 'nobody is signed in');
  await page.evaluate('void client.loginAsync("/")');
  await signIn(page, server, application);
  const { accessToken } = await page.evaluate<{ accessToken: string }>('started');
  t.equal(await page.evaluate('checkLiveness(client.tokens.accessToken)'), '200 Real');
  t.match(await page.evaluate('client.userInfoAsync()'), { preferred_username: server.user });
  await page.evaluate('client.renewTokensAsync()');
  const renewed = await page.evaluate<string>('client.tokens.accessToken');
  t.not(renewed, accessToken);
  t.equal(await scanStatus(server, renewed), 404, 'the renewed token is good');

  await page.goto(`${application.origin}/inside`);
  t.match(await page.evaluate('started'), { accessToken: renewed }, 'the page keeps the session');
  await page.evaluate('void client.logoutAsync("/")');
  await page.waitForURL((at) => at.origin === application.origin && at.pathname === '/');
  t.equal(await page.evaluate('started'), null, 'logged out without a question');
  t.equal(await scanStatus(server, renewed), 401);
  t.same(complaints, []);
});
