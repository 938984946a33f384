import { decodeJwt, type JWTPayload, SignJWT } from 'jose';
import * as client from 'openid-client';
import { type Test, test } from 'tap';
import { openKeys } from '../../../../src/keys/keys.js';
import { startTestServer, type TestServer } from '../../../helper.js';
import { discover, makeRequest, PlainBrowser } from './application.js';
import { openTools, scanStatus } from './tools.js';

const target = 'http://127.0.0.1:9/callback';

/** A login in a browser without scripts, and its tokens. */
async function logIn(server: TestServer, browser = new PlainBrowser(), username = server.user, password = server.password) {
  const config = await discover(`${server.url}/realms/triface`);
  const { url, checks } = await makeRequest(config, target);
  const page = await browser.follow(url, server.url);
  const back = page.response.status === 200 ? await browser.follow(page.url, server.url, { username, password }) : page;
  const tokens = await client.authorizationCodeGrant(config, back.url, checks);
  return { browser, access: tokens.access_token, refresh: tokens.refresh_token!, hint: tokens.id_token! };
}

const logoutUrl = ({ url }: TestServer, query: Record<string, string>) =>
  `${url}/realms/triface/protocol/openid-connect/logout?${new URLSearchParams(query)}`;

async function makeSigner(server: TestServer) {
  const { openid } = await openKeys({ dataDir: server.dataDir, warn: () => {} });
  const { current: key } = await openid.read();
  return (claims: JWTPayload) => new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: key.kid }).sign(key.privateKey);
}

/** Whether a new login in this browser asks for the password. */
async function asksAgain({ url }: TestServer, browser: PlainBrowser): Promise<boolean> {
  const config = await discover(`${url}/realms/triface`);
  return (await browser.follow((await makeRequest(config, target)).url, url)).response.status === 200;
}

test('an ID token of the user logs out without a question', async (t) => {
  const server = await startTestServer(t);
  const sign = await makeSigner(server);
  const expired = async (hint: string) => sign({ ...decodeJwt(hint), exp: 1_000_000_000 });
  const ways: [string, (hint: string) => Promise<Record<string, string>>, string | undefined][] = [
    ['with an address', async (id_token_hint) => ({ id_token_hint, post_logout_redirect_uri: target }), target],
    [
      'with a state',
      async (id_token_hint) => ({ id_token_hint, post_logout_redirect_uri: target, state: 'a b' }),
      `${target}?state=a+b`,
    ],
    [
      'with the client',
      async (id_token_hint) => ({ id_token_hint, client_id: 'triface', post_logout_redirect_uri: target }),
      target,
    ],
    ['without an address', async (id_token_hint) => ({ id_token_hint }), undefined],
    ['expired', async (hint) => ({ id_token_hint: await expired(hint), post_logout_redirect_uri: target }), target],
  ];
  for (const [name, query, expected] of ways) {
    const { browser, access, refresh, hint } = await logIn(server);
    const end = await browser.follow(logoutUrl(server, await query(hint)), server.url);
    if (expected) t.equal(end.url.href, expected, name);
    else t.match(await end.response.text(), /You are signed out/, name);
    t.equal(await scanStatus(server, access), 401, 'the access token is void');
    const config = await discover(`${server.url}/realms/triface`);
    await t.rejects(client.refreshTokenGrant(config, refresh), { error: 'invalid_grant' } as never);
    t.equal(browser.cookie('triface_session'), undefined, 'nor does the browser keep its cookie');
    t.equal(await asksAgain(server, browser), true, 'the session is over');
  }

  const { access, hint } = await logIn(server);
  const elsewhere = new PlainBrowser();
  const query = { id_token_hint: hint, post_logout_redirect_uri: target };
  const end = await elsewhere.follow(logoutUrl(server, query), server.url);
  t.equal(end.url.href, target, 'a browser without the session, for example after it ended');
  t.equal(await scanStatus(server, access), 401, 'the login of the hint ends');
  t.equal((await elsewhere.follow(logoutUrl(server, query), server.url)).url.href, target, 'and again');
});

