import type { Page } from 'playwright-core';
import { type Test, test } from 'tap';
import { discover, makeRequest } from '../contracts/dms/openid/application.js';
import { openBrowser, skipWithoutBrowser } from '../contracts/dms/openid/browser.js';
import { openTools } from '../contracts/dms/openid/tools.js';
import { selfie } from '../fixtures/pictures.js';
import { startTestServer } from '../helper.js';
import { serveLocally } from '../serve-locally.js';

/** An application's pages. @param host where they are @returns their origin */
const startPages = (t: Test, host: string): Promise<string> =>
  serveLocally(
    t,
    (_request, response) => response.setHeader('content-type', 'text/html').end('<!doctype html><title>Application</title>'),
    host,
  );

interface Call {
  readonly url: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly credentials?: 'include';
  /** of a form; `[base64]` is a picture */
  readonly fields?: Record<string, string | readonly [string]>;
  readonly urlencoded?: boolean;
  readonly body?: string;
}

interface Seen {
  readonly status?: number;
  readonly text?: string;
  readonly id?: string | null;
  /** the browser gave the script nothing */
  readonly blocked?: boolean;
}

/** What a script of a page sees of the answer to its `fetch`. */
const call = (page: Page, request: Call): Promise<Seen> =>
  page.evaluate(async ({ url, fields, urlencoded, body, ...init }) => {
    const form = urlencoded ? new URLSearchParams() : new FormData();
    for (const [name, value] of Object.entries(fields ?? {}))
      if (typeof value === 'string') form.append(name, value);
      else (form as FormData).append(name, await (await fetch(`data:image/jpeg;base64,${value[0]}`)).blob(), 'a.jpg');
    try {
      const answer = await fetch(url, { ...init, ...(fields ? { body: form } : body !== undefined && { body }) });
      return { status: answer.status, text: await answer.text(), id: answer.headers.get('x-request-id') };
    } catch {
      return { blocked: true };
    }
  }, request);

test('a page on another origin logs in and calls the server', { skip: skipWithoutBrowser }, async (t) => {
  const server = await startTestServer(t, { TRIFACE_PATH_PREFIX: '/gateway' });
  const origin = await startPages(t, 'localhost');
  const redirectUri = `${origin}/callback`;
  const { id } = await openTools(t, server).addClient({
    ...{ isConfidential: false, grants: ['authorization_code'], redirectUris: [redirectUri] },
  });
  const picture = [(await selfie()).toString('base64')] as const;
  const apiToken = await server.apiToken();
  const browser = await openBrowser(t);
  const page = await (await browser.newContext()).newPage();

  for (const prefix of ['', '/gateway']) {
    const realm = `${server.url}${prefix}/realms/triface`;
    const sdk = `${server.url}${prefix}/face-liveness-sdk/v1`;
    const { url, checks } = await makeRequest(await discover(realm, id), redirectUri);
    await page.goto(url.href);
    await page.getByLabel('Username').fill(server.user);
    await page.getByLabel('Password').fill(server.password);
    await page.getByLabel('Password').press('Enter');
    await page.waitForURL((at) => at.origin === origin);
    const granted = await call(page, {
      url: `${realm}/protocol/openid-connect/token`,
      method: 'POST',
      credentials: 'include',
      urlencoded: true,
      fields: {
        ...{ grant_type: 'authorization_code', client_id: id, redirect_uri: redirectUri },
        ...{ code: new URL(page.url()).searchParams.get('code')!, code_verifier: checks.pkceCodeVerifier },
      },
    });
    t.equal(granted.status, 200, granted.text ?? 'blocked');
    const { access_token: token, refresh_token: refresh } = JSON.parse(granted.text!);
    const headers = { authorization: `Bearer ${token}`, 'x-requested-with': 'XMLHttpRequest' };
    t.match(await call(page, { url: `${realm}/protocol/openid-connect/userinfo`, headers }), { status: 200, text: /"sub"/ });
    const fields = { channel: 'WEB', reference: 'page', file: picture };
    const checked = await call(page, { url: `${sdk}/check_liveness`, method: 'POST', headers, fields, credentials: 'include' });
    t.match(checked, { status: 200, text: /"result":"Real"/, id: /./ });
    const scan = `${sdk}/face-liveness/${JSON.parse(checked.text!).id}`;
    const json = { ...headers, 'content-type': 'application/json' };
    const correction = await call(page, { url: scan, method: 'PUT', headers: json, body: '{"channel":"KIOSK"}' });
    t.match(correction, { status: 200 }, correction.text ?? 'blocked');
    t.match(await call(page, { url: `${sdk}/face-liveness?page=0`, headers }), { status: 200, text: /"content":\[/ });
    t.match(await call(page, { url: `${sdk}/face-liveness/export?format=csv`, headers }), { status: 200, text: /page/ });
    const unknown = `${sdk}/face-liveness/00000000-0000-4000-8000-000000000000`;
    t.match(await call(page, { url: unknown, headers }), { status: 404, text: /No face liveness scan/, id: /./ });
    const forged = { authorization: 'Bearer x' };
    t.match(await call(page, { url: unknown, headers: forged }), { status: 401, text: /"status":401/, id: /./ });
    const revoke = { token: refresh, client_id: id };
    const url1 = `${realm}/protocol/openid-connect/revoke`;
    t.match(await call(page, { url: url1, method: 'POST', fields: revoke, urlencoded: true }), { status: 200 });
    // Next time the password is asked for again.
    await page.context().clearCookies();
  }

  const basic = { authorization: server.basic };
  const identify = { url: `${server.url}/v1/identify`, method: 'POST', fields: { image: picture } };
  t.match(await call(page, { ...identify, headers: basic }), { status: 200, text: /"candidates"/ });
  t.match(await call(page, identify), { status: 401, text: /"error":"unauthorized"/, id: /./ });
  const liveness = {
    ...{ url: `${server.url}/api/v3/biometrics/liveness/`, method: 'POST', fields: { selfie: picture } },
    headers: { authorization: `Bearer ${apiToken}` },
  };
  t.match(await call(page, liveness), { status: 200, text: /"valid":true/ });

  const login = { username: server.user, password: server.password };
  const closed: Call[] = [
    { url: `${server.url}/api/token/`, method: 'POST', fields: login, urlencoded: true },
    {
      ...{ url: `${server.url}/api/v1/face/liveness`, method: 'POST', headers: { ...basic, 'content-type': 'application/json' } },
      body: JSON.stringify({ faceImageBase: picture[0] }),
    },
  ];
  for (const one of closed) t.same(await call(page, one), { blocked: true }, one.url);

  // A host name that no client has.
  await page.goto(await startPages(t, '127.0.0.2'));
  const realm = `${server.url}/realms/triface`;
  for (const one of [
    ...closed,
    { ...identify, headers: basic },
    { url: `${server.url}/face-liveness-sdk/v1/face-liveness`, headers: { authorization: 'Bearer x' } },
    {
      ...{ url: `${realm}/protocol/openid-connect/token`, method: 'POST', urlencoded: true },
      fields: { grant_type: 'password', client_id: 'triface', ...login },
    },
  ])
    t.same(await call(page, one), { blocked: true }, `${one.url} from a foreign page`);
  for (const url of [`${realm}/.well-known/openid-configuration`, `${realm}/protocol/openid-connect/certs`])
    t.match(await call(page, { url }), { status: 200 }, url);
  t.match(await call(page, liveness), { status: 200, text: /"valid":true/ }, 'contract A is for any page with a token');
});
