import { test } from 'tap';
import { startTestServer } from '../helper.js';
import { addPortal, askForPage, headersOf, portal, readPageAnswer } from './page-answers.js';
import { exchange, requestOf } from './wire.js';

const scans = '/face-liveness-sdk/v1/face-liveness';
const tokenPath = '/realms/triface/protocol/openid-connect/token';
const preflightOf = (method: string, more: Record<string, string> = {}) =>
  headersOf(portal, { 'access-control-request-method': method, ...more });

test('errors can be read, whoever answers them', async (t) => {
  const server = await startTestServer(t);
  await addPortal(t, server);
  const form = { 'Content-Type': 'multipart/form-data; boundary=x' };
  const bearer = { Authorization: `Bearer ${await server.bearerToken()}` };
  const errors: readonly (readonly [status: number, path: string, headers: Record<string, string>, body?: string])[] = [
    [400, `${scans}/%zz`, {}],
    [400, `${scans}/${'a'.repeat(200)}`, {}],
    [400, `${scans}?sort=%ff`, bearer],
    [400, '/v1/identify', { host: 'other' }],
    [417, '/v1/identify', { Expect: 'miracles' }],
    [401, '/v1/identify', {}],
    [404, `${scans}/00000000-0000-4000-8000-000000000000`, bearer],
    [404, '/realms/other/protocol/openid-connect/token', {}],
    [413, tokenPath, { 'Content-Type': 'application/x-www-form-urlencoded' }, 'a'.repeat(70_000)],
    [401, '/face-liveness-sdk/v1/check_liveness', form, 'a'.repeat(200_000)],
    [415, '/face-liveness-sdk/v1/check_liveness', { ...bearer, 'Content-Type': 'image/png' }, 'a'],
    [415, tokenPath, { 'Content-Encoding': 'gzip', ...form }, 'a'],
    [400, tokenPath, { 'Content-Type': 'application/x-www-form-urlencoded' }, `client_id=${'a'.repeat(300)}`],
    [400, '/triface/v1/scans/%ff/explanation', {}],
  ];
  for (const [status, path, headers, body] of errors) {
    const method = body === undefined && path.startsWith(scans) ? 'GET' : 'POST';
    const sent = { Origin: portal, ...headers, Connection: 'close' };
    const [head, ...rest] = (
      await exchange(server.url, requestOf({ method: path.includes('/triface/v1') ? 'GET' : method, path }, sent, body))
    ).text
      .replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, '')
      .split('\r\n\r\n');
    const [line, ...lines] = head!.split('\r\n');
    const parsed = new Headers(lines.map((one) => one.split(/: (.*)/s, 2) as [string, string]));
    const answer = readPageAnswer(Number(line!.split(' ')[1]), parsed, rest.join());
    t.match(answer, { status, allowed: portal, credentials: 'true', varies: true, exposed: /x-request-id/ }, `${status} ${path}`);
    t.ok(parsed.has('x-request-id'));
  }
});

test('so can the answers of the limits of attempts', async (t) => {
  const server = await startTestServer(t);
  await addPortal(t, server);
  const expected = { status: 429, allowed: portal, credentials: 'true', exposed: /retry-after/ };
  const authorization = `Basic ${Buffer.from(`${server.user}:wrong`).toString('base64')}`;
  const attempt = () => askForPage(`${server.url}/v1/identify`, 'POST', headersOf(portal, { authorization }));
  let answer = await attempt();
  for (let i = 0; i < 30 && answer.status === 401; i++) answer = await attempt();
  t.match(answer, expected);
  const local = 'http://localhost:5173';
  const fields = { grant_type: 'password', client_id: 'triface', username: server.user, password: 'wrong' };
  const token = await askForPage(server.url + tokenPath, 'POST', headersOf(local), new URLSearchParams(fields));
  t.match(token, { ...expected, allowed: local });
});