test('whatever else a hint is, nobody is logged out unasked', async (t: Test) => {
  const server = await startTestServer(t);
  const tools = openTools(t, server);
  const password = 'another correct horse';
  await tools.accounts.create({ username: 'ana', password, rights: ['liveness', 'scans:read'] });
  const ana = await logIn(server, new PlainBrowser(), 'ana', password);
  const { browser, access, refresh, hint } = await logIn(server);
  const sign = await makeSigner(server);
  const asks: Record<string, Record<string, string>> = {
    'no hint': { client_id: 'triface', post_logout_redirect_uri: target },
    'another user’s': { id_token_hint: ana.hint, post_logout_redirect_uri: target },
    'an access token': { id_token_hint: access, post_logout_redirect_uri: target },
    'without a type': { id_token_hint: await sign({ ...decodeJwt(hint), typ: undefined }) },
  };
  for (const [name, query] of Object.entries(asks)) {
    const end = await browser.follow(logoutUrl(server, query), server.url);
    t.match([end.response.status, await end.response.text()], [200, /Do you want to sign out/], name);
  }
  const refused: Record<string, Record<string, string>> = {
    'a foreign address': { id_token_hint: hint, post_logout_redirect_uri: 'https://evil.example/' },
    'a refresh token': { id_token_hint: refresh, post_logout_redirect_uri: target },
    'a changed one': { id_token_hint: `${hint.slice(0, -8)}AAAAAAAA`, post_logout_redirect_uri: target },
    'another realm’s': { id_token_hint: await sign({ ...decodeJwt(hint), iss: `${server.url}/realms/other` }) },
    'another client’s': { id_token_hint: hint, client_id: 'other', post_logout_redirect_uri: target },
    'of no client': { id_token_hint: await sign({ ...decodeJwt(hint), aud: 'unknown' }) },
    rubbish: { id_token_hint: 'x', post_logout_redirect_uri: target },
  };
  for (const [name, query] of Object.entries(refused)) {
    const { response, url } = await browser.follow(logoutUrl(server, query), server.url);
    t.match([response.status, url.origin], [400, server.url], name);
  }
  t.equal(await scanStatus(server, access), 404, 'still logged in');
  t.equal(await scanStatus(server, ana.access), 404);
  t.equal(await asksAgain(server, browser), false);
});

test('a login without scopes or with unknown ones gets the default ones', async (t) => {
  const server = await startTestServer(t);
  const config = await discover(`${server.url}/realms/triface`);
  for (const scope of [undefined, '', 'unheard-of', 'profile', 'openid', 'openid api', 'roles "']) {
    const { url, checks } = await makeRequest(config, target);
    url.searchParams.delete('scope');
    if (scope !== undefined) url.searchParams.set('scope', scope);
    const browser = new PlainBrowser();
    const page = await browser.follow(url, server.url);
    const back = await browser.follow(page.url, server.url, { username: server.user, password: server.password });
    const isOpenId = scope?.includes('openid') === true;
    const { expectedNonce, ...others } = checks;
    const tokens = await client.authorizationCodeGrant(config, back.url, isOpenId ? checks : others);
    t.equal(tokens.scope, isOpenId ? 'openid profile email' : 'profile email', `scope ${scope}`);
    t.equal(tokens.id_token !== undefined, isOpenId);
    t.equal(await scanStatus(server, tokens.access_token), 404);
  }
});

test('the longest nonce and the strength of the login are in every token, and they can be used', async (t) => {
  const server = await startTestServer(t);
  const config = await discover(`${server.url}/realms/triface`);
  const nonce = '\u0001'.repeat(512);
  const { url, checks } = await makeRequest(config, target, { nonce });
  const browser = new PlainBrowser();
  const page = await browser.follow(url, server.url);
  const back = await browser.follow(page.url, server.url, { username: server.user, password: server.password });
  const tokens = await client.authorizationCodeGrant(config, back.url, { ...checks, expectedNonce: nonce });
  for (const token of [tokens.access_token, tokens.refresh_token!, tokens.id_token!]) t.equal(decodeJwt(token).nonce, nonce);
  t.equal(await scanStatus(server, tokens.access_token), 404);
  t.equal(decodeJwt(tokens.id_token!).acr, '1', 'with the password');
  const again = await makeRequest(config, target);
  const silent = await client.authorizationCodeGrant(config, (await browser.follow(again.url, server.url)).url, again.checks);
  for (const token of [silent.access_token, silent.refresh_token!, silent.id_token!])
    t.equal(decodeJwt(token).acr, '0', 'without');
  const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token!);
  const query = { id_token_hint: refreshed.id_token!, post_logout_redirect_uri: target };
  t.equal((await browser.follow(logoutUrl(server, query), server.url)).url.href, target);
});
