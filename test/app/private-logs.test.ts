import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'tap';
import { ask, paths, post, postJson } from '../contracts/clients.js';
import { brokenFiles, noFace, replay, selfie } from '../fixtures/pictures.js';
import { form, temporaryDirectory } from '../helper.js';
import { serve } from './served.js';

test('the log contains what was done, but no personal data', async (t) => {
  const picture = await selfie();
  const images = createServer((_request, response) => void response.end(picture));
  await new Promise<void>((resolve) => images.listen(0, '127.0.0.1', resolve));
  t.teardown(() => images.close());
  const imageHost = `127.0.0.1:${(images.address() as AddressInfo).port}`;

  const [user, password] = ['mallory-or-alice', 'Very-Secret-Pass-77'];
  const address = '203.0.113.77';
  const dataDir = temporaryDirectory(t);
  const server = await serve(t, {
    DATA_DIR: dataDir,
    LOG_LEVEL: 'trace',
    TRIFACE_ADMIN_USER: user,
    TRIFACE_ADMIN_PASSWORD: password,
    TRIFACE_TRUST_PROXY: '127.0.0.1',
    TRIFACE_IMAGE_URL_HOSTS: `http://${imageHost}`,
  });
  const from = { 'x-forwarded-for': address };
  const secrets = new Map<string, string>([
    ['user', user],
    ['password', password],
    ['wrong password', 'Wrong-Guess-Here'],
    ['address', address],
    ['reference', 'CONTRACT-REF-4711'],
    ['session', 'session-5150-abc'],
    ['citizen', '7-708-214'],
    ['query', 'token=in-the-query'],
    ['path of the picture’s URL', 'private-selfie'],
    ['base64', picture.toString('base64').slice(400, 460)],
    ['data directory', dataDir],
  ]);

  const login = (secret: string) =>
    post(`${server.url}/api/token/?token=in-the-query`, form({ username: user, password: secret }), from);
  await login('Wrong-Guess-Here');
  const { access, refresh } = (await login(password)).json;
  const openId = (
    await post(
      `${server.url}/realms/triface/protocol/openid-connect/token`,
      new URLSearchParams({ grant_type: 'password', client_id: 'triface', username: user, password }),
      from,
    )
  ).json;
  const basic = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  for (const [name, token] of Object.entries({
    access,
    refresh,
    openId: openId.access_token,
    openIdRefresh: openId.refresh_token,
    basic,
  })) {
    t.type(token, 'string', name);
    secrets.set(name, (token as string).split(/[. ]/).at(-1)!);
  }

  const files = [picture, await replay(), await noFace(), ...Object.values(await brokenFiles())];
  for (const file of files) {
    await post(server.url + paths.apptenticate, form({ selfie: file, citizen_id: '7-708-214', details: '1' }), {
      ...from,
      authorization: `Bearer ${access}`,
    });
    await postJson(
      server.url + paths.faceLiveness,
      { sessionId: 'session-5150-abc', faceImageBase: file.toString('base64') },
      { ...from, authorization: basic },
    );
    const { id } = (
      await post(server.url + paths.dms, form({ channel: 'WEB', reference: 'CONTRACT-REF-4711', file }), {
        ...from,
        authorization: `Bearer ${openId.access_token}`,
      })
    ).json;
    await ask(`${server.url}/v1/face-liveness/${id}?token=in-the-query`, {
      headers: { ...from, authorization: `Bearer ${openId.access_token}` },
    });
  }
  for (const url of [`http://${imageHost}/private-selfie?token=in-the-query`, 'http://10.0.0.1/private-selfie'])
    await postJson(server.url + paths.faceLiveness, { faceImageBase: url }, { ...from, authorization: basic });
  // requests that fail early
  await post(server.url + paths.apptenticate, form({ selfie: 'x' }), { ...from, authorization: `Bearer ${access}x` });
  await post(server.url + paths.apptenticate, form({ details: 'CONTRACT-REF-4711' }), {
    ...from,
    authorization: `Bearer ${access}`,
  });
  await post(server.url + paths.faceLiveness, `{"sessionId":"session-5150-abc",`, {
    ...from,
    authorization: basic,
    'content-type': 'application/json',
  });
  await ask(`${server.url}/CONTRACT-REF-4711/7-708-214?token=in-the-query`, { headers: from });
  await ask(`${server.url}/%zz7-708-214`, { headers: from });
  t.equal(await server.end('SIGTERM'), 0);

  const log = server.stdout();
  const all = log + server.stderr();
  for (const [name, secret] of secrets) t.notOk(all.includes(secret), `no ${name}`);
  t.notMatch(all, /remoteAddress|remotePort|"headers"/i);

  const lines = log
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const assessed = lines.filter(({ msg }) => msg === 'assessed');
  t.ok(assessed.length >= files.length * 2, 'each judged picture has a line');
  for (const line of assessed) t.match(line, { reqId: /^[0-9a-f-]{36}$/, scan: /^[0-9a-f-]{36}$/ });
  for (const finding of [null, 'attack', 'face-not-found', 'image-unreadable', 'image-too-large'])
    t.ok(
      assessed.some((line) => line.finding === finding),
      `${finding} is told`,
    );
  t.ok(lines.some(({ res, responseTime }) => res?.statusCode === 200 && responseTime > 0));
  t.ok(
    lines.some(({ req }) => req?.route === '/v1/face-liveness/:id' && req.method === 'GET'),
    'routes, not paths',
  );
});

test('a password generated at the first start is printed once to stderr, and not logged', async (t) => {
  const dataDir = temporaryDirectory(t);
  const first = await serve(t, { DATA_DIR: dataDir, LOG_LEVEL: 'trace' });
  const password = /^Created the account "admin" with the password\s+(\S{24})\s.*\n$/.exec(first.stderr())?.[1];
  t.type(password, 'string');
  const login = await postJson(`${first.url}/api/token/`, { username: 'admin', password });
  t.equal(login.status, 200, 'it is the password');
  t.equal(await first.end('SIGTERM'), 0);
  t.notOk(first.stdout().includes(password!), 'stdout, where the log goes, does not have it');
  const second = await serve(t, { DATA_DIR: dataDir, LOG_LEVEL: 'info' });
  t.equal(second.stderr(), '');
  t.equal(await second.end('SIGTERM'), 0);
});
