import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import t from 'tap';
import { parseImageHosts } from '../../../src/base/settings/image-hosts.js';
import { makeHostRules } from '../../../src/platform/safe-fetch/host-rules.js';
import { settlesWithin } from '../../settles-within.js';
import { allClosed, makeFetcher, refused, resolveTo, serve, serveMutely } from './fetch-helper.js';

t.test('a body of exactly the limit comes back byte for byte', async (t) => {
  const picture = Buffer.from(Array.from({ length: 1000 }, (_, index) => index % 256));
  const server = await serve(t, (request, response) => {
    if (request.url === '/chunked?a=b') response.write(picture.subarray(0, 400));
    else response.setHeader('content-length', 1000);
    response.end(request.url === '/chunked?a=b' ? picture.subarray(400) : picture);
  });
  const fetcher = makeFetcher(t, { hosts: `http://pictures.test:${server.port}` });
  for (const path of ['/', '/chunked?a=b#hash'])
    t.strictSame(await fetcher.fetch(`http://pictures.test:${server.port}${path}`), picture, path);
  await allClosed(t, server, 'after success');
});

t.test('the request is fixed: host of the URL, no cookies, no credentials, no compression', async (t) => {
  const seen: Array<Record<string, unknown>> = [];
  const server = await serve(t, (request, response) => {
    seen.push({ method: request.method, url: request.url, ...request.headers });
    response.setHeader('set-cookie', 'a=b; Path=/').end('picture');
  });
  const base = `http://pictures.test:${server.port}`;
  const fetcher = makeFetcher(t, { hosts: base });
  for (let round = 0; round < 2; round++) await fetcher.fetch(`${base}/p?q=1#secret`);
  const expected = {
    method: 'GET',
    url: '/p?q=1',
    host: `pictures.test:${server.port}`,
    accept: 'image/jpeg, image/png, image/webp, image/*;q=0.5',
    'accept-encoding': 'identity',
    'user-agent': 'triface-image-fetcher',
    connection: 'close',
  };
  t.strictSame(seen, [expected, expected]);
});

t.test('answers without a plain 2xx body', async (t) => {
  const server = await serve(t, (request, response) => {
    const path = request.url!.slice(1);
    if (/^\d+$/.test(path)) return response.writeHead(Number(path)).end(path === '204' ? undefined : 'x');
    if (path === 'empty') return response.end();
    if (path === 'gzip') return response.setHeader('content-encoding', 'gzip').end(gzipSync(Buffer.alloc(5_000_000)));
    if (path === 'br') return response.setHeader('content-encoding', 'identity, br').end('xx');
    if (path === 'cut') return void response.writeHead(200, { 'content-length': 500 }).write('x', () => response.destroy());
    if (path === 'cut-chunked') return void response.write('x', () => response.destroy());
    return request.socket.destroy();
  });
  const base = `http://pictures.test:${server.port}`;
  const fetcher = makeFetcher(t, { hosts: base });
  for (const path of ['204', '300', '304', '400', '404', '500', '503', 'empty', 'gzip', 'br', 'cut', 'cut-chunked', 'hangup']) {
    await refused(t, fetcher.fetch(`${base}/${path}`), 'unreachable', path);
    await allClosed(t, server, path);
  }
});

t.test('too large: announced, sent in spite of a small announcement, or endless', async (t) => {
  let sent = 0;
  const server = await serve(t, (request, response) => {
    if (request.url === '/announced') {
      response.writeHead(200, { 'content-length': 1001 }).flushHeaders();
      return; // no byte follows: refusing must not wait for one
    }
    if (request.url === '/one-more') return response.end(Buffer.alloc(1001));
    const more = () => {
      while (!response.destroyed) {
        sent += 65536;
        if (!response.write(Buffer.alloc(65536))) return void response.once('drain', more);
      }
    };
    more();
  });
  const base = `http://pictures.test:${server.port}`;
  // A deadline would give another code: it must not be what ends these.
  const fetcher = makeFetcher(t, { hosts: base, timeoutMs: 60_000 });
  for (const path of ['announced', 'one-more', 'endless']) {
    await refused(t, fetcher.fetch(`${base}/${path}`), 'too-large', path);
    await allClosed(t, server, path);
  }
  t.ok(sent < 20_000_000, `the endless body was cut (${sent} bytes left the server, buffers of the system included)`);
});

