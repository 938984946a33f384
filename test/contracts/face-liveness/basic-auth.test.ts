import { test } from 'tap';
import { selfie } from '../../fixtures/pictures.js';
import { startTestServer } from '../../helper.js';
import { type Answer, addAccount, ask, paths, postJson } from '../clients.js';

const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

test('Basic authentication', async (t) => {
  const server = await startTestServer(t);
  const { user, password } = server;
  const faceImageBase = (await selfie()).toString('base64');
  const check = (authorization?: string): Promise<Answer> =>
    postJson(
      server.url + paths.faceLiveness,
      { sessionId: 's', faceImageBase },
      authorization === undefined ? {} : { authorization },
    );

  await t.test('the right credentials', async (t) => {
    t.match(await check(server.basic), { status: 200, json: { hasError: false } });
    t.match(await check(basic(user.toUpperCase(), password)), { status: 200 }, 'names in any case');
    await addAccount(t, server, { username: 'ñandú', password: 'pass:with:colons ñ 猫' });
    t.match(await check(basic('ñandú', 'pass:with:colons ñ 猫')), { status: 200 }, 'UTF-8, and colons in the password');
  });

  await t.test('credentials in Latin-1', async (t) => {
    const latin = (text: string) => `Basic ${Buffer.from(text, 'latin1').toString('base64')}`;
    await addAccount(t, server, { username: 'josé', password: 'pässwörd-ünï:17' });
    for (const name of ['josé', 'JOSÉ']) t.match(await check(latin(`${name}:pässwörd-ünï:17`)), { status: 200 }, name);
    t.match(await check(basic('josé', 'pässwörd-ünï:17')), { status: 200 }, 'as well as in UTF-8');
    for (const wrong of ['josé:pässwörd-ünï:18', 'jose:pässwörd-ünï:17', 'josé'])
      t.match(await check(latin(wrong)), { status: 401 }, wrong);
    const identify = await ask(`${server.url}/v1/identify`, {
      method: 'POST',
      headers: { authorization: latin('josé:pässwörd-ünï:17') },
    });
    t.not(identify.status, 401, 'on Triface’s own routes, too');
    for (let i = 0; i < 10; i++) t.match(await check(latin(`tést:gueß ${i}`)), { status: 401 }, 'each counts as one attempt');
    t.match(await check(latin('tést:gueß 10')), { status: 429 });
  });

  await t.test('the header Authentication', async (t) => {
    const post = (headers: Record<string, string>) => postJson(server.url + paths.faceLiveness, { faceImageBase: '?' }, headers);
    t.match(await post({ authentication: server.basic }), { status: 200 });
    t.match(await post({ authentication: basic(user, 'wrong') }), { status: 401 });
    t.match(
      await post({ authentication: server.basic, authorization: basic(user, 'wrong') }),
      { status: 401 },
      'Authorization counts',
    );
    const own = await ask(`${server.url}/v1/identify`, { method: 'POST', headers: { authentication: server.basic } });
    t.equal(own.status, 401, 'only in this contract');
  });

  const headers: Record<string, string | undefined> = {
    missing: undefined,
    empty: '',
    'another scheme': 'Bearer abc',
    'contract A’s token': `Bearer ${await server.apiToken()}`,
    'no credentials': 'Basic',
    'not base64': 'Basic §§§',
    'no colon': `Basic ${Buffer.from('tester').toString('base64')}`,
    'control characters': basic('tes\nter', password),
    'wrong password': basic(user, 'wrong'),
    'empty password': basic(user, ''),
    'no such user': basic('nobody', password),
    'empty user': basic('', password),
  };
  for (const [name, header] of Object.entries(headers)) {
    await t.test(`401: ${name}`, async (t) => {
      const answer = await check(header);
      t.equal(answer.status, 401);
      t.match(answer.headers.get('www-authenticate'), /^Basic realm="Triface"/);
      t.equal(answer.text, '{"hasError":true,"error":"UNAUTHORIZED"}');
    });
  }

  await t.test('403: an account without the right', async (t) => {
    await addAccount(t, server, { username: 'reader', password, rights: ['scans:read', 'scans:write'] });
    const answer = await check(basic('reader', password));
    t.equal(answer.status, 403);
    t.equal(answer.text, '{"hasError":true,"error":"FORBIDDEN"}', 'before the body is read');
  });

  await t.test('429: after repeated failures', async (t) => {
    await addAccount(t, server, { username: 'guessed', password });
    for (let i = 0; i < 10; i++) t.equal((await check(basic('guessed', `guess ${i}`))).status, 401);
    const stopped = await check(basic('guessed', 'guess 10'));
    t.equal(stopped.status, 429);
    t.equal(stopped.text, '{"hasError":true,"error":"TOO_MANY_REQUESTS"}');
    const seconds = Number(stopped.headers.get('retry-after'));
    t.ok(seconds > 0 && seconds <= 900, `Retry-After ${seconds}`);
    t.notOk(stopped.headers.has('www-authenticate'), 'other credentials are not what is asked for');
    t.equal((await check(basic('guessed', password))).status, 429, 'the right password waits, too');
    t.equal((await check(server.basic)).status, 200, 'another account does not');
  });
});
