import { CompactSign, decodeJwt, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';
import { test } from 'tap';
import { selfie } from '../../fixtures/pictures.js';
import { form, startTestServer } from '../../helper.js';
import { type Answer, addAccount, paths, post, postJson, readJwtSecret } from '../clients.js';

const missing = '{"detail":"Authentication credentials were not provided."}';
const invalid =
  '{"detail":"Given token not valid for any token type","code":"token_not_valid","messages":[{"token_class":"AccessToken","token_type":"access","message":"Token is invalid or expired"}]}';

test('access to the liveness check', async (t) => {
  const server = await startTestServer(t);
  const picture = await selfie();
  const check = (authorization?: string): Promise<Answer> =>
    post(server.url + paths.apptenticate, form({ selfie: picture }), authorization === undefined ? {} : { authorization });
  const { json: pair } = await postJson(`${server.url}/api/token/`, { username: server.user, password: server.password });
  const secret = readJwtSecret(server.dataDir);
  const claims = decodeJwt(pair.access);
  const now = Math.floor(Date.now() / 1000);
  const sign = (more: JWTPayload, key: Uint8Array = secret, alg = 'HS256') =>
    new SignJWT({ ...claims, ...more }).setProtectedHeader({ alg, typ: 'JWT' }).sign(key);
  /** Signs claims that JSON.stringify cannot write. */
  const signText = (text: string) =>
    new CompactSign(Buffer.from(text)).setProtectedHeader({ alg: 'HS256', typ: 'JWT' }).sign(secret);
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

  await t.test('an issued token is accepted, and one of the same kind signed with the key', async (t) => {
    t.equal((await check(`Bearer ${pair.access}`)).text, '{"valid":true}');
    t.equal((await check(`bearer  ${pair.access}`)).status, 200, 'the scheme in any case');
    t.equal(
      (await check(`Bearer ${await sign({ exp: now + 60 })}`)).status,
      200,
      'so what follows is refused for its difference',
    );
  });

  await t.test('no token', async (t) => {
    for (const header of [undefined, '', server.basic, `Token ${pair.access}`, `JWT ${pair.access}`]) {
      const answer = await check(header);
      t.equal(answer.status, 401, header?.slice(0, 6) ?? 'none');
      t.equal(answer.text, missing);
      t.equal(answer.headers.get('www-authenticate'), 'Bearer realm="api"');
    }
  });

  const [head, body, signature] = pair.access.split('.') as [string, string, string];
  const { privateKey } = await generateKeyPair('RS256');
  const forged: Record<string, string> = {
    nothing: '',
    garbage: 'garbage',
    dots: '..',
    'two tokens': `${pair.access} ${pair.access}`,
    'a refresh token': pair.refresh,
    'an OpenID token of contract C': await server.bearerToken(),
    'cut short': pair.access.slice(0, -2),
    'signature of another': `${head}.${encode({ ...claims, user_id: 'x' })}.${signature}`,
    'alg none': `${encode({ alg: 'none', typ: 'JWT' })}.${body}.`,
    'alg None': `${encode({ alg: 'None', typ: 'JWT' })}.${body}.${signature}`,
    expired: await sign({ iat: now - 600, exp: now - 300 }),
    'no time of expiry': await sign({ exp: undefined as unknown as number }),
    'a text as the time of expiry': await sign({ exp: String(now + 60) as unknown as number }),
    'null as the time of expiry': await sign({ exp: null as unknown as number }),
    'a time of expiry that is too far away': await sign({ exp: now + 3600 }),
    'a time of expiry beyond all numbers': await signText(
      `{"exp":1e999,${JSON.stringify(claims)
        .slice(1)
        .replace(/,"exp":\d+/, '')}`,
    ),
    'another key': await sign({ exp: now + 60 }, new Uint8Array(64).fill(7)),
    'another algorithm with the same key': await sign({ exp: now + 60 }, secret, 'HS512'),
    'RSA key': await new SignJWT(claims).setProtectedHeader({ alg: 'RS256' }).sign(privateKey),
    'another issuer': await sign({ iss: 'elsewhere' }),
    'another audience': await sign({ aud: 'elsewhere' }),
    'no type': await sign({ token_type: undefined }),
    'an account that is not': await sign({ user_id: '00000000-0000-4000-8000-000000000000' }),
    'an account of another type': await sign({ user_id: 1 as unknown as string }),
    'an older password': await sign({ credential_version: 0 }),
    'header names a key': await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', jwk: { kty: 'oct', k: Buffer.alloc(32).toString('base64url') } as JWK })
      .sign(new Uint8Array(32)),
  };
  for (const [name, token] of Object.entries(forged)) {
    await t.test(`refused: ${name}`, async (t) => {
      const answer = await check(`Bearer ${token}`);
      t.equal(answer.status, 401);
      t.equal(answer.text, invalid);
      t.equal(answer.headers.get('www-authenticate'), 'Bearer realm="api"');
    });
  }

  await t.test('an account without the right', async (t) => {
    await addAccount(t, server, { username: 'reader', password: server.password, rights: ['scans:read'] });
    const { json } = await postJson(`${server.url}/api/token/`, { username: 'reader', password: server.password });
    const answer = await check(`Bearer ${json.access}`);
    t.equal(answer.status, 403);
    t.same(answer.json, { detail: 'You do not have permission to perform this action.' });
  });
});

test('POST /api/token/refresh/', async (t) => {
  const server = await startTestServer(t);
  const url = `${server.url}/api/token/refresh/`;
  const { json: pair } = await postJson(`${server.url}/api/token/`, { username: server.user, password: server.password });

  await t.test('a new access token', async (t) => {
    for (const answer of [
      await postJson(url, { refresh: pair.refresh }),
      await post(url, new URLSearchParams({ refresh: pair.refresh })),
      await post(url, form({ refresh: pair.refresh })),
    ]) {
      t.equal(answer.status, 200);
      t.equal(answer.text, JSON.stringify({ access: answer.json.access }));
      const claims = decodeJwt(answer.json.access);
      t.equal(claims.exp! - claims.iat!, 300);
      t.equal(claims.token_type, 'access');
    }
    const { json } = await postJson(url, { refresh: pair.refresh });
    const used = await post(server.url + paths.apptenticate, form({ selfie: await selfie() }), {
      authorization: `Bearer ${json.access}`,
    });
    t.equal(used.text, '{"valid":true}');
  });

  await t.test('anything else is refused', async (t) => {
    const past = Math.floor(Date.now() / 1000) - 10;
    const expired = await new SignJWT({ ...decodeJwt(pair.refresh), exp: past })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(readJwtSecret(server.dataDir));
    const endless = await Promise.all(
      [undefined, String(past + 60), past + 30 * 86_400].map((exp) =>
        new SignJWT({ ...decodeJwt(pair.refresh), exp: exp as number })
          .setProtectedHeader({ alg: 'HS256' })
          .sign(readJwtSecret(server.dataDir)),
      ),
    );
    for (const refresh of [pair.access, expired, ...endless, 'garbage', `${pair.refresh}x`]) {
      const answer = await postJson(url, { refresh });
      t.equal(answer.status, 401);
      t.equal(answer.text, '{"detail":"Token is invalid or expired","code":"token_not_valid"}');
    }
    t.same((await postJson(url, {})).json, { refresh: ['This field is required.'] });
    t.same((await postJson(url, { refresh: '' })).json, { refresh: ['This field may not be blank.'] });
  });
});
