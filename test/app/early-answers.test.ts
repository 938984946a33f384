import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Test, test } from 'tap';
import { startTestServer, temporaryDirectory } from '../helper.js';
import { findPort, startGateway, withoutNginx } from '../replicas/gateway.js';
import { type Exchange, exchange, requestOf } from './wire.js';

const json = { 'Content-Type': 'application/json' };
const multipart = { 'Content-Type': 'multipart/form-data; boundary=x' };
const part = (head: string, length: number): string => `--x\r\n${head}\r\n\r\n${'x'.repeat(length)}\r\n`;
const named = (name: string): string => `Content-Disposition: form-data; name="${name}"`;

/** Requests that are refused before their body is read, or while it is. */
const refusals: readonly (readonly [name: string, path: string, headers: Record<string, string>, status: number])[] = [
  ['A without a token', '/api/v3/biometrics/liveness/', multipart, 401],
  ['B without credentials', '/api/v1/face/liveness', json, 401],
  ['C without a token', '/face-liveness-sdk/v1/check_liveness', multipart, 401],
  ['identification without credentials', '/v1/identify', multipart, 401],
  ['a login in a type that is not read', '/api/token/', { 'Content-Type': 'image/png' }, 415],
  ['a path without a route', '/nowhere', json, 404],
  ['a path of contract A without a route', '/api/v3/nowhere/', multipart, 404],
  ['two Host headers', '/api/token/', { ...json, host: 'other' }, 400],
  ['an expectation that is not known', '/api/token/', { ...json, Expect: 'miracles' }, 417],
];

/** Each answer arrives, and what follows it on the connection is either answered or never taken. */
function isInOrder(t: Test, { statuses, end, text }: Exchange, status: number, next: number, name: string): void {
  t.equal(statuses[0], status, `${name}: ${text.slice(0, 60)}`);
  t.not(end, 'reset', `${name}: the connection is not reset`);
  if (/\r\nconnection: close\r\n/i.test(text)) t.same([statuses.length, end], [1, 'closed'], `${name}: closed as announced`);
  else t.same(statuses.slice(1), [next], `${name}: the next request is answered`);
}

