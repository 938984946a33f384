import express from 'express';
import session from 'express-session';
import Keycloak from 'keycloak-connect';
import { type Test, test } from 'tap';
import { startTestServer, type TestServer } from '../../../../helper.js';
import { serveLocally } from '../../../../serve-locally.js';
import { PlainBrowser } from '../application.js';
import { logInAt } from '../log-in.js';
import { awkwardSecret, openTools, scanStatus } from '../tools.js';
import { announce, loopback } from './tools.js';

/** What the library's own types leave out. */
interface Token {
  readonly token: string;
  readonly content: { exp: number; typ: string; azp: string; preferred_username?: string };
  isExpired(): boolean;
}
interface Grant {
  readonly access_token: Token;
  readonly refresh_token: Token;
  readonly id_token: Token;
}
interface Manager {
  obtainDirectly(username: string, password: string): Promise<Grant>;
  obtainFromClientCredentials(): Promise<Grant>;
  ensureFreshness(grant: Grant): Promise<Grant>;
  validateAccessToken(token: Token | string): Promise<Token | false>;
  validateToken(token: Token, type: string): Promise<Token>;
  createGrant(answer: object): Promise<Grant>;
  userInfo(token: Token): Promise<object>;
}
interface Exchange {
  json(value: unknown): void;
}

/** A client and its keycloak.json, as Keycloak's console exports it. @param prefix of its pages */
async function addClient(t: Test, server: TestServer, prefix?: string) {
  const grants = ['authorization_code', 'password', 'client_credentials'] as const;
  const { id } = await openTools(t, server).addClient({
    ...{ isConfidential: true, secret: awkwardSecret },
    ...(prefix === undefined ? { grants: grants.slice(1) } : { grants, redirectUriPrefixes: [prefix] }),
  });
  return {
    ...{ realm: 'triface', 'auth-server-url': server.url, 'ssl-required': 'external', resource: id },
    ...{ credentials: { secret: awkwardSecret }, 'confidential-port': 0 },
  };
}

test("keycloak-connect, set up as in Keycloak's guide: login, roles, single sign-on, logout, k_logout", async (t) => {
  announce(t, 'keycloak-connect', 'express', 'express-session');
  const server = await startTestServer(t);
  const app = express();
  const origin = await serveLocally(t, app);
  const settings = await addClient(t, server, `${origin}/`);
  const store = new session.MemoryStore();
  app.use(session({ secret: 'a secret for tests', resave: false, saveUninitialized: true, store }));
  const keycloak = new Keycloak({ store }, settings);
  app.use(keycloak.middleware());
  const show = (request: { kauth: { grant?: Grant } }, response: Exchange) =>
    response.json({ access: request.kauth.grant?.access_token.token });
  app.get('/', show);
  app.get('/contracts/:number', keycloak.protect(), show);
  app.get('/checks', keycloak.protect('realm:liveness'), show);
  app.get('/administration', keycloak.protect('realm:administrator'), show);
  app.get('/welcome', keycloak.checkSso(), show);

  const browser = new PlainBrowser();
  const open = async (path: string) => (await browser.follow(`${origin}${path}`, loopback)).response;
  t.same(await (await open('/welcome')).json(), {}, 'checkSso without a session');
  const { response, url } = await logInAt(`${origin}/contracts/17?tab=2`, { server, browser, base: loopback });
  t.equal(response.status, 200, 'logged in');
  t.match(url.href, `${origin}/contracts/17?tab=2`, 'back at the page');
  const { access } = (await response.json()) as { access: string };
  t.equal(await scanStatus(server, access), 404, 'contract C accepts the token');
  t.equal((await open('/checks')).status, 200, 'a role that the user has');
  t.equal((await open('/administration')).status, 403, 'a role that the user does not have');

  const revoke = (body: string) => fetch(`${origin}/k_logout`, { method: 'POST', body });
  t.equal((await revoke(access)).status, 400, 'k_logout: signed by the server, but not a logout');
  const [head, , signature] = access.split('.');
  const forged = `${head}.${Buffer.from('{"action":"LOGOUT"}').toString('base64url')}.${signature}`;
  t.equal((await revoke(forged)).status, 401, 'k_logout: forged');

  t.equal((await browser.follow(`${origin}/logout`, loopback)).url.href, `${origin}/`, 'the logout asks nothing');
  t.equal(await scanStatus(server, access), 401, 'the session of the server has ended');
  t.match(await (await open('/contracts/17')).text(), 'name="password"', 'the application asks to log in again');
});

