import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Test, test } from 'tap';
import { exchange, requestOf } from '../app/wire.js';
import { selfie } from '../fixtures/pictures.js';
import { startTestServer, type TestServer } from '../helper.js';
import { addAccount, countScans, leaks, openBeside, paths, post, postJson, threeClients } from './clients.js';

/** The least that can be set, in bytes. */
const limit = 1_048_576;
const multipart = { 'Content-Type': 'multipart/form-data; boundary=x' };
const json = { 'Content-Type': 'application/json' };
const login = '/realms/triface/protocol/openid-connect/token';

/** A request that stalls after a part of its body; ends with the test. */
async function stall(
  t: Test,
  { url }: TestServer,
  path: string,
  headers: Record<string, string>,
  { announced, sent }: { announced: number | 'chunked'; sent: string },
): Promise<Socket> {
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1' });
  socket.on('error', () => {});
  t.teardown(() => socket.destroy());
  const length: Record<string, string> =
    announced === 'chunked' ? { 'Transfer-Encoding': 'chunked' } : { 'Content-Length': String(announced) };
  const head = requestOf({ path }, { ...headers, Connection: 'close', ...length });
  const bytes =
    announced === 'chunked'
      ? head.replace(/0\r\n\r\n$/, '') + (sent && `${sent.length.toString(16)}\r\n${sent}\r\n`)
      : head + sent;
  await new Promise<void>((resolve) => socket.write(bytes, () => resolve()));
  return socket;
}

/** Waits until it is so. */
async function until(isSo: () => Promise<boolean>): Promise<boolean> {
  for (let i = 0; i < 200; i++) {
    if (await isSo()) return true;
    await sleep(50);
  }
  return false;
}

test('more request bytes than the server accepts at once', async (t) => {
  const server = await startTestServer(t, { TRIFACE_MAX_INTAKE_BYTES: String(limit) });
  const clients = await threeClients(server);
  const store = await openBeside(t, server.dataDir);
  const picture = await selfie();
  const password = 'another long password';
  await addAccount(t, server, { username: 'neighbour', password });
  const neighbour = { authorization: `Basic ${Buffer.from(`neighbour:${password}`).toString('base64')}` };
  const body = JSON.stringify({ sessionId: 'slow', faceImageBase: picture.toString('base64') }).padEnd(900_000);
  const mine = { ...json, Authorization: server.basic };
  const isServed = async (): Promise<boolean> => (await clients.faceLiveness(picture)).status === 200;
  /** An upload that stalls and holds the account's share. While another body is still in memory, it is refused itself. */
  const begin = async (announced: number | 'chunked' = body.length): Promise<Socket> => {
    for (let attempt = 0; attempt < 20; attempt++) {
      const upload = await stall(t, server, paths.faceLiveness, mine, { announced, sent: body.slice(0, 760_000) });
      for (let i = 0; i < 20 && !upload.destroyed; i++) {
        await sleep(50);
        if (!(await isServed())) return upload;
      }
      upload.destroy();
    }
    throw new Error('no upload was taken');
  };

  await t.test('what is announced and does not come keeps nobody out', async (t) => {
    const stalled = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        i % 2
          ? stall(t, server, paths.faceLiveness, mine, { announced: i % 4 === 1 ? 700_000 : 'chunked', sent: '' })
          : stall(t, server, '/api/token/', multipart, { announced: 60_000, sent: '' }),
      ),
    );
    const answers = await Promise.all(
      [1, 2, 3].map(() => postJson(server.url + paths.faceLiveness, { faceImageBase: picture.toString('base64') }, neighbour)),
    );
    t.same(
      answers.map(({ status }) => status),
      [200, 200, 200],
    );
    for (const socket of stalled) socket.destroy();
    t.ok(await until(isServed));
  });

  await t.test('are refused in each contract’s own words; uploads in progress continue', async (t) => {
    const upload = await begin();
    const before = await countScans(store);
    const answers = await Promise.all([
      clients.apptenticate(picture),
      clients.faceLiveness(picture, 's'),
      clients.dms(picture, 'r'),
    ]);
    const [a, b, c] = answers;
    t.same([a.status, b.status, c.status], [503, 503, 503]);
    for (const { headers, text: shown } of answers) {
      t.match(headers.get('retry-after'), /^[1-9]\d*$/);
      t.notMatch(shown, leaks);
    }
    t.equal(a.text, '{"valid":false,"error_code":711,"message":"Life Test Engine Internal Error"}');
    t.match(b.json, { hasError: true, error: 'INTERNAL_ERROR' });
    t.match(c.json, { status: 503, error: 'Service Unavailable', path: paths.dms });
    t.equal(await countScans(store), before, 'nothing was stored');
    const others = await postJson(server.url + paths.faceLiveness, { faceImageBase: picture.toString('base64') }, neighbour);
    t.equal(others.status, 200, 'another account has a share of its own');
    t.equal(
      (await post(`${server.url}/api/token/`, new URLSearchParams({ username: 'tester', password: server.password }))).status,
      200,
    );
    upload.write(body.slice(760_000));
    const answer = await text(upload);
    t.match(answer, /^HTTP\/1\.1 200 /);
    t.match(JSON.parse(answer.split('\r\n\r\n')[1]!), { sessionId: 'slow', hasError: false });
    t.ok(await until(isServed), 'there is room again');
  });

  await t.test('a client that disconnects frees its bytes, also if the length of its body was unknown', async (t) => {
    for (const announced of [900_000, 'chunked'] as const) {
      const upload = await begin(announced);
      upload.destroy();
      t.ok(await until(isServed));
    }
  });

  await t.test('a single body is accepted at any size', async (t) => {
    const large = Buffer.concat([picture, Buffer.alloc(3 * limit)]);
    t.equal((await clients.apptenticate(large)).text, '{"valid":true}');
    t.equal((await clients.faceLiveness(large)).status, 200);
  });

  await t.test('without an account, a body is small', async (t) => {
    const long = 'x'.repeat(70_000);
    const asked = (path: string, init: Record<string, string>) => post(server.url + path, new URLSearchParams(init));
    const a = await asked('/api/token/', { username: long });
    t.equal(a.status, 413);
    t.match(a.json, { detail: String });
    const c = await asked(login, { username: long });
    t.equal(c.status, 413);
    t.match(c.json, { error: 'invalid_request' });
    for (const [path, chunked] of [
      ['/api/token/', 'detail'],
      [login, 'error'],
    ] as const) {
      const headers = { 'Content-Type': 'application/x-www-form-urlencoded', 'Transfer-Encoding': 'chunked' };
      const { statuses, text } = await exchange(server.url, requestOf({ path }, headers, `username=${long}`));
      t.same(statuses, [413], path);
      t.match(text, `"${chunked}":`);
    }
  });
});