t.test('a lying Content-Length does not get more bytes in', async (t) => {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(`HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n${'x'.repeat(5000)}`));
  }).listen(0, '127.0.0.1');
  t.teardown(() => server.close());
  await once(server, 'listening');
  const base = `http://pictures.test:${(server.address() as AddressInfo).port}`;
  const result = await makeFetcher(t, { hosts: base })
    .fetch(`${base}/`)
    .catch((error) => error.code);
  t.ok(result === 'unreachable' || result.length === 10, 'ten bytes or none');
});

t.test('one deadline for all of it', async (t) => {
  const server = await serve(t, (request, response) => {
    if (request.url === '/no-headers') return;
    if (request.url === '/slow-redirects')
      return void setTimeout(() => response.writeHead(302, { location: '/slow-redirects' }).end(), 130);
    response.flushHeaders();
    if (request.url === '/no-body') return;
    const drip = setInterval(() => response.write('x'), 20); // each byte in time, the whole never
    response.on('close', () => clearInterval(drip));
  });
  const mute = await serveMutely(t);
  const base = `http://pictures.test:${server.port}`;
  const hosts = `${base}, mute.test:${mute.port}`;
  const fetcher = makeFetcher(t, { hosts, timeoutMs: 300, maxBytes: 1_000_000 });
  const urls = ['no-headers', 'no-body', 'drip', 'slow-redirects'].map((path) => `${base}/${path}`);
  for (const url of [...urls, `https://mute.test:${mute.port}/`]) {
    const startedAt = performance.now();
    const fetching = fetcher.fetch(url);
    fetching.catch(() => {});
    t.ok(await settlesWithin(fetching, 900), `${url} ends at its deadline`);
    const message = await refused(t, fetching, 'unreachable', url);
    const took = performance.now() - startedAt;
    t.match(message, 'within 300 ms');
    t.ok(took > 250, `${url} took ${Math.round(took)} ms`);
    await allClosed(t, server, url);
  }
  await allClosed(t, mute, 'a half-made TLS connection');
});

