import { Writable } from 'node:stream';
import Fastify from 'fastify';
import { test } from 'tap';
import { clientAddress, trustProxies } from '../../../src/platform/http/client-address.js';
import { makeRequestIds, normalizeForwarded } from '../../../src/platform/http/forwarded.js';
import { findPublicUrl } from '../../../src/platform/public-url.js';

const trust = trustProxies(['127.0.0.1', '10.0.0.0/8']);

test('the public URL behind proxies', async (t) => {
  const app = Fastify({ trustProxy: trust });
  normalizeForwarded(app, trust);
  app.get('/', async (request) => ({ url: findPublicUrl(request, '') ?? 'none', address: clientAddress(request) }));
  t.teardown(() => app.close());
  const find = async (proto: string | undefined, host: string | undefined, more: object = {}, remoteAddress = '127.0.0.1') => {
    const headers = {
      host: 'inner:8080',
      ...(proto === undefined ? {} : { 'x-forwarded-proto': proto }),
      ...(host === undefined ? {} : { 'x-forwarded-host': host }),
      ...more,
    };
    const answer = await app.inject({ url: '/', headers, remoteAddress });
    t.equal(answer.statusCode, 200);
    return answer.json().url;
  };
  for (const [proto, host, url] of [
    [undefined, undefined, 'http://inner:8080'],
    ['https', undefined, 'https://inner:8080'],
    ['https', 'face.example', 'https://face.example'],
    ['HTTPS', 'FACE.Example', 'https://face.example'],
    [' https ', '\tface.example ', 'https://face.example'],
    ['"https"', '"face.example"', 'https://face.example'],
    ['https', 'face.example:8443', 'https://face.example:8443'],
    ['https', 'face.example:443', 'https://face.example'],
    ['https', '[2001:DB8::1]:8443', 'https://[2001:db8::1]:8443'],
    ['https', '[2001:db8::1]', 'https://[2001:db8::1]'],
    ['https', '2001:db8::1', 'https://[2001:db8::1]'],
    ['http,https', 'evil.example, face.example', 'https://face.example'],
    ['https,', ',face.example,', 'https://face.example'],
    ['', '', 'http://inner:8080'],
    ['ftp', 'a b', 'http://inner:8080'],
    ['javascript', 'face.example/path', 'http://inner:8080'],
    ['https', 'user@face.example', 'https://inner:8080'],
    ['https', 'face.example:99999', 'https://inner:8080'],
    ['https', '[::1', 'https://inner:8080'],
    ['https', 'x'.repeat(5000), 'https://inner:8080'],
  ] as const)
    t.equal(await find(proto, host), url, `${proto} ${host?.slice(0, 40)}`);

  const chain = { 'x-forwarded-for': '203.0.113.8, 10.1.2.3' };
  t.equal(await find('https, http', 'face.example, inner.example', chain), 'https://face.example', 'each of two proxies appends');
  t.equal(
    await find('gopher, https, http', 'evil.example, face.example, x', chain),
    'https://face.example',
    'after what the client sent',
  );
  t.equal(await find('https', 'face.example', chain), 'https://face.example', 'the second keeps what the first wrote');
  const lines = { 'x-forwarded-proto': ['http', 'HTTPS'], 'x-forwarded-host': ['evil.example', 'face.example'] };
  t.equal(await find(undefined, undefined, lines), 'https://face.example', 'several header lines');
  const others = { forwarded: 'for=192.0.2.1;proto=https;host=evil.example', 'x-forwarded-port': '8443' };
  t.equal(await find('https', 'face.example', others), 'https://face.example', 'Forwarded and X-Forwarded-Port are not read');
  t.equal(
    await find('https', 'face.example', {}, '198.51.100.7'),
    'http://inner:8080',
    'a client that is not a proxy is not believed',
  );
});

test('the id of a request', async (t) => {
  const lines: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const app = Fastify({ trustProxy: trust, logger: { stream }, genReqId: makeRequestIds(trust) });
  app.get('/', async (request) => ({ id: request.id }));
  t.teardown(() => app.close());
  const idOf = async (sent: string | string[], remoteAddress = '127.0.0.1'): Promise<string> =>
    (await app.inject({ url: '/', headers: { 'x-request-id': sent }, remoteAddress })).json().id;
  for (const id of ['7f3a9c0b1d2e4f5a6b7c8d9e0f1a2b3c', 'Root=1-67891233-abcdef012345678912345678', 'a', 'x'.repeat(128)]) {
    t.equal(await idOf(id), id);
    t.ok(
      lines.some((line) => JSON.parse(line).reqId === id),
      'it is in the log',
    );
  }
  const uuid = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[\da-f]{4}-[\da-f]{12}$/;
  for (const id of ['', 'x'.repeat(129), 'a b', 'a"b', '<script>', 'ñ', 'a,b', ['a', 'b']])
    t.match(await idOf(id), uuid, `${id}`.slice(0, 20));
  t.match(await idOf('7f3a9c0b', '198.51.100.7'), uuid, 'of a client that is not a proxy');
});
