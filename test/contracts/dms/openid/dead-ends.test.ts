import { mkdirSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { test } from 'tap';
import { startTestServer } from '../../../helper.js';
import { checkAccessibility } from '../../../web/component/accessibility.js';
import { discover, makeRequest, PlainBrowser, startApplication } from './application.js';
import { openBrowser, skipWithoutBrowser } from './browser.js';

const base = '/realms/triface/protocol/openid-connect';
const redirectUri = 'http://127.0.0.1:9/callback';
const long = 'x'.repeat(2600);
const challenge = 'c'.repeat(43);
const good = {
  ...{ client_id: 'triface', response_type: 'code', redirect_uri: redirectUri },
  ...{ code_challenge: challenge, code_challenge_method: 'S256' },
};
const auth = (change: Record<string, string | undefined>) =>
  `${base}/auth?${new URLSearchParams(Object.entries({ ...good, ...change }).filter((pair): pair is [string, string] => pair[1] !== undefined))}`;
const evil = 'https://evil.example/"><script>alert(1)</script>';
const nobodys = Buffer.from('{"alg":"none"}').toString('base64url');

/** Addresses that end in an error page: what it must say in English, and in Spanish. */
const deadEnds: Record<string, readonly [string, RegExp, RegExp]> = {
  'unknown client': [auth({ client_id: 'no-such<b>client' }), /no-such<b>client[\s\S]*triface client add/, /no está registrada/],
  'foreign redirect URI': [
    auth({ redirect_uri: evil }),
    /evil\.example\/"><script>[\s\S]*triface client set/,
    /no está registrada/,
  ],
  'script as redirect URI': [auth({ redirect_uri: 'javascript:alert(1)' }), /not registered/, /no está registrada/],
  'no redirect URI': [auth({ redirect_uri: undefined }), /lacks something[\s\S]*redirect_uri/, /le falta algo/],
  'no client': [auth({ client_id: undefined }), /lacks something[\s\S]*client_id/, /le falta algo/],
  'no PKCE, foreign redirect URI': [auth({ code_challenge: undefined, redirect_uri: evil }), /not registered/, /no está/],
  'unsupported response type, no redirect URI': [
    auth({ response_type: 'token', redirect_uri: undefined }),
    /does not have/,
    /no ofrece/,
  ],
  'too long': [auth({ state: long }), /longer than[\s\S]*state/, /más larga/],
  'not UTF-8': [`${auth({})}&state=%ff`, /cannot be read/, /No se puede leer/],
  'no cookie': ['/realms/triface/login-actions/authenticate/abc', /allow cookies for this address/, /permita las cookies/],
  'resume without cookie': [`${base}/auth/abc`, /allow cookies/, /permita las cookies/],
  'unknown realm': [`/realms/other${base.slice(15)}/auth`, /no realm[\s\S]*other/, /ningún realm/],
  'logout to a foreign address': [
    `${base}/logout?${new URLSearchParams({ client_id: 'triface', post_logout_redirect_uri: evil })}`,
    /return to an address[\s\S]*evil\.example/,
    /vuelva a una dirección/,
  ],
  'logout with a broken hint': [`${base}/logout?id_token_hint=x`, /did not issue/, /no ha emitido/],
  'logout with a forged hint': [
    `${base}/logout?id_token_hint=${nobodys}.e30.`,
    /not registered|did not issue/,
    /registrada|emitido/,
  ],
  'logout of an unknown client': [`${base}/logout?client_id=nobody`, /not registered[\s\S]*nobody/, /no está registrada/],
};

test('every dead end says what went wrong and what to do, in two languages', async (t) => {
  const server = await startTestServer(t);
  for (const [name, [path, english, spanish]] of Object.entries(deadEnds)) {
    for (const [language, expected] of [
      ['en', english],
      ['es', spanish],
    ] as const) {
      const response = await fetch(server.url + path, {
        redirect: 'manual',
        headers: { accept: 'text/html,*/*;q=0.8', 'accept-language': language, 'x-request-id': 'support-17' },
      });
      const html = await response.text();
      t.ok(response.status >= 400 && response.status < 500, `${name}: ${response.status}`);
      t.match(response.headers.get('content-type'), 'text/html', name);
      t.match(response.headers.get('content-security-policy'), /default-src 'none'/, name);
      t.match(unescapeHtml(html), expected, `${name}, ${language}`);
      t.notMatch(html, /<script|<b>/, `${name}: nothing is markup`);
      t.notMatch(html, /(href|src|action)="[^"]/, `${name}: nothing is a link`);
      t.match(html, /(Request|Petición): <code>[\w-]{8,}<\/code>/, `${name}: the request’s number`);
      t.match(html, response.headers.get('x-request-id')!);
    }
    const program = await fetch(server.url + path, { redirect: 'manual', headers: { accept: 'application/json' } });
    if (!/\/auth\?|logout|realms\/other/.test(path)) continue;
    t.match(await program.text(), /invalid_|unsupported_|Realm|error/, `${name}: for programs`);
  }
});

