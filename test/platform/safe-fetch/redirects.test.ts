import t from 'tap';
import { allClosed, makeCertificate, makeFetcher, refused, resolveTo, serve, watchDials } from './fetch-helper.js';

t.test('up to three redirects of every kind are followed', async (t) => {
  const seen: string[] = [];
  const server = await serve(t, (request, response) => {
    seen.push(request.url!);
    const [, left, status] = /^\/(\d)\/(\d+)/.exec(request.url!)!;
    if (left === '0') return response.end('picture');
    response.writeHead(Number(status), { location: `../${Number(left) - 1}/${status}` }).end('ignored'.repeat(1000));
  });
  const base = `http://pictures.test:${server.port}`;
  const fetcher = makeFetcher(t, { hosts: base });
  for (const status of [301, 302, 303, 307, 308])
    t.equal(String(await fetcher.fetch(`${base}/3/${status}`)), 'picture', `${status}`);
  seen.length = 0;
  t.match(await refused(t, fetcher.fetch(`${base}/4/302`), 'unreachable', 'four'), 'more than 3 redirects');
  t.strictSame(seen, ['/4/302', '/3/302', '/2/302', '/1/302']);
  await allClosed(t, server, 'redirects');
});

t.test('loops and redirects to nowhere', async (t) => {
  const server = await serve(t, (request, response) => {
    const location = { '/self': '/self', '/a': '/b', '/b': '/a', '/blank': '' }[request.url!];
    response.writeHead(302, location === undefined ? {} : { location }).end();
  });
  const base = `http://pictures.test:${server.port}`;
  const fetcher = makeFetcher(t, { hosts: base });
  for (const path of ['/self', '/a', '/missing', '/blank'])
    await refused(t, fetcher.fetch(`${base}${path}`), 'unreachable', path);
  await allClosed(t, server, 'loops');
});

t.test('a redirect is as untrusted as the first URL', async (t) => {
  const secret = await serve(t, (_request, response) => response.end('secret'));
  const locations = [
    'file:///etc/passwd',
    'data:image/png;base64,iVBORw0KGgo=',
    'gopher://127.0.0.1:70/_x',
    'ftp://pictures.test/',
    'javascript:1',
    'http://[::1',
    'http://169.254.169.254/latest/meta-data/',
    `http://127.0.0.1:${secret.port}/`,
    `http://2130706433:${secret.port}/`,
    `http://0x7f.1:${secret.port}/`,
    `http://0177.0.0.1:${secret.port}/`,
    `http://[::ffff:127.0.0.1]:${secret.port}/`,
    `http://[::1]:${secret.port}/`,
    `//secret.test:${secret.port}/`,
    `http://pictures.test:${secret.port}/`,
    '\\\\127.0.0.1/',
  ];
  const server = await serve(t, (request, response) => {
    const { port } = server;
    const more = [`https://pictures.test:${port}/`, `http://user:pass@pictures.test:${port}/`];
    const index = Number(request.url!.slice(1));
    if (Number.isNaN(index)) return response.end('picture');
    response.writeHead(307, { location: [...locations, ...more][index] }).end();
  });
  const dials = watchDials(t);
  const base = `http://pictures.test:${server.port}`;
  const fetcher = makeFetcher(t, { hosts: base });
  for (let index = 0; index < locations.length + 2; index++)
    await refused(t, fetcher.fetch(`${base}/${index}`), 'not-allowed', locations[index] ?? 'scheme or credentials');
  t.equal(secret.connections(), 0, 'the host off the list was never called');
  const expected = Array(locations.length + 2).fill(`127.0.0.1 ${server.port}`);
  t.strictSame(dials(), expected, 'and nothing but the listed one was dialled');
  await allClosed(t, server, 'refused redirects');
});

t.test('https to http is refused unless that is listed; http to https is an upgrade', async (t) => {
  const tls = makeCertificate('DNS:pictures.test');
  const plain = await serve(t, (request, response) => {
    if (request.url === '/up') return response.writeHead(302, { location: `https://pictures.test:${safe.port}/` }).end();
    response.end('picture');
  });
  const safe = await serve(
    t,
    (request, response) => {
      if (request.url === '/down') return response.writeHead(302, { location: `http://pictures.test:${plain.port}/` }).end();
      response.end('picture over TLS');
    },
    { tls },
  );
  const https = `pictures.test:${safe.port}`;
  const http = `http://pictures.test:${plain.port}`;
  const strict = makeFetcher(t, { hosts: https, ca: tls.cert });
  await refused(t, strict.fetch(`https://${https}/down`), 'not-allowed', 'downgrade');
  t.equal(plain.connections(), 0);
  const lax = makeFetcher(t, { hosts: `${https}, ${http}`, ca: tls.cert });
  t.equal(String(await lax.fetch(`https://${https}/down`)), 'picture');
  t.equal(String(await lax.fetch(`${http}/up`)), 'picture over TLS');
});

t.test('each hop is resolved and checked again', async (t) => {
  const server = await serve(t, (request, response) => {
    if (request.headers.host?.startsWith('a.'))
      response.writeHead(302, { location: `http://b.house.test:${server.port}/` }).end();
    else response.end('secret');
  });
  const asked: string[] = [];
  const resolve = async (host: string) => {
    asked.push(host);
    return host.startsWith('a.') ? ['127.0.0.1'] : ['127.0.0.1', '169.254.169.254'];
  };
  const fetcher = makeFetcher(t, { hosts: `http://*.house.test:${server.port}`, resolve });
  await refused(t, fetcher.fetch(`http://a.house.test:${server.port}/`), 'not-allowed', 'second hop');
  t.strictSame(asked, ['a.house.test', 'b.house.test']);
  t.equal(server.connections(), 1);
  t.equal(
    String(
      await makeFetcher(t, { hosts: `http://*.house.test:${server.port}`, resolve: resolveTo('127.0.0.1') }).fetch(
        `http://a.house.test:${server.port}/`,
      ),
    ),
    'secret',
    'with a good address the same redirect is followed',
  );
});
