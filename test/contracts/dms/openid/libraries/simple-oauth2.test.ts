import { AuthorizationCode, ClientCredentials, ResourceOwnerPassword } from 'simple-oauth2';
import { test } from 'tap';
import { startTestServer } from '../../../../helper.js';
import { logInAt } from '../log-in.js';
import { awkwardSecret, openTools, scanStatus } from '../tools.js';
import { announce } from './tools.js';

const redirectUri = 'http://127.0.0.1:9/callback';

/** What the test reads of a token. */
interface Token {
  readonly token: { readonly access_token: string; readonly scope: string };
  expired(): boolean;
  refresh(parameters?: { scope: string }): Promise<Token>;
  revoke(kind: 'access_token' | 'refresh_token'): Promise<void>;
  revokeAll(): Promise<void>;
}

test('simple-oauth2: code, refresh with and without scope, revokeAll, password, client credentials', async (t) => {
  announce(t, 'simple-oauth2');
  const server = await startTestServer(t);
  const grants = ['authorization_code', 'password', 'client_credentials'] as const;
  const { id, secret } = await openTools(t, server).addClient({
    ...{ isConfidential: true, secret: awkwardSecret, grants, redirectUris: [redirectUri] },
  });
  const paths = Object.entries({ authorize: 'auth', token: 'token', revoke: 'revoke' }).map(([name, path]) => [
    `${name}Path`,
    `/realms/triface/protocol/openid-connect/${path}`,
  ]);
  const auth = { tokenHost: server.url, ...Object.fromEntries(paths) };
  const { authorizePath: _, ...withoutLogin } = auth as Record<string, string>;
  const ended = async (token: Token, how: string) => {
    t.equal(await scanStatus(server, token.token.access_token), 401, `${how}: the access token is void`);
    await t.rejects(token.refresh(), `${how}: the refresh token, too`);
  };

  const byCode = new AuthorizationCode({ client: { id, secret }, auth });
  for (const scope of [undefined, 'openid', 'openid profile api offline_access', ['openid', 'roles']]) {
    const asked = scope === undefined ? {} : { scope };
    const at = byCode.authorizeURL({ redirect_uri: redirectUri, state: 's', ...asked });
    const { url } = await logInAt(at, { server });
    const code = url.searchParams.get('code');
    let token: Token = await byCode.getToken({ code, redirect_uri: redirectUri, ...asked });
    t.equal(await scanStatus(server, token.token.access_token), 404, `contract C accepts the token for the scope ${scope}`);
    t.notOk(token.expired());
    for (const refreshed of [undefined, scope, token.token.scope])
      token = await token.refresh(...((refreshed === undefined ? [] : [{ scope: refreshed }]) as [{ scope: string }]));
    t.equal(await scanStatus(server, token.token.access_token), 404, 'refreshed');
    await token.revokeAll();
    await ended(token, 'revokeAll');
  }

  for (const client of [
    { id, secret },
    { id: 'triface', secret: '' },
    { id: 'triface', secret: 'a secret of a public client' },
  ])
    for (const options of [{}, { authorizationMethod: 'body' }]) {
      const byPassword = new ResourceOwnerPassword({ client, auth: withoutLogin, options });
      const token: Token = await byPassword.getToken({ username: server.user, password: server.password, scope: 'openid' });
      t.equal(await scanStatus(server, token.token.access_token), 404, JSON.stringify({ ...client, ...options }));
      await token.revoke('access_token');
      await ended(token, 'revoke');
    }

  const itself = new ClientCredentials({ client: { id, secret }, auth: withoutLogin });
  const token: Token = await itself.getToken({ scope: 'roles' });
  t.equal(await scanStatus(server, token.token.access_token), 404, 'client credentials');
});