test('keycloak-connect, its grant manager: password, refresh, validation, service account', async (t) => {
  const server = await startTestServer(t);
  const settings = await addClient(t, server);
  const manager = managerOf(settings);
  const grant = await manager.obtainDirectly(server.user, server.password);
  t.match(grant.access_token.content, { typ: 'Bearer', azp: settings.resource, preferred_username: server.user });
  t.match(grant.id_token.content, { typ: 'ID', azp: settings.resource });
  t.match(grant.refresh_token.content, { typ: 'Refresh', azp: settings.resource });
  t.notOk(grant.refresh_token.isExpired());
  t.match(await manager.userInfo(grant.access_token), { preferred_username: server.user });
  t.equal(await manager.ensureFreshness(grant), grant, 'not yet expired');
  grant.access_token.content.exp = 1;
  const fresh = await manager.ensureFreshness(grant);
  t.not(fresh.access_token.token, grant.access_token.token, 'expired: refreshed');
  t.equal(await scanStatus(server, fresh.access_token.token), 404);

  const realm = (await (await fetch(`${server.url}/realms/triface`)).json()) as { public_key: string };
  const byKey = managerOf({ ...settings, 'realm-public-key': realm.public_key });
  const copy = (raw: string) => byKey.createGrant({ access_token: raw });
  t.ok(await copy(fresh.access_token.token), 'valid by the public key of the realm');
  await t.rejects(copy(`${fresh.access_token.token.slice(0, -8)}AAAAAAAA`), /signature/);
  for (const other of [fresh.refresh_token, fresh.id_token]) await t.rejects(copy(other.token), /wrong type/);

  const itself = await manager.obtainFromClientCredentials();
  t.equal(itself.access_token.content.preferred_username, `service-account-${settings.resource}`);
  t.equal(await scanStatus(server, itself.access_token.token), 404, 'the service account');
  for (const { access_token: token } of [fresh, itself])
    t.equal(await manager.validateAccessToken(token), token, 'active by introspection');
  await openTools(t, server).accounts.setPassword(server.user, server.password);
  t.equal(await manager.validateAccessToken(fresh.access_token), false, 'its login ended: not active');
});

test('keycloak-connect, bearer-only: a service that is called with tokens', async (t) => {
  const server = await startTestServer(t);
  const settings = await addClient(t, server);
  const {
    access_token: access,
    refresh_token: refresh,
    id_token: id,
  } = await managerOf(settings).obtainDirectly(server.user, server.password);
  const app = express();
  const keycloak = new Keycloak({}, { ...settings, 'bearer-only': true });
  app.use(keycloak.middleware());
  app.get('/', keycloak.protect('realm:liveness'), (_request: unknown, response: Exchange) => response.json('served'));
  const origin = await serveLocally(t, app);
  const call = async (token?: string) =>
    (await fetch(origin, { headers: token === undefined ? {} : { authorization: `Bearer ${token}` } })).status;
  t.equal(await call(access.token), 200);
  t.equal(await call(), 403, 'without a token');
  t.equal(await call(refresh.token), 403, 'with a refresh token');
  t.equal(await call(id.token), 403, 'with an ID token');
});

const managerOf = (settings: object): Manager => new Keycloak({}, settings as never).grantManager as unknown as Manager;