test('what is not a preflight request, or asks for what does not exist, allows nothing', async (t) => {
  const server = await startTestServer(t);
  await addPortal(t, server);
  const refused = { allowed: null, methods: null, headers: null, credentials: null, privateNetwork: null };
  for (const [name, status, path, headers] of [
    ['another method', 405, scans, preflightOf('POST')],
    ['a method in small letters', 405, scans, preflightOf('get')],
    ['a method where another route takes the word for an id', 405, `${scans}/export`, preflightOf('PUT')],
    ['OPTIONS', 405, scans, preflightOf('OPTIONS')],
    ['no method', 405, scans, headersOf(portal)],
    ['no origin', 405, scans, { 'access-control-request-method': 'GET' }],
    ['an unknown path', 404, '/v1/unknown', preflightOf('GET')],
    ['an unknown path of contract A', 404, '/api/v3/unknown/', preflightOf('POST')],
    ['an unknown path of the realm', 404, '/realms/triface/unknown', preflightOf('POST')],
    ['the token of contract A', 405, '/api/token/', preflightOf('POST')],
    ['contract B', 401, '/api/v1/face/liveness', preflightOf('POST')],
    ['contract B with credentials', 405, '/api/v1/face/liveness', preflightOf('POST', { authorization: server.basic })],
    ['the login', 405, '/realms/triface/protocol/openid-connect/auth', preflightOf('GET')],
    ['the logout', 405, '/realms/triface/protocol/openid-connect/logout', preflightOf('POST')],
  ] as const)
    t.match(await askForPage(server.url + path, 'OPTIONS', headers), { status, ...refused }, name);
  t.match(await askForPage(`${server.url}/v1/unknown`, 'GET', headersOf(portal)), { status: 404, ...refused, varies: false });
  t.match(await askForPage(server.url + scans, 'POST', headersOf(portal)), { status: 405, ...refused });
  const sent = { 'access-control-request-headers': 'authorization,x-requested-with,if-match,traceparent' };
  const correction = await askForPage(`${server.url + scans}/1`, 'OPTIONS', preflightOf('PUT', sent));
  t.match(correction, { status: 204, allowed: portal, methods: 'GET, HEAD, PUT', text: '', privateNetwork: null });
  const headers = correction.headers!.split(', ');
  for (const name of sent['access-control-request-headers'].split(',')) t.ok(headers.includes(name), name);
  const local = { 'access-control-request-private-network': 'true' };
  t.equal((await askForPage(server.url + scans, 'OPTIONS', preflightOf('GET', local))).privateNetwork, 'true');
});

test('with a client’s name, the token endpoint allows that client’s origins only', async (t) => {
  const server = await startTestServer(t, { TRIFACE_ORIGINS: 'https://listed.example' });
  const id = await addPortal(t, server);
  const url = server.url + tokenPath;
  const refresh = { grant_type: 'refresh_token', refresh_token: 'x' };
  const from = (origin: string, fields: Record<string, string>, more: Record<string, string> = {}) =>
    askForPage(url, 'POST', headersOf(origin, more), new URLSearchParams(fields));
  const local = 'http://localhost:5173';
  for (const [origin, client_id, allowed] of [
    [portal, id, portal],
    [local, id, null],
    [portal, 'triface', null],
    [local, 'triface', local],
    ['https://listed.example', id, 'https://listed.example'],
    [portal, 'unknown', portal],
    ['https://evil.example', id, null],
  ] as const) {
    const expected = { allowed, credentials: allowed && 'true', varies: true, exposed: allowed && String };
    t.match(await from(origin, { ...refresh, client_id }), expected, `${client_id} from ${origin}`);
    const authorization = `Basic ${Buffer.from(`${client_id}:`).toString('base64')}`;
    t.match(await from(origin, refresh, { authorization }), expected, `${client_id} from ${origin}, Basic`);
  }
  const password = { grant_type: 'password', client_id: 'triface', username: server.user, password: server.password };
  for (const origin of ['https://evil.example', 'null', 'chrome-extension://abcdef', portal, ''])
    t.match(await from(origin, password), { status: 200, allowed: null, exposed: null }, 'no token is refused for its origin');
});

test('settings allow any origin, or no client’s', async (t) => {
  const any = await startTestServer(t, { TRIFACE_ORIGINS: '*', TRIFACE_CAPTURE_ORIGINS: 'none' });
  const id = await addPortal(t, any);
  const everybody = { allowed: '*', credentials: null, varies: true };
  const exact = { allowed: portal, credentials: 'true', varies: true };
  for (const path of [scans, '/triface/v1/capture/keys']) {
    for (const origin of ['https://evil.example', 'null'])
      t.match(await askForPage(any.url + path, 'GET', headersOf(origin)), everybody, `${path} from ${origin}`);
    t.match(await askForPage(any.url + path, 'GET', headersOf(portal)), exact, 'credentials for named origins all the same');
  }
  const local = { 'access-control-request-private-network': 'true', 'access-control-request-method': 'GET' };
  const preflight = await askForPage(any.url + scans, 'OPTIONS', headersOf('https://evil.example', local));
  t.match(preflight, { ...everybody, status: 204, privateNetwork: null });
  const refresh = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'x', client_id: id });
  t.match(await askForPage(any.url + tokenPath, 'POST', headersOf(portal), refresh), exact);
  t.match(await askForPage(any.url + tokenPath, 'POST', headersOf('https://evil.example'), refresh), everybody);
  for (const path of ['/api/token/', '/api/v1/face/liveness'])
    t.match(await askForPage(any.url + path, 'POST', headersOf('https://evil.example')), { allowed: null, exposed: null }, path);
  await any.stop();
  const outside = await startTestServer(t, {
    TRIFACE_OIDC_EMBEDDED: 'false',
    TRIFACE_OIDC_ISSUER: 'http://127.0.0.1:9/realms/outside',
    TRIFACE_ORIGINS: portal,
  });
  t.match(await askForPage(outside.url + scans, 'GET', headersOf('http://localhost:5173')), { allowed: null, varies: true });
  t.match(await askForPage(outside.url + scans, 'GET', headersOf(portal)), exact);
});
