import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { Accounts } from '../../../src/identity/accounts.js';
import { ClientOrigins, indexOrigins } from '../../../src/identity/openid/client-origins.js';
import { OpenIdClients } from '../../../src/identity/openid/clients.js';
import { PasswordHasher } from '../../../src/identity/password-hasher.js';
import { openStore } from '../../../src/storage/store.js';
import { temporaryDirectory } from '../../helper.js';
import { unrecorded } from '../unrecorded.js';

const client = (id: string, redirectUris: string[], webOrigins: string[] = []) => ({
  ...{ id, redirectUris, webOrigins },
  ...{ secretHash: undefined, grants: ['authorization_code'] as const, requiresPkce: true, accountId: undefined },
});

test('origins of clients', async (t) => {
  const origins = indexOrigins([
    client(
      'portal',
      ['https://portal.example/*', 'https://Shop.example:443/cb'],
      ['https://app.example', 'http://lan.example:81'],
    ),
    client('local', ['http://localhost:3000/cb', 'https://localhost:8443/cb'], ['http://127.0.0.1:4000']),
    client('native', ['com.example.app:/cb', 'myapp://host/cb'], ['*', '+', 'null', '']),
  ]);
  for (const origin of [
    ...['https://portal.example', 'https://shop.example', 'https://app.example', 'http://lan.example:81'],
    ...['http://localhost', 'http://localhost:1', 'http://localhost:65535', 'https://localhost:8443', 'http://127.0.0.1:4000'],
  ])
    t.ok(origins.has(origin), origin);
  for (const origin of [
    ...['null', '*', '', 'https://', 'file://', 'com.example.app:', 'com.example.app://', 'myapp://host'],
    ...['http://portal.example', 'https://portal.example:444', 'https://portal.example.', 'https://portal.example/'],
    ...[
      'https://PORTAL.example',
      'https://portal.example:443',
      'https://a.portal.example',
      'https://portal.example.evil.example',
    ],
    ...[
      'https://portal.example@evil.example',
      'https://portal.example, https://evil.example',
      'https://portal.example https://a',
    ],
    ...[
      'http://localhost:80',
      'http://localhost:70000',
      'http://localhost.evil.example',
      'https://localhost',
      'http://[::1]:3000',
    ],
    ...[
      'http://127.0.0.1',
      'http://127.0.0.1:4001',
      'http://127.1:4000',
      'http://localhost:3000@evil.example',
      'http://lan.example',
    ],
  ])
    t.notOk(origins.has(origin), origin);
  t.ok(origins.has('https://portal.example', 'portal'));
  t.notOk(origins.has('https://portal.example', 'local'), 'another client’s');
  t.notOk(origins.has('https://portal.example', 'native'));
  t.ok(origins.has('https://portal.example', 'unknown'), 'without a client, all count');
});

test('one query at a time, and one per second', async (t) => {
  const store = await openStore({ databaseUrl: '', dataDir: temporaryDirectory(t) });
  t.teardown(() => store.close());
  const accounts = new Accounts({ store, hasher: new PasswordHasher(), changes: unrecorded });
  const clients = new OpenIdClients({ store, accounts });
  let queries = 0;
  const list = () => {
    queries++;
    return clients.list();
  };
  const origins = new ClientOrigins({ list }, (error) => t.error(error));
  const began = performance.now();
  for (let i = 0; i < 20; i++) await Promise.all(Array.from({ length: 100 }, () => origins.read()));
  t.ok(queries <= 1 + (performance.now() - began) / 1000, `${queries} queries`);
  t.ok(origins.current.has('http://localhost:1234'), 'the built-in client’s');
  await clients.add({ id: 'new', isConfidential: false, grants: ['authorization_code'], redirectUris: ['https://new.example/'] });
  while (!(await origins.read()).has('https://new.example')) await sleep(20);
  await store.close();
  const reported: unknown[] = [];
  const failing = new ClientOrigins({ list }, (error) => reported.push(error));
  t.notOk((await failing.read()).has('https://new.example'), 'a list that cannot be read is reported, and rejects nothing');
  t.equal(reported.length, 1);
});
