import { once } from 'node:events';
import { createServer } from 'node:net';
import t from 'tap';
import { requestPinned } from '../../../src/platform/safe-fetch/pinned-request.js';
import { allClosed, makeCertificate, makeFetcher, refused, resolveTo, serve, watchDials } from './fetch-helper.js';

t.test('a name that changes its answer: one look-up, and only the checked address is dialled', async (t) => {
  const good = await serve(t, (_request, response) => response.end('good'), { host: '127.0.0.2' });
  const bad = await serve(t, (_request, response) => response.end('bad'), { host: '127.0.0.1', port: good.port });
  let asked = 0;
  const resolve = async () => (asked++ === 0 ? ['127.0.0.2'] : ['127.0.0.1']);
  const dials = watchDials(t);
  const base = `http://rebind.test:${good.port}`;
  t.equal(String(await makeFetcher(t, { hosts: base, resolve }).fetch(`${base}/`)), 'good');
  t.equal(asked, 1);
  t.strictSame(dials(), [`127.0.0.2 ${good.port}`]);
  t.equal(bad.connections(), 0);
  t.equal(good.connections(), 1);
});

t.test('the next checked address is tried when the first does not answer', async (t) => {
  const server = await serve(t, (_request, response) => response.end('good'), { host: '127.0.0.3' });
  const base = `http://two.test:${server.port}`;
  const dials = watchDials(t);
  const fetcher = makeFetcher(t, { hosts: base, resolve: resolveTo('127.0.0.2', '127.0.0.3') });
  t.equal(String(await fetcher.fetch(`${base}/`)), 'good');
  t.strictSame(dials(), [`127.0.0.2 ${server.port}`, `127.0.0.3 ${server.port}`]);
});

t.test('a connection that went elsewhere is refused', async (t) => {
  // A literal host is dialled without a look-up; given another checked address the connector must notice.
  const server = await serve(t, (_request, response) => response.end('secret'));
  const options = { connectTimeoutMs: 1000, signal: AbortSignal.timeout(2000) };
  const url = new URL(`http://127.0.0.1:${server.port}/`);
  await t.rejects(
    requestPinned(url, ['127.0.0.2'], options, async (response) => response.statusCode),
    { message: 'connected to an address that was not checked' },
  );
  t.equal(await requestPinned(url, ['127.0.0.1'], options, async (response) => response.statusCode), 200);
  await allClosed(t, server, 'elsewhere');
});

t.test('IPv6, by name and literal', async (t) => {
  const server = await serve(t, (request, response) => response.end(request.headers.host), { host: '::1' }).catch(
    () => undefined,
  );
  if (!server) return void t.pass('no IPv6 loopback here', { skip: true });
  const hosts = `http://six.test:${server.port}, http://[::1]:${server.port}`;
  const fetcher = makeFetcher(t, { hosts, resolve: resolveTo('::1') });
  t.equal(String(await fetcher.fetch(`http://six.test:${server.port}/`)), `six.test:${server.port}`);
  t.equal(String(await fetcher.fetch(`http://[0:0::1]:${server.port}/`)), `[::1]:${server.port}`);
});

t.test('TLS: certificate and SNI use the host name, regardless of the address', async (t) => {
  const tls = makeCertificate('DNS:pictures.test,IP:127.0.0.1');
  const names: unknown[] = [];
  const server = await serve(
    t,
    (request, response) => {
      names.push((request.socket as unknown as { servername: unknown }).servername);
      response.end('picture');
    },
    { tls },
  );
  const hosts = ['pictures.test', 'other.test', '127.0.0.1'].map((host) => `${host}:${server.port}`).join();
  const dials = watchDials(t);
  const fetcher = makeFetcher(t, { hosts, ca: tls.cert });
  t.equal(String(await fetcher.fetch(`https://Pictures.test.:${server.port}/`)), 'picture');
  t.equal(String(await fetcher.fetch(`https://127.0.0.1:${server.port}/`)), 'picture');
  t.strictSame(names, ['pictures.test', false], 'SNI is the bare name, and none for an address');
  t.strictSame(
    dials(),
    Array(2).fill(`127.0.0.1 ${server.port}`),
    'dials over TLS are seen (or the tests for none would be empty)',
  );
  const wrongName = await refused(t, fetcher.fetch(`https://other.test:${server.port}/`), 'unreachable', 'wrong name');
  t.match(wrongName, 'ERR_TLS_CERT_ALTNAME_INVALID');
  const distrusting = makeFetcher(t, { hosts });
  await refused(t, distrusting.fetch(`https://pictures.test:${server.port}/`), 'unreachable', 'unknown authority');
  t.equal(names.length, 2, 'no request was sent on those');
  await allClosed(t, server, 'TLS');
});

t.test('https spoken to a plain server, and the other way round', async (t) => {
  const plain = await serve(t, (_request, response) => response.end('x'));
  const tls = await serve(t, (_request, response) => response.end('x'), { tls: makeCertificate('DNS:a.test') });
  const fetcher = makeFetcher(t, { hosts: `a.test:${plain.port}, http://a.test:${tls.port}` });
  await refused(t, fetcher.fetch(`https://a.test:${plain.port}/`), 'unreachable', 'TLS to plain');
  await refused(t, fetcher.fetch(`http://a.test:${tls.port}/`), 'unreachable', 'plain to TLS');
  await allClosed(t, plain, 'plain');
  await allClosed(t, tls, 'tls');
});

t.test('proxies of the environment are not asked', async (t) => {
  const proxy = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  t.teardown(() => proxy.close());
  await once(proxy, 'listening');
  let asked = 0;
  proxy.on('connection', () => asked++);
  const address = `http://127.0.0.1:${(proxy.address() as { port: number }).port}`;
  const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'all_proxy'];
  const before = names.map((name) => process.env[name]);
  for (const name of [...names, 'NODE_USE_ENV_PROXY']) process.env[name] = name === 'NODE_USE_ENV_PROXY' ? '1' : address;
  t.teardown(() => {
    delete process.env.NODE_USE_ENV_PROXY;
    for (const [index, name] of names.entries())
      if (before[index] === undefined) delete process.env[name];
      else process.env[name] = before[index];
  });
  const server = await serve(t, (_request, response) => response.end('picture'));
  const base = `http://pictures.test:${server.port}`;
  t.equal(String(await makeFetcher(t, { hosts: base }).fetch(`${base}/`)), 'picture');
  t.equal(asked, 0);
});
