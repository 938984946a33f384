import { exportJWK, exportSPKI, generateKeyPair, importSPKI, type JWTPayload, SignJWT } from 'jose';
import { type Test, test } from 'tap';
import { parseRightsMapping } from '../../../../src/base/settings/rights.js';
import { Accounts } from '../../../../src/identity/accounts.js';
import { OutsideAccounts } from '../../../../src/identity/openid/outside-accounts.js';
import { OutsideProvider, ProviderUnreachableError } from '../../../../src/identity/openid/outside-provider.js';
import { PasswordHasher } from '../../../../src/identity/password-hasher.js';
import { openStore } from '../../../../src/storage/store.js';
import { startTestServer } from '../../../helper.js';
import { unrecorded } from '../../../identity/unrecorded.js';
import { serveLocally } from '../../../serve-locally.js';
import { openTools, scanStatus } from './tools.js';

const now = () => Math.floor(Date.now() / 1000);

/** A provider that looks like Keycloak: discovery, keys over HTTP, and tokens in its format. */
async function startKeycloak(t: Test) {
  const make = async (kid: string) => ({ kid, ...(await generateKeyPair('RS256', { extractable: true })) });
  const state = { keys: [await make('k1')], fetches: 0, isDown: false };
  const origin = await serveLocally(t, async (request, response) => {
    if (state.isDown) return void response.writeHead(503).end();
    response.setHeader('content-type', 'application/json');
    if (request.url === '/realms/dms/.well-known/openid-configuration')
      return void response.end(JSON.stringify({ issuer, jwks_uri: `${issuer}/protocol/openid-connect/certs` }));
    state.fetches++;
    const keys = await Promise.all(
      state.keys.map(async ({ kid, publicKey }) => ({ ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' })),
    );
    response.end(JSON.stringify({ keys }));
  });
  const issuer = `${origin}/realms/dms`;
  const sign = (changes: Record<string, unknown> = {}, header: Record<string, unknown> = {}, key = state.keys.at(-1)!) =>
    new SignJWT({
      iss: issuer,
      aud: ['account', 'triface'],
      sub: 'f:1234:ana',
      typ: 'Bearer',
      azp: 'web',
      iat: now(),
      exp: now() + 300,
      scope: 'profile email',
      preferred_username: 'ana',
      company: 'Acme',
      realm_access: { roles: ['offline_access', 'operator'] },
      ...changes,
    } as JWTPayload)
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: key.kid, ...header })
      .sign(key.privateKey);
  return { issuer, state, sign, rotate: async () => void state.keys.push(await make(`k${state.keys.length + 1}`)) };
}

test('contract C accepts an outside provider’s tokens while the embedded one is off', async (t) => {
  const keycloak = await startKeycloak(t);
  const { issuer, sign } = keycloak;
  const server = await startTestServer(t, {
    TRIFACE_OIDC_ISSUER: issuer,
    TRIFACE_OIDC_EMBEDDED: 'false',
    TRIFACE_OIDC_COMPANY_CLAIM: 'company',
    TRIFACE_OIDC_RIGHTS: 'operator=liveness scans:read,auditor=scans:read',
  });
  t.equal(await scanStatus(server, await sign()), 404, 'a good one');
  t.equal(await scanStatus(server, await sign({}, { typ: 'at+jwt' })), 404);
  t.equal(await scanStatus(server, await sign({ exp: now() - 20 })), 404, 'clocks may differ by 30 seconds');
  t.equal(await scanStatus(server, await sign({ nbf: now() + 20 })), 404);
  const other = await generateKeyPair('RS256');
  const publicKey = await exportSPKI(
    await importSPKI(await exportSPKI(keycloak.state.keys[0]!.publicKey), 'RS256', { extractable: true }),
  );
  const bad: Record<string, string> = {
    'another key under its name': await sign({}, {}, { ...keycloak.state.keys[0]!, ...other } as never),
    'alg none': `${Buffer.from('{"alg":"none"}').toString('base64url')}.${(await sign()).split('.')[1]}.`,
    'HS256 with the public key': await new SignJWT({ iss: issuer, aud: 'triface', sub: 'x', exp: now() + 60 })
      .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
      .sign(Buffer.from(publicKey)),
    expired: await sign({ exp: now() - 60 }),
    'not yet valid': await sign({ nbf: now() + 60 }),
    'without an end': await sign({ exp: undefined }),
    'another audience': await sign({ aud: 'account' }),
    'another issuer': await sign({ iss: `${issuer}2` }),
    'a refresh token': await sign({ typ: 'Refresh' }),
    'an ID token': await sign({ typ: 'ID' }),
    'an ID token without typ': await sign({ typ: undefined, at_hash: 'x' }),
    'a logout token': await sign({ typ: undefined, events: {} }, { typ: 'logout+jwt' }),
    'no company': await sign({ company: undefined }),
    'an empty company': await sign({ company: '' }),
    'a company with a line break': await sign({ company: 'a\nb' }),
    'no subject': await sign({ sub: undefined }),
  };
  for (const [name, token] of Object.entries(bad)) t.equal(await scanStatus(server, token), 401, name);
  t.equal(await scanStatus(server, await sign({ realm_access: { roles: ['stranger'] } })), 403, 'no role, no right');
  t.equal(await scanStatus(server, await sign({ realm_access: undefined })), 403);

  const tools = openTools(t, server);
  const made = (await tools.accounts.list()).filter(({ username }) => username.startsWith('oidc-'));
  t.equal(made.length, 1, 'one account for the one subject');
  t.match(made[0], { company: 'Acme', rights: [] });
  t.notMatch(JSON.stringify(made), 'ana');
  await tools.accounts.disable(made[0]!.username);
  t.equal(await scanStatus(server, await sign()), 401, 'an operator can shut a user out');
  await tools.accounts.enable(made[0]!.username);
  t.equal(await scanStatus(server, await sign({ company: 'Other' })), 404);
  t.equal((await tools.accounts.list()).find(({ username }) => username === made[0]!.username)?.company, 'Other', 'moved');

  t.equal((await fetch(`${server.url}/realms/triface/.well-known/openid-configuration`)).status, 404);
  const login = await fetch(`${server.url}/realms/triface/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams(),
  });
  t.equal(login.status, 404, 'nothing issues tokens here');
});

test('both at once: each verifies its own', async (t) => {
  const { issuer, sign } = await startKeycloak(t);
  const server = await startTestServer(t, { TRIFACE_OIDC_ISSUER: issuer, TRIFACE_OIDC_RIGHTS: '*=scans:read' });
  t.equal(await scanStatus(server, await sign({ realm_access: undefined })), 404);
  t.equal(await scanStatus(server, await server.bearerToken()), 404);
  t.equal(await scanStatus(server, await sign({ iss: `${server.url}/realms/triface` })), 401, 'its key says nothing for us');
});

test('keys are cached, and fetched again for an unknown key; without keys the answer is 503', async (t) => {
  const keycloak = await startKeycloak(t);
  const { issuer, sign, state } = keycloak;
  const store = await openStore({ databaseUrl: '', dataDir: t.testdir() });
  t.teardown(() => store.close());
  const accounts = new OutsideAccounts({
    store,
    accounts: new Accounts({ store, hasher: new PasswordHasher(), changes: unrecorded }),
    recorderOf: () => unrecorded,
  });
  const open = (more = {}) =>
    new OutsideProvider({
      issuer,
      audience: 'triface',
      jwksUrl: '',
      companyClaim: 'company',
      rolesClaim: 'realm_access.roles',
      rights: parseRightsMapping('operator=liveness'),
      accounts,
      refetchMs: 300,
      ...more,
    });
  const provider = open();
  const first = await Promise.all(Array.from({ length: 10 }, async () => provider.verifyAccessToken(await sign())));
  t.equal(new Set(first.map((caller) => caller?.accountId)).size, 1, 'first seen ten times at once: one account');
  t.same(first[0]?.rights, ['liveness']);
  t.equal(state.fetches, 1);
  const old = await sign();
  await keycloak.rotate();
  await new Promise((resolve) => setTimeout(resolve, 350));
  t.ok(await provider.verifyAccessToken(await sign()), 'a new key is fetched when it is met');
  t.equal(state.fetches, 2);
  t.ok(await provider.verifyAccessToken(old), 'the old one is still published');
  const patient = open({ refetchMs: 600_000 });
  for (let i = 0; i < 20; i++) t.equal(await patient.verifyAccessToken(await sign({}, { kid: `made-up-${i}` })), undefined);
  t.equal(state.fetches, 3, 'made-up keys do not make it fetch at will');
  state.keys.shift();
  t.ok(await open().verifyAccessToken(await sign()));
  t.equal(await open().verifyAccessToken(old), undefined, 'a withdrawn key verifies no more');

  state.isDown = true;
  t.ok(await provider.verifyAccessToken(await sign()), 'cached keys serve while the provider is down');
  await t.rejects(open().verifyAccessToken(await sign()), ProviderUnreachableError);
  await t.rejects(open({ jwksUrl: `${issuer}/certs` }).verifyAccessToken(await sign()), ProviderUnreachableError);
  const server = await startTestServer(t, { TRIFACE_OIDC_ISSUER: issuer });
  t.equal(await scanStatus(server, await sign()), 503);
  state.isDown = false;
  t.equal(await scanStatus(server, await sign({ realm_access: { roles: ['scans:read'] } })), 404, 'and it recovers by itself');
});