t.test('a resolver that hangs, fails or finds nothing', async (t) => {
  const hosts = 'pictures.test';
  const hanging = makeFetcher(t, { hosts, timeoutMs: 100, resolve: () => new Promise(() => {}), maxConcurrent: 2 });
  t.match(await refused(t, hanging.fetch('https://pictures.test/'), 'unreachable', 'hangs'), 'within 100 ms');
  t.match(await refused(t, hanging.fetch('https://pictures.test/'), 'unreachable', 'hangs again'), 'within 100 ms');
  t.match(await refused(t, hanging.fetch('https://pictures.test/'), 'unreachable', 'look-ups given up on count'), 'too many');
  const failing = makeFetcher(t, {
    hosts,
    resolve: () => Promise.reject(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' })),
  });
  for (let round = 0; round < 20; round++)
    t.match(await refused(t, failing.fetch('https://pictures.test/'), 'unreachable', 'fails'), 'ENOTFOUND');
  await refused(t, makeFetcher(t, { hosts, resolve: resolveTo() }).fetch('https://pictures.test/'), 'unreachable', 'no address');
});

t.test('the system resolver is the default', async (t) => {
  const server = await serve(t, (_request, response) => response.end('picture'), { host: 'localhost' });
  const base = `http://localhost:${server.port}`;
  const { createImageFetcher } = await import('../../../src/platform/safe-fetch/image-fetcher.js');
  const fetcher = createImageFetcher({ rules: makeHostRules(parseImageHosts(base)), timeoutMs: 2000, maxBytes: 100 });
  t.teardown(() => fetcher.close());
  t.equal(String(await fetcher.fetch(`${base}/`)), 'picture');
});

t.test('the caller, or closing, ends a fetch at once', async (t) => {
  const server = await serve(t, () => {});
  const base = `http://pictures.test:${server.port}`;
  const fetcher = makeFetcher(t, { hosts: base, timeoutMs: 20_000 });
  const gone = new AbortController();
  setTimeout(() => gone.abort(), 60);
  await refused(t, fetcher.fetch(`${base}/`, gone.signal), 'unreachable', 'aborted under way');
  await refused(t, fetcher.fetch(`${base}/`, gone.signal), 'unreachable', 'aborted before');
  await allClosed(t, server, 'aborted');
  const mute = await serveMutely(t);
  const shaking = new AbortController();
  const handshake = makeFetcher(t, { hosts: `mute.test:${mute.port}`, timeoutMs: 20_000 });
  setTimeout(() => shaking.abort(), 60);
  await refused(t, handshake.fetch(`https://mute.test:${mute.port}/`, shaking.signal), 'unreachable', 'aborted in the handshake');
  t.equal(mute.connections(), 1);
  await allClosed(t, mute, 'a half-made TLS connection');
  const running = refused(t, fetcher.fetch(`${base}/`), 'unreachable', 'closed under way');
  await once(server.server, 'request');
  await fetcher.close();
  await running;
  await allClosed(t, server, 'closed');
  await refused(t, fetcher.fetch(`${base}/`), 'unreachable', 'closed before');
  t.equal(server.connections(), 2, 'nothing was dialled for what was aborted or closed before');
});

t.test('no more than so many fetches at once; the others wait their turn within their deadline', async (t) => {
  let now = 0;
  let most = 0;
  const server = await serve(t, (_request, response) => {
    most = Math.max(most, ++now);
    setTimeout(() => {
      now--;
      response.end('picture');
    }, 30);
  });
  const base = `http://pictures.test:${server.port}`;
  const fetcher = makeFetcher(t, { hosts: base, maxConcurrent: 3, timeoutMs: 5000 });
  const owners = ['a', 'b', 'c', 'd'];
  const bodies = await Promise.all(Array.from({ length: 12 }, (_, i) => fetcher.fetch(`${base}/`, undefined, owners[i % 4])));
  t.equal(bodies.length, 12);
  t.ok(most <= 3 && most > 1, `${most} at once`);

  const stuck = await serve(t, () => {});
  const stuckBase = `http://pictures.test:${stuck.port}`;
  const impatient = makeFetcher(t, { hosts: stuckBase, maxConcurrent: 1, timeoutMs: 1000 });
  await Promise.all([1, 2, 3].map((turn) => refused(t, impatient.fetch(`${stuckBase}/`), 'unreachable', `turn ${turn}`)));
  await refused(t, impatient.fetch(`${stuckBase}/`), 'unreachable', 'afterwards');
  t.equal(stuck.connections(), 2, 'those whose time passed in the line never dialled; the slot came back');
});

t.test('an account whose hosts never answer leaves slots for others', async (t) => {
  const stuck = await serve(t, () => {});
  const quick = await serve(t, (_request, response) => response.end('picture'));
  const bases = [stuck, quick].map(({ port }) => `http://pictures.test:${port}`) as [string, string];
  const fetcher = makeFetcher(t, { hosts: bases.join(','), maxConcurrent: 8, timeoutMs: 20_000 });
  const gone = new AbortController();
  const hanging = Array.from({ length: 40 }, () => fetcher.fetch(`${bases[0]}/`, gone.signal, 'slow').catch(() => 'given up'));
  while (stuck.connections() < 6) await new Promise((resolve) => setTimeout(resolve, 10));
  for (let i = 0; i < 5; i++) t.equal(String(await fetcher.fetch(`${bases[1]}/`, undefined, 'other')), 'picture');
  gone.abort();
  t.same(new Set(await Promise.all(hanging)), new Set(['given up']));
});
