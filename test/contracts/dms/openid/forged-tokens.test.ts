import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeJwt, exportJWK, exportSPKI, generateKeyPair, importJWK, type JWK, type JWTPayload, SignJWT } from 'jose';
import { test } from 'tap';
import { openKeys } from '../../../../src/keys/keys.js';
import { startTestServer } from '../../../helper.js';
import { scanStatus } from './tools.js';

const now = () => Math.floor(Date.now() / 1000);

test('forged, stale and misdirected tokens are refused, all with the same text', async (t) => {
  const server = await startTestServer(t);
  const token = await server.bearerToken();
  const claims = decodeJwt(token);
  const { openid } = await openKeys({ dataDir: server.dataDir, warn: () => {} });
  const { current: key } = await openid.read();
  const sign = (changes: Record<string, unknown>, header: Record<string, unknown> = {}) =>
    new SignJWT({ ...claims, ...changes } as JWTPayload)
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: key.kid, ...header })
      .sign(key.privateKey);
  t.equal(await scanStatus(server, token), 404, 'the control: a good token');
  t.equal(await scanStatus(server, await sign({})), 404, 'the control: resigned without a change');
  t.equal(await scanStatus(server, await sign({}, { jku: 'http://127.0.0.1:9/keys' })), 404, 'such headers are not looked at');

  const own = await generateKeyPair('RS256', { extractable: true });
  const byOwn = (header: Record<string, unknown>) =>
    new SignJWT(claims).setProtectedHeader({ alg: 'RS256', ...header } as never).sign(own.privateKey);
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const [header, payload, signature] = token.split('.') as [string, string, string];
  const hs256 = (secret: string) => {
    const input = `${encode({ alg: 'HS256', typ: 'JWT', kid: key.kid })}.${payload}`;
    return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
  };
  const jwk = JSON.parse(readFileSync(join(server.dataDir, 'keys', 'openid-rs256.json'), 'utf8')) as JWK;
  const byAlgorithm = async (alg: string) =>
    new SignJWT(claims).setProtectedHeader({ alg, kid: key.kid }).sign(await importJWK(jwk, alg));
  const anotherSession = '00000000-0000-4000-8000-000000000000';
  const bad: Record<string, string> = {
    'another key': await byOwn({}),
    'another key under our name': await byOwn({ kid: key.kid }),
    'a key it brings along': await byOwn({ kid: 'own', jwk: await exportJWK(own.publicKey) }),
    'a key it brings along under our name': await byOwn({ kid: key.kid, jwk: await exportJWK(own.publicKey) }),
    'alg none': `${encode({ alg: 'none', kid: key.kid })}.${payload}.`,
    'alg none with a signature': `${encode({ alg: 'none', kid: key.kid })}.${payload}.${signature}`,
    'no signature': `${header}.${payload}.`,
    'changed claims': `${header}.${encode({ ...claims, realm_access: { roles: [] } })}.${signature}`,
    'HS256 with the public key (PEM)': hs256(await exportSPKI(key.publicKey)),
    'HS256 with the public key (JWK)': hs256(JSON.stringify(key.publicJwk)),
    'HS256 with the modulus': hs256(key.publicJwk.n),
    'RS512 with our key': await byAlgorithm('RS512'),
    'PS256 with our key': await byAlgorithm('PS256'),
    expired: await sign({ exp: now() - 1 }),
    'without an end': await sign({ exp: undefined }),
    'not yet valid': await sign({ nbf: now() + 3600 }),
    'another audience': await sign({ aud: 'account' }),
    'no audience': await sign({ aud: undefined }),
    'another realm': await sign({ iss: `${server.url}/realms/other` }),
    'no issuer': await sign({ iss: undefined }),
    'a refresh token’s type': await sign({ typ: 'Refresh' }),
    'an ID token’s type': await sign({ typ: 'ID' }),
    'no type': await sign({ typ: undefined }),
    'nobody’s': await sign({ sub: anotherSession }),
    'no subject': await sign({ sub: undefined }),
    'of an older password': await sign({ credential_version: 0 }),
    'of no password': await sign({ credential_version: undefined }),
    'of a version that is not a number': await sign({ credential_version: '1' }),
    'of a login that is not': await sign({ sid: anotherSession }),
    'of a login that is not text': await sign({ sid: 7 }),
    'of a client that is not': await sign({ azp: 'unknown' }),
    'another client’s login': await sign({ azp: 'unknown', sid: claims.sid }),
    rubbish: 'a.b.c',
    'very long': 'x'.repeat(10_000),
  };
  for (const [name, forged] of Object.entries(bad)) {
    const response = await fetch(`${server.url}/v1/face-liveness/${anotherSession}`, {
      headers: { authorization: `Bearer ${forged}` },
    });
    t.equal(response.status, 401, name);
    t.equal(response.headers.get('www-authenticate'), 'Bearer', 'without detail');
    const { timestamp: _, ...body } = (await response.json()) as Record<string, unknown>;
    t.same(body, {
      status: 401,
      error: 'Unauthorized',
      message: 'Full authentication is required to access this resource',
      path: `/v1/face-liveness/${anotherSession}`,
    });
    const userinfo = await fetch(`${server.url}/realms/triface/protocol/openid-connect/userinfo`, {
      headers: { authorization: `Bearer ${forged}` },
    });
    t.equal(userinfo.status, 401, `userinfo: ${name}`);
  }
});

test('with a public URL set, the issuer must be it', async (t) => {
  const server = await startTestServer(t, { TRIFACE_PUBLIC_URL: 'https://face.example' });
  const token = await server.bearerToken();
  const { openid } = await openKeys({ dataDir: server.dataDir, warn: () => {} });
  const { current: signing } = await openid.read();
  const signed = (iss: string) =>
    new SignJWT({ ...decodeJwt(token), iss }).setProtectedHeader({ alg: 'RS256', kid: signing.kid }).sign(signing.privateKey);
  t.equal(await scanStatus(server, await signed('https://face.example/realms/triface')), 404);
  t.equal(await scanStatus(server, await signed('https://evil.example/realms/triface')), 401);
});

test('keys rotated while the server runs: new tokens use the new key, old ones stay valid, both keys are published', async (t) => {
  const server = await startTestServer(t);
  const before = await server.bearerToken();
  const { openid } = await openKeys({ dataDir: server.dataDir, warn: () => {} });
  const { oldKid, newKid } = await openid.rotate();
  await sleep(1100);
  const certs = (await (await fetch(`${server.url}/realms/triface/protocol/openid-connect/certs`)).json()) as { keys: JWK[] };
  t.same(
    certs.keys.map(({ kid }) => kid),
    [newKid, oldKid],
  );
  for (const key of certs.keys) t.same(Object.keys(key).sort(), ['alg', 'e', 'kid', 'kty', 'n', 'use'], 'nothing private');
  const after = await server.bearerToken();
  t.equal(JSON.parse(Buffer.from(after.split('.')[0]!, 'base64url').toString()).kid, newKid);
  t.equal(await scanStatus(server, before), 404);
  t.equal(await scanStatus(server, after), 404);
});
