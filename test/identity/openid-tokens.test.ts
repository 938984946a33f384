import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  decodeJwt,
  decodeProtectedHeader,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  importJWK,
  type JWK,
  type JWTPayload,
  SignJWT,
} from 'jose';
import { type Test, test } from 'tap';
import { openKeys } from '../../src/identity/keys.js';
import { OpenIdTokens } from '../../src/identity/openid-tokens.js';
import { openHouse } from './house.js';

const issuer = 'https://face.example/realms/triface';
const context = { issuer, clientId: 'triface' };

async function openTokens(t: Test) {
  const house = await openHouse(t);
  const { openid: key } = await openKeys({ dataDir: house.dataDir, warn: () => {} });
  const tokens = new OpenIdTokens({
    key,
    loadCaller: (id, version) => house.accounts.loadCaller(id, version),
    now: house.now,
  });
  const account = await house.accounts.create({
    username: 'Ana',
    password: 'a password for tests',
    rights: ['liveness', 'scans:read'],
  });
  const caller = (await house.accounts.loadCaller(account.accountId, 1))!;
  const issued = await tokens.issueTokens(caller, context);
  const verify = (token: string) => tokens.verifyAccessToken(token, context);
  /** signs the claims of a good access token, changed, with the real key */
  const sign = (changes: JWTPayload, header: Record<string, unknown> = {}) =>
    new SignJWT({ ...decodeJwt(issued.access_token), ...changes })
      .setProtectedHeader({ alg: 'RS256', ...header })
      .sign(key.privateKey);
  return { ...house, key, tokens, caller, issued, verify, sign };
}

test('the answer has Keycloak’s fields and its tokens say who may do what', async (t) => {
  const { issued, key, caller, verify, clock } = await openTokens(t);
  t.match(issued, {
    expires_in: 900,
    refresh_expires_in: 1800,
    token_type: 'Bearer',
    'not-before-policy': 0,
    session_state: /^[0-9a-f-]{36}$/,
    scope: 'profile email',
  });
  t.same(decodeProtectedHeader(issued.access_token), { alg: 'RS256', typ: 'JWT', kid: key.kid });
  const iat = Math.floor(clock.ms / 1000);
  t.match(decodeJwt(issued.access_token), {
    iss: issuer,
    aud: 'triface',
    azp: 'triface',
    sub: caller.accountId,
    typ: 'Bearer',
    preferred_username: 'Ana',
    realm_access: { roles: ['liveness', 'scans:read'] },
    session_state: issued.session_state,
    iat,
    exp: iat + 900,
  });
  t.match(decodeJwt(issued.refresh_token), { typ: 'Refresh', aud: issuer, exp: iat + 1800 });
  t.same(await verify(issued.access_token), caller);
});

test('tokens expire', async (t) => {
  const { issued, verify, tokens, clock, caller } = await openTokens(t);
  clock.ms = Math.floor(clock.ms / 1000) * 1000 + 899_000;
  t.same(await verify(issued.access_token), caller);
  clock.ms += 1000;
  t.equal(await verify(issued.access_token), undefined);
  clock.ms += 899_000;
  t.ok(await tokens.refresh(issued.refresh_token, context));
  clock.ms += 1000;
  t.equal(await tokens.refresh(issued.refresh_token, context), undefined);
});

test('a refresh keeps the session and shows the rights of now; a session ends after ten hours', async (t) => {
  const { issued, verify, tokens, clock, store, caller } = await openTokens(t);
  await store.db.updateTable('accounts').set({ rights: '["liveness"]' }).execute();
  let last = (await tokens.refresh(issued.refresh_token, context))!;
  t.equal(last.session_state, issued.session_state);
  t.same(decodeJwt(last.access_token).realm_access, { roles: ['liveness'] });
  t.same((await verify(last.access_token))?.rights, ['liveness']);
  t.equal((await verify(issued.access_token))?.accountId, caller.accountId);
  let refreshes = 0;
  for (;;) {
    clock.ms += 1_200_000;
    const next = await tokens.refresh(last.refresh_token, context);
    if (!next) break;
    last = next;
    refreshes++;
  }
  t.equal(refreshes, 29, 'every twenty minutes, the last one at 9 h 40');
  t.equal(last.refresh_expires_in, 1200);
});