test('an answer that comes before the end of its request reaches the client', async (t) => {
  const server = await startTestServer(t);
  const next = requestOf({ method: 'GET', path: '/health/live' });
  const isEnough = (text: string): boolean => /HTTP\/1\.1 200 /.test(text);
  for (const [name, path, headers, status] of refusals) {
    await t.test(name, async (t) => {
      for (const length of [100, 40_000, 200_000, 3_000_000]) {
        const body = 'A'.repeat(length);
        // A login form is small: what is longer is refused for that.
        const expected = status === 415 && length > 65_536 ? 413 : status;
        const kept = await exchange(server.url, requestOf({ path }, headers, body) + next, { isEnough });
        isInOrder(t, kept, expected, 200, `${length} bytes, kept alive`);
        t.match(kept.text, /\r\ncontent-type: application\/json/i, 'in JSON');
        const bytes = requestOf({ path }, { ...headers, 'Transfer-Encoding': 'chunked' }, body) + next;
        isInOrder(t, await exchange(server.url, bytes, { isEnough }), status, 200, `${length} bytes in chunks`);
        // HTTP/1.0 knows no expectations.
        if (status === 417) continue;
        const old = await exchange(server.url, requestOf({ path, version: '1.0' }, headers, body));
        t.same([old.statuses, old.end], [[expected], 'closed'], `${length} bytes, HTTP/1.0`);
      }
    });
  }

  const token = await server.apiToken();
  const authorized = { ...multipart, Authorization: `Bearer ${token}` };
  await t.test('a form that is refused while it is read', async (t) => {
    const heads = [
      'Content-Type: image/jpeg',
      'Content-Disposition: attachment; name="selfie"',
      'X: y',
      'Content-Disposition: form-data',
      '',
    ];
    for (const path of ['/api/token/', '/api/v3/biometrics/liveness/'])
      for (const head of heads)
        for (const length of [0, 100, 16_384, 17_000, 60_000]) {
          const bad = part(head, length);
          for (const body of [
            `${bad}--x--\r\n`,
            `${bad}${part(named('a'), 20_000)}--x--\r\n`,
            `${part(named('a'), 100)}${bad}--x--\r\n`,
          ]) {
            if (path === '/api/token/' && body.length > 65_000) continue;
            const got = await exchange(server.url, requestOf({ path }, authorized, body) + next, { isEnough });
            isInOrder(t, got, 400, 200, `${path} ${head || 'no head'} ${length}`);
            t.match(got.text, /has no name/);
          }
        }
    const long = part(named('username'), 70_000) + part(`${named('f')}; filename="a"`, 6_000_000);
    for (const path of ['/api/token/', '/api/v3/biometrics/liveness/']) {
      const got = await exchange(server.url, `${requestOf({ path }, authorized, `${long}--x--\r\n`)}${next}`, { isEnough });
      isInOrder(t, got, 413, 200, path);
    }
  });

  await t.test('clients that hang up while they are refused or heard end nothing but their connection', async (t) => {
    const heard = [
      ['A login', '/api/token/', json],
      ['C login', '/realms/triface/protocol/openid-connect/token', { 'Content-Type': 'application/x-www-form-urlencoded' }],
      ['A', '/api/v3/biometrics/liveness/', authorized],
      ['B', '/api/v1/face/liveness', { ...json, Authorization: server.basic }],
      ['identification', '/v1/identify', { ...multipart, Authorization: server.basic }],
    ] as const;
    for (const [, path, headers] of [...refusals, ...heard])
      for (const transfer of [{ 'Content-Length': '50000' }, { 'Transfer-Encoding': 'chunked' }])
        for (const sent of [0, 1, 1000, 40_000]) {
          const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
          socket.on('error', () => {});
          const head = requestOf({ path }, { ...headers, ...transfer }).replace(/0\r\n\r\n$/, '');
          await new Promise<void>((resolve) => socket.write(head + (sent ? 'x'.repeat(sent) : ''), () => resolve()));
          if (sent % 2) await sleep(5);
          socket.resetAndDestroy();
        }
    t.same((await exchange(server.url, next, { isEnough })).statuses, [200], 'the server goes on');
  });

  await t.test('a client that asks before it sends the body', async (t) => {
    const asking = { ...authorized, Expect: '100-continue', 'Content-Length': '200000' };
    const path = '/api/v3/biometrics/liveness/';
    const refused = await exchange(server.url, requestOf({ path }, { ...asking, Authorization: 'Bearer x' }));
    t.notMatch(refused.text, /100 Continue/, 'is not asked for a body that will be refused');
    t.same([refused.statuses, refused.end], [[401], 'closed']);
    const welcome = await exchange(server.url, requestOf({ path }, asking), { isEnough: (text) => text !== '' });
    t.equal(welcome.text, 'HTTP/1.1 100 Continue\r\n\r\n');
  });

  await t.test('a client that stops sending has its answer at once, and its connection ends', async (t) => {
    const socket = connect({ port: Number(new URL(server.url).port), host: '127.0.0.1', allowHalfOpen: true });
    const ended = once(socket, 'end');
    let isReset = false;
    socket.on('error', () => {
      isReset = true;
    });
    socket.write(requestOf({ path: '/api/v1/face/liveness' }, { ...json, 'Content-Length': '1000000' }));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    t.match(answer.toString(), /^HTTP\/1\.1 401 /);
    await ended;
    // This side stays open: the server closes the connection when nothing comes any more.
    for (let i = 0; i < 300 && !isReset; i++) {
      await sleep(100);
      if (i % 80 === 65) socket.write('x');
    }
    t.ok(isReset, 'the connection is gone');
  });

  await t.test('what is not HTTP is answered with JSON, after what came before it', async (t) => {
    const broken = [
      ['GARBAGE\r\n\r\n', 400],
      ['GET / HTTP/1.1\r\nno colon\r\n\r\n', 400],
      [`GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`, 431],
      ['POST /api/token/ HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 400],
      [
        `POST /api/token/ HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n${'x'.repeat(300_000)}`,
        400,
      ],
    ] as const;
    for (const [bytes, status] of broken) {
      const { statuses, end, text } = await exchange(server.url, bytes);
      t.same([statuses, end], [[status], 'closed'], bytes.slice(0, 40));
      t.match(JSON.parse(text.split('\r\n\r\n')[1]!), { error: String, message: String });
    }
    const closing = requestOf({ path: '/api/v3/biometrics/liveness/' }, { ...authorized, Connection: 'close' });
    for (const first of [next, closing])
      for (const more of ['GARBAGE\r\n\r\n', `--x\r\n${'x'.repeat(300_000)}`]) {
        const { statuses, end } = await exchange(server.url, first + more);
        t.same([statuses[0], end], [first === next ? 200 : 400, 'closed'], 'what came before has its answer');
      }
  });
});

test('behind nginx with the example configuration', { skip: withoutNginx }, async (t) => {
  const server = await startTestServer(t, { TRIFACE_TRUST_PROXY: '127.0.0.1' });
  const folder = temporaryDirectory(t);
  const servers = [Number(new URL(server.url).port)];
  const gateway = await startGateway(t, { folder, port: await findPort(), servers });
  const next = requestOf({ method: 'GET', path: '/health/live' });
  const isEnough = (text: string): boolean => /HTTP\/1\.1 200 /.test(text);
  const long = part(named('username'), 70_000) + part(`${named('f')}; filename="a"`, 200_000);
  const requests = [
    // nginx itself refuses these.
    ...refusals.filter(([, , , status]) => status !== 417 && status !== 400),
    ['a form that is refused while it is read', '/api/token/', multipart, 413],
  ] as const;
  for (const [name, path, headers, status] of requests)
    for (const length of [100, 40_000, 300_000]) {
      const body = name.startsWith('a form') ? `${long}--x--\r\n` : 'A'.repeat(length);
      const expected = status === 415 && length > 65_536 ? 413 : status;
      const got = await exchange(gateway, requestOf({ path }, headers, body) + next, { isEnough });
      isInOrder(t, got, expected, 200, `${name}, ${length} bytes`);
      // The connections to the server are shared: whoever comes next must find a usable one.
      const others = await Promise.all([1, 2, 3].map(() => exchange(gateway, next, { isEnough })));
      t.same(
        others.map(({ statuses }) => statuses[0]),
        [200, 200, 200],
        'other clients are answered',
      );
    }
});
