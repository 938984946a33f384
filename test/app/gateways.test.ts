import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { ask } from '../contracts/clients.js';
import { startTestServer, temporaryDirectory } from '../helper.js';
import { findPort, startGateway, withoutNginx } from '../replicas/gateway.js';
import { serve } from './served.js';

const discovery = '/realms/triface/.well-known/openid-configuration';
const uuid = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

/** The server's address as a client is told it: the issuer of its tokens. */
const told = async (url: string, headers: [string, string][]): Promise<string> => {
  const { issuer, error } = (await ask(url + discovery, { headers })).json;
  return issuer?.replace('/realms/triface', '') ?? error;
};

test('the public URL as trusted proxies write it', async (t) => {
  const server = await startTestServer(t, { TRIFACE_TRUST_PROXY: '127.0.0.1, 10.0.0.0/8' });
  const cases: [proto: string, host: string, clients: string, url: string][] = [
    ['https', 'face.example', '', 'https://face.example'],
    ['HTTPS', 'Face.Example', '203.0.113.8', 'https://face.example'],
    ['https', 'face.example:443', '203.0.113.8:40001', 'https://face.example'],
    ['https', 'face.example:8443', '[2001:db8::1]:40001', 'https://face.example:8443'],
    ['https', '2001:db8::5', '', 'https://[2001:db8::5]'],
    ['https', '[2001:DB8::5]:8443', '2001:db8::1', 'https://[2001:db8::5]:8443'],
    [' https ', '"face.example"', '', 'https://face.example'],
    // Two trusted proxies in a row: TLS ends at the outer one.
    ['https, http', 'face.example, inner', '203.0.113.8, 10.0.0.1', 'https://face.example'],
    ['https,http,http', 'face.example,a,b', '203.0.113.8,10.0.0.1,10.0.0.2', 'https://face.example'],
    // The first entries are the client's own claims.
    ['ftp, https', 'evil.example, face.example', '192.0.2.1, 203.0.113.8', 'https://face.example'],
    ['x, https, http', 'evil.example, face.example, inner', '192.0.2.1, 203.0.113.8, 10.0.0.1', 'https://face.example'],
    // The inner proxy passes on what the outer one has written.
    ['https', 'face.example', '203.0.113.8, 10.0.0.1', 'https://face.example'],
    ['https, http', 'face.example, inner', '203.0.113.8', 'https://face.example'],
    [', https', ',face.example,', '', 'https://face.example'],
    ['gopher', 'face.example', '', 'invalid_request'],
    ['https', 'a b', '', 'invalid_request'],
    ['https', 'face.example/path', '', 'invalid_request'],
    ['https', 'user@face.example', '', 'invalid_request'],
    ['https', 'face.example:99999', '', 'invalid_request'],
  ];
  for (const [proto, host, clients, url] of cases) {
    const headers: [string, string][] = [
      ['x-forwarded-proto', proto],
      ['x-forwarded-host', host],
      ...(clients === '' ? [] : [['x-forwarded-for', clients] as [string, string]]),
    ];
    t.equal(await told(server.url, headers), url, JSON.stringify([proto, host, clients]));
  }
  const lines: [string, string][] = [
    ['X-Forwarded-Proto', 'https'],
    ['X-Forwarded-Proto', 'http'],
    ['X-Forwarded-Host', 'face.example'],
    ['X-Forwarded-Host', 'inner'],
    ['X-Forwarded-For', '203.0.113.8'],
    ['X-Forwarded-For', '10.0.0.1'],
  ];
  t.equal(await told(server.url, lines), 'https://face.example', 'a list on several lines');
  t.equal(await told(server.url, [['x-forwarded-proto', 'https']]), server.url.replace('http:', 'https:'), 'the host as sent');

  const direct = await startTestServer(t);
  t.equal(await told(direct.url, lines), direct.url, 'a client that is no proxy is not believed');
});

test('the id that a trusted gateway gives a request', async (t) => {
  const trusting = await startTestServer(t, { TRIFACE_TRUST_PROXY: 'loopback' });
  const answered = async (url: string, headers: [string, string][], path = '/health/live') =>
    (await ask(url + path, { headers })).headers.get('x-request-id');
  for (const id of [
    '7f3a9c0b1d2e4f5a6b7c8d9e0f1a2b3c',
    '0b5c1a52-6d10-4a0c-8a3e-1d6f9d8b7e11',
    'Root=1-67891233-abcdef012345678912345678;Self=1-5',
    'x'.repeat(128),
  ])
    for (const path of ['/health/live', '/nothing', discovery, '/api/v3/biometrics/liveness/'])
      t.equal(await answered(trusting.url, [['x-request-id', id]], path), id, `${path}: ${id}`);
  for (const id of ['', 'a b', 'x'.repeat(129), '"quoted"', 'a,b', '<script>', 'ñ'])
    t.match(await answered(trusting.url, [['x-request-id', id]]), uuid, `not an id: ${id.slice(0, 20)}`);
  const twice: [string, string][] = [
    ['X-Request-Id', 'a'],
    ['X-Request-Id', 'b'],
  ];
  t.match(await answered(trusting.url, twice), uuid, 'two ids are none');
  const direct = await startTestServer(t);
  t.match(await answered(direct.url, [['x-request-id', 'mine']]), uuid, 'a client does not choose its id');
});

test('behind the example gateway', { skip: withoutNginx }, async (t) => {
  const folder = temporaryDirectory(t);
  const server = await serve(t, { DATA_DIR: temporaryDirectory(t), LOG_LEVEL: 'info', TRIFACE_TRUST_PROXY: '127.0.0.1' });
  const port = await findPort();
  const url = await startGateway(t, { folder, port, servers: [Number(new URL(server.url).port)] });
  const forged: [string, string][] = [
    ['x-request-id', 'chosen-by-the-client'],
    ['x-forwarded-host', 'evil.example'],
    ['x-forwarded-proto', 'https'],
  ];
  t.equal(await told(url, forged), url, 'the gateway’s own address, with its port');
  const answer = await ask(`${url}/api/v3/biometrics/liveness/`, { headers: forged });
  const id = answer.headers.get('x-request-id')!;
  t.match(id, /^[\da-f]{32}$/, 'nginx’s id in the answer');
  const wait = async (read: () => string) => {
    while (!read().includes(id)) await new Promise((resolve) => setTimeout(resolve, 50));
  };
  await wait(() => readFileSync(join(folder, 'nginx-access.log'), 'utf8'));
  await wait(server.stdout);
  t.pass('and in both logs');
});