test('bodies that arrive slowly', async (t) => {
  const server = await startTestServer(t, {
    TRIFACE_UPLOAD_START_SECONDS: '1',
    TRIFACE_UPLOAD_LEAST_RATE: '20000',
    TRIFACE_UPLOAD_TOTAL_SECONDS: '6',
  });
  const picture = await selfie();
  const [token, bearer] = [await server.apiToken(), await server.bearerToken()];
  const started = '--x\r\nContent-Disposition: form-data; name="selfie"; filename="a"\r\n\r\nxxx';
  const requests = [
    ['A', paths.apptenticate, { ...multipart, Authorization: `Bearer ${token}` }, started, { detail: String }],
    ['A login', '/api/token/', json, '{"username":', { detail: String }],
    [
      'B',
      paths.faceLiveness,
      { ...json, Authorization: server.basic },
      '{"faceImageBase":"',
      { hasError: true, error: 'REQUEST_TIMEOUT' },
    ],
    ['C', paths.dms, { ...multipart, Authorization: `Bearer ${bearer}` }, started, { status: 408, path: paths.dms }],
    ['C login', login, { 'Content-Type': 'application/x-www-form-urlencoded' }, 'username=', { error: 'invalid_request' }],
    ['identification', '/v1/identify', { ...multipart, Authorization: server.basic }, started, { error: 'too-slow' }],
  ] as const;
  await t.test('are refused in each contract’s own words', async (t) => {
    const cases = requests.flatMap(([name, path, headers, part, shape]) =>
      ['', part].map(async (sent) => {
        const socket = await stall(t, server, path, headers, { announced: 50_000, sent });
        const answer = await text(socket);
        t.match(answer, /^HTTP\/1\.1 408 /, `${name}, ${sent.length} bytes`);
        t.match(JSON.parse(answer.split('\r\n\r\n')[1]!), shape, name);
      }),
    );
    await Promise.all(cases);
  });

  await t.test('a slow but steady upload is judged', async (t) => {
    const body = JSON.stringify({ faceImageBase: picture.toString('base64') });
    const head = requestOf(
      { path: paths.faceLiveness },
      { ...json, Authorization: server.basic, Connection: 'close', 'Content-Length': String(body.length) },
    );
    const socket = connect({ port: Number(new URL(server.url).port), host: '127.0.0.1' });
    const answer = text(socket);
    socket.write(head);
    const steps = 12;
    for (let i = 0; i < steps; i++) {
      await sleep(250);
      const size = Math.ceil(body.length / steps);
      socket.write(body.slice(i * size, (i + 1) * size));
    }
    t.match(await answer, /^HTTP\/1\.1 200 /);
    if (!socket.destroyed) await once(socket, 'close');
  });

  await t.test('a steady upload that would never end is refused', async (t) => {
    const socket = await stall(
      t,
      server,
      paths.faceLiveness,
      { ...json, Authorization: server.basic },
      { announced: 10_000_000, sent: '' },
    );
    const answer = text(socket);
    const feeding = setInterval(() => socket.write('x'.repeat(10_000)), 100);
    t.match(await answer, /^HTTP\/1\.1 408 /);
    clearInterval(feeding);
  });
});
