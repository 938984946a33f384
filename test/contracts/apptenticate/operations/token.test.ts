import { decodeJwt, decodeProtectedHeader } from 'jose';
import { test } from 'tap';
import { form, startTestServer } from '../../../helper.js';
import { addAccount, ask, post, postJson } from '../../clients.js';

test('POST /api/token/', async (t) => {
  const server = await startTestServer(t);
  const { user: username, password } = server;
  const url = `${server.url}/api/token/`;
  type Pair = Record<string, string>;
  const ways: Record<string, (pair: Pair, at?: string) => ReturnType<typeof post>> = {
    multipart: (pair, at = url) => post(at, form(pair)),
    urlencoded: (pair, at = url) => post(at, new URLSearchParams(pair)),
    json: (pair, at = url) => postJson(at, pair),
  };

  await t.test('a pair of tokens, for each encoding of the form', async (t) => {
    for (const [way, send] of Object.entries(ways)) {
      for (const path of ['/api/token/', '/api/token']) {
        const answer = await send({ username, password }, server.url + path);
        t.equal(answer.status, 200, `${way} ${path}`);
        t.equal(answer.text, JSON.stringify({ refresh: answer.json.refresh, access: answer.json.access }));
        t.match(answer.headers.get('content-type'), /^application\/json/);
      }
    }
  });

  await t.test('claims: five minutes, HS256, type, account', async (t) => {
    const { json } = await postJson(url, { username, password });
    const access = decodeJwt(json.access);
    const refresh = decodeJwt(json.refresh);
    t.equal(access.exp! - access.iat!, 300);
    t.equal(refresh.exp! - refresh.iat!, 86_400);
    t.ok(Math.abs(access.iat! - Date.now() / 1000) < 60, 'issued now');
    t.equal(access.token_type, 'access');
    t.equal(refresh.token_type, 'refresh');
    t.match(access.user_id, /^[0-9a-f-]{36}$/);
    t.equal(access.user_id, refresh.user_id);
    t.equal(decodeProtectedHeader(json.access).alg, 'HS256');
    t.notMatch(JSON.stringify([access, refresh]), new RegExp(`${username}|${password}`), 'nothing personal in it');
  });

  await t.test('wrong credentials', async (t) => {
    const wrong: Pair[] = [
      { username, password: 'wrong' },
      { username, password: `${password} ` },
      { username: 'nobody', password },
      { username: 'no:body', password },
      { username: `${username}\0`, password },
    ];
    for (const pair of wrong) {
      for (const [way, send] of Object.entries(ways)) {
        if (way !== 'json' && pair.username!.includes('\0')) continue;
        const answer = await send(pair);
        t.equal(answer.status, 401, `${way} ${JSON.stringify(pair.username)}`);
        t.equal(answer.text, '{"detail":"No active account found with the given credentials"}');
        t.equal(answer.headers.get('www-authenticate'), 'Bearer realm="api"');
      }
    }
  });

  await t.test('missing and blank fields', async (t) => {
    const required = ['This field is required.'];
    const blank = ['This field may not be blank.'];
    const cases: [Pair, unknown][] = [
      [{ password }, { username: required }],
      [{ username }, { password: required }],
      [{ username: '', password }, { username: blank }],
      [{ username, password: '' }, { password: blank }],
    ];
    for (const [pair, body] of cases) {
      for (const send of Object.values(ways)) {
        const answer = await send(pair);
        t.equal(answer.status, 400);
        t.same(answer.json, body);
      }
    }
    t.equal((await postJson(url, { username: null, password: {} })).status, 400, 'values of other types');
  });

  await t.test('bodies that are not a form', async (t) => {
    const broken = await post(url, '{"username":', { 'content-type': 'application/json' });
    t.equal(broken.status, 400);
    t.same(broken.json, { detail: 'JSON parse error or malformed request.' });
    t.equal((await postJson(url, [username, password])).status, 415);
    const xml = await post(url, '<a/>', { 'content-type': 'application/xml' });
    t.equal(xml.status, 415);
    t.same(xml.json, { detail: 'Unsupported media type "application/xml" in request.' });
  });

  await t.test('405 and 404 in the same format', async (t) => {
    const get = await ask(url);
    t.equal(get.status, 405);
    t.same(get.json, { detail: 'Method "GET" not allowed.' });
    t.match(get.headers.get('allow'), /POST/);
    const lost = await post(`${server.url}/api/tokens/`, new URLSearchParams({ username, password }));
    t.equal(lost.status, 404);
    t.same(lost.json, { detail: 'Not found.' });
  });

  await t.test('guessing is slowed down, and the answer has the seconds to wait', async (t) => {
    await addAccount(t, server, { username: 'guessed', password });
    const attempt = (word: string) => postJson(url, { username: 'guessed', password: word });
    for (let i = 0; i < 10; i++) t.equal((await attempt(`guess ${i}`)).status, 401);
    const stopped = await attempt('guess 11');
    t.equal(stopped.status, 429);
    const seconds = Number(stopped.headers.get('retry-after'));
    t.ok(seconds > 0 && seconds <= 900);
    t.same(stopped.json, { detail: `Request was throttled. Expected available in ${seconds} seconds.` });
    t.equal((await attempt(password)).status, 429, 'the right password waits, too');
    t.equal((await postJson(url, { username, password })).status, 200, 'another account does not');
  });
});
