import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { ask } from '../contracts/clients.js';
import { startTestServer, temporaryDirectory } from '../helper.js';
import { findPort, startGateway, withoutNginx } from '../replicas/gateway.js';

test('behind nginx with the shipped example', { skip: withoutNginx }, async (t) => {
  const server = await startTestServer(t, { TRIFACE_TRUST_PROXY: '127.0.0.1' });
  const folder = temporaryDirectory(t);
  const port = await findPort();
  const gateway = await startGateway(t, { folder, port, servers: [Number(new URL(server.url).port)] });
  const claims = {
    'x-request-id': 'of-the-client',
    'x-forwarded-for': '203.0.113.8',
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'https',
  };
  const discovery = await ask(`${gateway}/realms/triface/.well-known/openid-configuration`, { headers: claims });
  t.equal(discovery.json.issuer, `http://127.0.0.1:${port}/realms/triface`, 'the URL that the client used');
  const id = discovery.headers.get('x-request-id') ?? '';
  t.match(id, /^[\da-f]{32}$/, 'the id of nginx');
  const readLog = () => readFileSync(join(folder, 'nginx-access.log'), 'utf8');
  while (!readLog().includes('openid-configuration')) await sleep(20);
  t.ok(readLog().includes(` ${id}\n`), 'as in the log of nginx');
});