test('a disabled account and a new password void every token at once', async (t) => {
  const { issued, verify, tokens, accounts } = await openTokens(t);
  await accounts.disable('ana');
  t.equal(await verify(issued.access_token), undefined);
  t.equal(await tokens.refresh(issued.refresh_token, context), undefined);
  await accounts.enable('ana');
  t.equal(await verify(issued.access_token), undefined);
  const { accountId } = (await accounts.find('ana'))!;
  const again = await tokens.issueTokens((await accounts.loadCaller(accountId, 2))!, context);
  t.ok(await verify(again.access_token));
  await accounts.setPassword('ana', 'another password');
  t.equal(await verify(again.access_token), undefined);
  t.equal(await tokens.refresh(again.refresh_token, context), undefined);
});

test('the kind, the issuer, the audience and the client must be right', async (t) => {
  const { issued, verify, tokens, sign, caller } = await openTokens(t);
  t.same(await verify(await sign({})), caller, 'the control: resigned without a change it is good');
  t.equal(await verify(issued.refresh_token), undefined);
  t.equal(await tokens.refresh(issued.access_token, context), undefined);
  for (const changes of [
    { iss: 'https://evil.example/realms/triface' },
    { aud: 'account' },
    { aud: issuer },
    { typ: 'Refresh' },
    { typ: 'ID' },
    { typ: undefined },
    { exp: undefined },
    { nbf: 99_999_999_999 },
    { sub: undefined },
    { sub: '00000000-0000-4000-8000-000000000000' },
    { credential_version: undefined },
    { credential_version: '1' },
    { credential_version: 2 },
  ])
    t.equal(await verify(await sign(changes as JWTPayload)), undefined, JSON.stringify(changes));
  t.equal(await tokens.verifyAccessToken(issued.access_token, { issuer: `${issuer}2` }), undefined);
  t.equal(await tokens.refresh(issued.refresh_token, { issuer, clientId: 'another' }), undefined);
  t.equal(await tokens.refresh(issued.refresh_token, { issuer: `${issuer}2`, clientId: 'triface' }), undefined);
  t.ok(await tokens.refresh(issued.refresh_token, context));
});

test('forged tokens are refused', async (t) => {
  const { issued, verify, key, caller, sign, dataDir } = await openTokens(t);
  const [header, payload, signature] = issued.access_token.split('.') as [string, string, string];
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

  t.equal(await verify(`${encode({ alg: 'none' })}.${payload}.`), undefined, 'no algorithm');
  t.equal(await verify(`${encode({ alg: 'none' })}.${payload}.${signature}`), undefined, 'no algorithm, a signature');
  t.equal(await verify(`${header}.${payload}.`), undefined, 'no signature');
  const admin = encode({ ...decodeJwt(issued.access_token), credential_version: 7 });
  t.equal(await verify(`${header}.${admin}.${signature}`), undefined, 'changed claims');

  for (const publicKey of [await exportSPKI(key.publicKey), JSON.stringify(key.publicJwk), key.publicJwk.n]) {
    const input = `${encode({ alg: 'HS256', typ: 'JWT', kid: key.kid })}.${payload}`;
    const mac = createHmac('sha256', publicKey).update(input).digest('base64url');
    t.equal(await verify(`${input}.${mac}`), undefined, 'HS256 with the public key');
  }

  const own = await generateKeyPair('RS256', { extractable: true });
  const jwk = await exportJWK(own.publicKey);
  for (const named of [{}, { kid: key.kid }, { jwk }, { jku: 'http://127.0.0.1:9/keys' }, { x5u: 'http://127.0.0.1:9/cert' }]) {
    const forged = await new SignJWT(decodeJwt(issued.access_token))
      .setProtectedHeader({ alg: 'RS256', ...named } as never)
      .sign(own.privateKey);
    t.equal(await verify(forged), undefined, `a key of one’s own ${Object.keys(named)}`);
  }
  t.same(
    await verify(await sign({}, { jwk, jku: 'http://127.0.0.1:9/keys', kid: 'unknown' })),
    caller,
    'such headers are not looked at',
  );
  const jwkFile = JSON.parse(readFileSync(join(dataDir, 'keys', 'openid-rs256.json'), 'utf8')) as JWK;
  for (const alg of ['RS512', 'PS256']) {
    const signed = new SignJWT(decodeJwt(issued.access_token)).setProtectedHeader({ alg });
    t.equal(await verify(await signed.sign(await importJWK(jwkFile, alg))), undefined, `the right key with ${alg}`);
  }
  for (const rubbish of [
    '',
    '.',
    '..',
    'a.b.c',
    'x'.repeat(100_000),
    issued.access_token.slice(1),
    `${issued.access_token}.x`,
    '{}',
  ])
    t.equal(await verify(rubbish), undefined);
});
