import * as client from 'openid-client';
import { type Test, test } from 'tap';
import { startTestServer } from '../../../../helper.js';
import { PlainBrowser } from '../application.js';
import { logInAt } from '../log-in.js';
import { awkwardSecret, openTools, scanStatus } from '../tools.js';
import { announce } from './tools.js';

const redirectUri = 'http://127.0.0.1:9/callback';

/** A server, a confidential client and what its users do. */
async function start(t: Test, auth?: (secret: string) => client.ClientAuth) {
  announce(t, 'openid-client');
  const server = await startTestServer(t);
  const grants = ['authorization_code', 'client_credentials'] as const;
  const { id, secret } = await openTools(t, server).addClient({
    ...{ isConfidential: true, secret: awkwardSecret, grants, redirectUris: [redirectUri] },
  });
  const issuer = new URL(`${server.url}/realms/triface`);
  const config = await client.discovery(issuer, id, secret, auth?.(secret!), { execute: [client.allowInsecureRequests] });
  const ask = (more: Record<string, string>) =>
    client.buildAuthorizationUrl(config, { redirect_uri: redirectUri, scope: 'openid profile email', ...more });
  return { server, config, ask, logIn: (url: URL, browser: PlainBrowser) => logInAt(url, { server, browser }) };
}

test('openid-client, its default authentication: code with PKCE, nonce and max_age; revocation, introspection', async (t) => {
  const { server, config, ask, logIn } = await start(t);
  const browser = new PlainBrowser();
  const verifier = client.randomPKCECodeVerifier();
  const state = client.randomState();
  const nonce = client.randomNonce();
  const code_challenge = await client.calculatePKCECodeChallenge(verifier);
  const url = ask({ code_challenge, code_challenge_method: 'S256', state, nonce, max_age: '3600' });
  const back = (await logIn(url, browser)).url;
  const checks = { expectedState: state, expectedNonce: nonce, maxAge: 3600, idTokenExpected: true };
  await t.rejects(
    client.authorizationCodeGrant(config, back, { ...checks, pkceCodeVerifier: client.randomPKCECodeVerifier() }),
    { error: 'invalid_grant' } as never,
    'another verifier',
  );
  const again = (await browser.follow(url, server.url)).url;
  const tokens = await client.authorizationCodeGrant(config, again, { ...checks, pkceCodeVerifier: verifier });
  const { sub } = tokens.claims()!;
  t.equal(await scanStatus(server, tokens.access_token), 404, 'contract C accepts the token');
  t.match(await client.fetchUserInfo(config, tokens.access_token, sub), { sub, preferred_username: server.user });

  let { refresh_token: refreshToken } = tokens;
  for (const scope of [undefined, tokens.scope, 'openid profile email', 'openid']) {
    const refreshed = await client.refreshTokenGrant(config, refreshToken!, scope === undefined ? {} : { scope });
    t.equal(refreshed.claims()?.sub, sub, `refreshed with the scope ${scope}`);
    refreshToken = refreshed.refresh_token ?? refreshToken;
  }
  const { access_token: access } = await client.refreshTokenGrant(config, refreshToken!);
  t.match(await client.tokenIntrospection(config, access), { active: true, sub });
  await client.tokenRevocation(config, access);
  t.match(await client.tokenIntrospection(config, access), { active: false });
  t.equal(await scanStatus(server, access), 401, 'the revoked access token is refused');

  const second = await client.authorizationCodeGrant(
    config,
    (await logInAgain(ask({ code_challenge, code_challenge_method: 'S256', prompt: 'login' }))).url,
    { pkceCodeVerifier: verifier },
  );
  await client.tokenRevocation(config, second.refresh_token!, { token_type_hint: 'refresh_token' });
  await t.rejects(client.refreshTokenGrant(config, second.refresh_token!), { error: 'invalid_grant' } as never);
  t.equal(await scanStatus(server, second.access_token), 401, 'the login of the revoked refresh token has ended');

  function logInAgain(at: URL) {
    return logIn(at, browser);
  }
});

for (const [name, method] of [
  ['client_secret_basic', client.ClientSecretBasic],
  ['client_secret_post', client.ClientSecretPost],
] as const)
  test(`openid-client, ${name}: code without PKCE, prompt, logout, client credentials`, async (t) => {
    const { server, config, ask, logIn } = await start(t, method);
    const browser = new PlainBrowser();
    const silent = await browser.follow(ask({ prompt: 'none', state: 's' }), server.url);
    t.equal(silent.url.searchParams.get('error'), 'login_required', 'prompt=none without a session');

    const nonce = client.randomNonce();
    const { url } = await logIn(ask({ nonce }), browser);
    const tokens = await client.authorizationCodeGrant(config, url, { expectedNonce: nonce });
    t.match(tokens.claims(), { aud: config.clientMetadata().client_id, preferred_username: server.user });

    const known = await browser.follow(ask({ prompt: 'none', nonce }), server.url);
    t.ok(await client.authorizationCodeGrant(config, known.url, { expectedNonce: nonce }), 'prompt=none with a session');
    for (const more of [{ prompt: 'login' }, { max_age: '0' }] as Record<string, string>[]) {
      const { response } = await browser.follow(ask({ ...more, nonce }), server.url);
      t.match(await response.text(), 'name="password"', `${JSON.stringify(more)} asks for the password`);
    }

    const end = client.buildEndSessionUrl(config, {
      id_token_hint: tokens.id_token!,
      post_logout_redirect_uri: redirectUri,
      state: 'bye',
    });
    t.equal((await browser.follow(end, server.url)).url.href, `${redirectUri}?state=bye`, 'the logout asks nothing');
    t.equal(await scanStatus(server, tokens.access_token), 401);

    for (const scope of [{}, { scope: 'openid' }, { scope: 'roles' }] as Record<string, string>[]) {
      const own = await client.clientCredentialsGrant(config, scope);
      t.equal(await scanStatus(server, own.access_token), 404, `client credentials ${JSON.stringify(scope)}`);
      t.match(await client.tokenIntrospection(config, own.access_token), { active: true });
    }
  });
