import { mkdirSync } from 'node:fs';
import { decodeJwt } from 'jose';
import * as client from 'openid-client';
import { test } from 'tap';
import { startTestServer } from '../../../helper.js';
import { discover, makeRequest, startApplication } from './application.js';
import { openBrowser, skipWithoutBrowser } from './browser.js';

test('a user logs in with a browser: discovery, code with PKCE, refresh, userinfo, logout', {
  skip: skipWithoutBrowser,
}, async (t) => {
  const server = await startTestServer(t);
  const issuer = `${server.url}/realms/triface`;
  const application = await startApplication(t);
  const config = await discover(issuer);
  t.equal(config.serverMetadata().issuer, issuer);
  const browser = await openBrowser(t);
  const context = await browser.newContext({ locale: 'en-GB', javaScriptEnabled: false });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('console', (message) => problems.push(message.text()));

  const { url, checks } = await makeRequest(config, application.redirectUri);
  await page.goto(url.href);
  t.equal(await page.title(), 'Sign in – Triface');
  t.equal(await page.locator('html').getAttribute('lang'), 'en');
  await shoot(page, 'login');
  await page.getByLabel('Username').fill(server.user);
  await page.getByLabel('Password').fill('not the password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  t.match(await page.getByRole('alert').textContent(), 'The username or password is incorrect.');
  t.equal(await page.title(), 'Error: Sign in – Triface');
  t.equal(await page.getByLabel('Username').inputValue(), server.user, 'the name is still there');
  t.equal(await page.getByLabel('Password').inputValue(), '', 'the password is not');
  await shoot(page, 'login-error');
  await page.getByLabel('Password').fill(server.password);
  const returned = application.nextReturn();
  await page.getByLabel('Password').press('Enter');
  const tokens = await client.authorizationCodeGrant(config, await returned, checks);
  t.match(tokens, {
    token_type: 'bearer',
    expires_in: 900,
    refresh_expires_in: 1800,
    'not-before-policy': 0,
    scope: 'openid profile email',
  });
  t.match(tokens.claims(), { iss: issuer, aud: 'triface', preferred_username: server.user });
  await page.getByText('Back in the application').waitFor();

  const sub = tokens.claims()!.sub;
  const scans = () =>
    fetch(`${server.url}/v1/face-liveness/00000000-0000-4000-8000-000000000000`, {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    });
  t.equal((await scans()).status, 404, 'contract C takes the token');
  t.match(await client.fetchUserInfo(config, tokens.access_token, sub), { sub, preferred_username: server.user });
  const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token!);
  t.equal(
    decodeJwt(refreshed.refresh_token!).jti,
    decodeJwt(tokens.refresh_token!).jti,
    'as Keycloak’s default, it serves again',
  );
  t.equal(refreshed.session_state, tokens.session_state);
  t.match(await client.fetchUserInfo(config, refreshed.access_token, sub), { sub });

  const again = await makeRequest(config, application.redirectUri);
  const silent = application.nextReturn();
  await page.goto(again.url.href);
  t.ok(await client.authorizationCodeGrant(config, await silent, again.checks), 'no second password within the session');
  await page.getByText('Back in the application').waitFor();

  const end = client.buildEndSessionUrl(config, {
    post_logout_redirect_uri: application.redirectUri,
    state: 'bye',
  });
  await page.goto(end.href);
  await shoot(page, 'logout');
  const left = application.nextReturn();
  await page.getByRole('button', { name: 'Sign out' }).click();
  t.equal((await left).searchParams.get('state'), 'bye');
  await page.getByText('Back in the application').waitFor();
  t.equal((await scans()).status, 401, 'logged out, the access token is void');
  await t.rejects(client.refreshTokenGrant(config, tokens.refresh_token!), { error: 'invalid_grant' } as never);
  await t.rejects(client.fetchUserInfo(config, tokens.access_token, sub));
  await page.goto((await makeRequest(config, application.redirectUri)).url.href);
  t.equal(await page.title(), 'Sign in – Triface', 'the session is over');
  t.same(
    problems.filter((text) => !/401 \(Unauthorized\)/.test(text)),
    [],
    'the content security policy blocks nothing that the pages need',
  );
});