test('answers that come before the login page are pages, too, where a browser asks', async (t) => {
  const server = await startTestServer(t);
  for (const [path, headers, body, status, expected] of [
    ['/realms/triface/login-actions/authenticate/abc', {}, 'x'.repeat(60_000), 413, 'longer than this server accepts'],
    ['/realms/triface/login-actions/authenticate/abc', { 'content-encoding': 'gzip' }, 'x', 415, 'cannot be read'],
    [`${base}/logout/confirm`, {}, 'xsrf=%ff', 400, 'Sign-out not possible'],
    [`${base}/logout/confirm`, {}, 'xsrf=x', 400, 'expired or was already answered'],
  ] as const)
    for (const accept of ['text/html', 'application/json']) {
      const sent = { accept, 'content-type': 'application/x-www-form-urlencoded', ...headers };
      const response = await fetch(server.url + path, { method: 'POST', headers: sent, body });
      t.equal(response.status, status, path);
      const text = await response.text();
      if (accept === 'text/html') t.match(text, expected);
      else t.ok(JSON.parse(text).error, 'programs get JSON');
    }
});

test('with a registered address, faults go back to the application', async (t) => {
  const server = await startTestServer(t);
  for (const [change, error] of [
    [{ code_challenge: undefined, code_challenge_method: undefined }, 'invalid_request'],
    [{ code_challenge_method: 'plain' }, 'invalid_request'],
    [{ response_type: 'token' }, 'unsupported_response_type'],
    [{ response_type: 'code id_token', nonce: 'n' }, 'unsupported_response_type'],
    [{ response_mode: 'unknown' }, 'unsupported_response_mode'],
    [{ prompt: 'none' }, 'login_required'],
  ] as const) {
    const response = await fetch(server.url + auth(change), { redirect: 'manual', headers: { accept: 'text/html' } });
    const location = response.headers.get('location') ?? '';
    t.ok(
      location.startsWith(`${redirectUri}?`) || location.startsWith(`${redirectUri}#`),
      `${JSON.stringify(change)}: ${location}`,
    );
    t.match(location, `error=${error}`);
  }
});

test('a login page that cannot be used leads back to the application, if that is registered', async (t) => {
  const server = await startTestServer(t);
  const config = await discover(`${server.url}/realms/triface`);
  const browser = new PlainBrowser();
  const page = await browser.follow((await makeRequest(config, redirectUri)).url, server.url);
  const html = await page.response.text();
  const fields = Object.fromEntries(
    [...html.matchAll(/type="hidden" name="(\w+)" value="([^"]*)"/g)].map(([, name, value]) => [name, value]),
  );
  t.same(fields, { client_id: 'triface', redirect_uri: redirectUri });
  const post = async (form: Record<string, string>, headers: Record<string, string> = {}, from = new PlainBrowser()) => {
    const response = await from.go(page.url, { username: 'x', password: 'y', ...form }, { accept: 'text/html', ...headers });
    return { status: response.status, html: await response.text() };
  };
  const lost = await post(fields as Record<string, string>);
  t.equal(lost.status, 400);
  t.match(lost.html, `<a href="${redirectUri}" rel="noreferrer">Back to the application</a>`);
  t.match(lost.html, 'allow cookies for this address');
  const foreign = await post(fields as Record<string, string>, { 'sec-fetch-site': 'cross-site' }, browser);
  t.match(foreign.html, 'sent from another website');
  t.match((await post({}, { cookie: 'triface_session=1' })).html, 'has expired or was already used');
  for (const form of [
    { client_id: 'triface', redirect_uri: 'https://evil.example/' },
    { client_id: 'triface', redirect_uri: 'javascript:alert(1)' },
    { client_id: 'unknown', redirect_uri: redirectUri },
    { redirect_uri: redirectUri },
  ]) {
    const refused = await post(form);
    t.equal(refused.status, 400);
    t.notMatch(refused.html, '<a ', JSON.stringify(form));
  }
});

test('the error pages are accessible, in light and dark, and fit a narrow phone', { skip: skipWithoutBrowser }, async (t) => {
  const server = await startTestServer(t);
  const application = await startApplication(t);
  const browser = await openBrowser(t);
  const wordy = `https://portal.example/${'a-long-path/'.repeat(20)}`;
  for (const [locale, colorScheme] of [
    ['en-GB', 'light'],
    ['es-MX', 'dark'],
  ] as const) {
    const context = await browser.newContext({ locale, colorScheme, viewport: { width: 320, height: 640 } });
    const page = await context.newPage();
    const look = async (name: string) => {
      await checkAccessibility(t, page, `${name}, ${locale}`);
      t.ok(await page.evaluate<boolean>('document.documentElement.scrollWidth <= innerWidth'), `${name}: nothing sticks out`);
      await shoot(page, `${name}-${locale}`);
    };
    for (const [name, path] of [
      ['unknown-client', auth({ client_id: 'https://app.example/saml' })],
      ['redirect-uri', auth({ redirect_uri: wordy })],
      ['unknown-realm', `/realms/other${base.slice(15)}/auth`],
      ['no-cookie', '/realms/triface/login-actions/authenticate/abc'],
      ['logout-hint', `${base}/logout?id_token_hint=x`],
    ] as const) {
      await page.goto(server.url + path);
      await look(name);
    }
    // A user who waits at the login page until it has expired.
    await page.goto(server.url + auth({ redirect_uri: application.redirectUri }));
    await context.clearCookies();
    await page.locator('#username').fill(server.user);
    await page.locator('#password').fill(server.password);
    await page.locator('#password').press('Enter');
    await page.getByRole('link').waitFor();
    await look('expired');
    const returned = application.nextReturn();
    await page.getByRole('link').click();
    t.equal((await returned).pathname, '/callback', 'the link leads back');
  }
});

const unescapeHtml = (html: string): string => html.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));

/** Saves screenshots to the folder named by TRIFACE_TEST_SCREENSHOTS. */
async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env.TRIFACE_TEST_SCREENSHOTS;
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
}