test('the page is available in Spanish, fits a phone, and works with the keyboard alone', {
  skip: skipWithoutBrowser,
}, async (t) => {
  const server = await startTestServer(t);
  const application = await startApplication(t);
  const config = await discover(`${server.url}/realms/triface`);
  const browser = await openBrowser(t);
  const context = await browser.newContext({
    locale: 'es-MX',
    viewport: { width: 320, height: 640 },
    colorScheme: 'dark',
  });
  const page = await context.newPage();
  const { url, checks } = await makeRequest(config, application.redirectUri);
  await page.goto(url.href);
  t.equal(await page.title(), 'Iniciar sesión – Triface');
  t.ok(await page.evaluate<boolean>('document.documentElement.scrollWidth <= innerWidth'), 'nothing sticks out at 320 pixels');
  await shoot(page, 'login-es');
  await page.keyboard.type(server.user);
  await page.keyboard.press('Tab');
  await page.keyboard.type('no es');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').waitFor();
  t.match(await page.getByRole('alert').textContent(), 'no son correctos');
  t.equal(await page.evaluate('document.activeElement.id'), 'password', 'typing goes on where it must');
  await shoot(page, 'login-es-error');
  await page.keyboard.type(server.password);
  await page.keyboard.press('Tab');
  const returned = application.nextReturn();
  await page.keyboard.press('Enter');
  const tokens = await client.authorizationCodeGrant(config, await returned, checks);
  // The browser must be done with this page: a navigation still under way would interrupt the next.
  await page.getByText('Back in the application').waitFor();

  const end = client.buildEndSessionUrl(config, {
    id_token_hint: tokens.id_token!,
    post_logout_redirect_uri: application.redirectUri,
  });
  await context.clearCookies();
  const left = application.nextReturn();
  await page.goto(end.href);
  t.ok(await left, 'a logout without a session goes straight back to the application');
});

/** Saves screenshots to the folder named by TRIFACE_TEST_SCREENSHOTS. */
async function shoot(page: { screenshot(options: { path: string }): Promise<unknown> }, name: string): Promise<void> {
  const folder = process.env.TRIFACE_TEST_SCREENSHOTS;
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: `${folder}/${name}.png` });
}

test('a login that begins with a POST of another site uses the session', { skip: skipWithoutBrowser }, async (t) => {
  const server = await startTestServer(t);
  const config = await client.discovery(new URL(`${server.url}/realms/triface`), 'triface', undefined, client.None(), {
    execute: [client.allowInsecureRequests],
  });
  const application = await startApplication(t);
  const page = await (await openBrowser(t)).newPage();
  const post = async (more: Record<string, string> = {}) => {
    const { url, checks } = await makeRequest(config, application.redirectUri, more);
    const back = application.nextReturn();
    // a page of another host name, whose own policy allows it to post to this server only
    await page.goto(application.redirectUri.replace('127.0.0.1', 'localhost').replace('/callback', '/'));
    const fields = JSON.stringify([...url.searchParams]);
    await page.evaluate(`{
      const policy = document.createElement('meta');
      policy.httpEquiv = 'content-security-policy';
      policy.content = 'form-action ${url.origin}';
      document.head.append(policy);
      const form = Object.assign(document.createElement('form'), { method: 'post', action: '${url.origin}${url.pathname}' });
      for (const [name, value] of ${fields}) form.append(Object.assign(document.createElement('input'), { name, value }));
      document.body.append(form);
      form.submit();
    }`);
    return { back, checks };
  };
  const first = await post({ login_hint: `"><b>'&` });
  t.equal(await page.getByLabel('Username').inputValue(), `"><b>'&`);
  await page.getByLabel('Username').fill(server.user);
  await page.getByLabel('Password').fill(server.password);
  await page.getByRole('button').click();
  t.ok(await client.authorizationCodeGrant(config, await first.back, first.checks));
  const second = await post({ prompt: 'none' });
  t.ok(await client.authorizationCodeGrant(config, await second.back, second.checks), 'without the password');
});
