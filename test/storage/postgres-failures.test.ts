import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { type Test, test } from 'tap';
import { openStore } from '../../src/storage/store.js';
import { takeTurn, transact } from '../../src/storage/transaction.js';
import { settlesWithin } from '../settles-within.js';
import { testPostgres, withoutPostgres } from './databases.js';
import { execute } from './execute.js';
import { findServerPrograms, makeCluster } from './postgres-cluster.js';

const programs = findServerPrograms();
const ownServer = { skip: programs === undefined ? withoutPostgres || 'no PostgreSQL server to stop here' : false };

async function open(t: Test, databaseUrl: string, poolSize?: number) {
  const store = await openStore({ databaseUrl, dataDir: '', ...(poolSize && { poolSize }) });
  t.teardown(() => store.close());
  return store;
}

test('a server that stops and restarts under open stores', ownServer, async (t) => {
  const cluster = await makeCluster(programs!);
  t.teardown(() => cluster.remove());
  const store = await open(t, cluster.url('postgres'));
  // several connections, idle
  await Promise.all(Array.from({ length: 6 }, () => sql`select pg_sleep(0.05)`.execute(store.db)));
  await store.readAside(store.db.selectFrom('scans').select('number'));
  const inMiddle = store.db
    .transaction()
    .execute(async (db) => {
      await db.insertInto('companies').values({ id: 'lost', name: 'lost', createdAt: 1 }).execute();
      await cluster.stop();
      // the connection breaks between two statements, where nothing awaits it
      await sleep(100);
      await db.selectFrom('companies').selectAll().execute();
    })
    .catch((error: Error) => error);
  t.ok((await inMiddle) instanceof Error);
  for (let i = 0; i < 3; i++) {
    const error = await store.check().catch((reason: Error) => reason);
    t.type(error, Error);
    t.notMatch(error?.message, /does not answer/, 'at once, not at the deadline');
  }
  await t.rejects(store.readAside(store.db.selectFrom('scans').select('number')));
  await cluster.start();
  await store.check();
  t.same(await store.readAside(store.db.selectFrom('scans').select('number')), []);
  t.same(await store.db.selectFrom('companies').selectAll().execute(), [], 'what was not committed is not there');
});

test('a server that does not answer is given up in time', ownServer, async (t) => {
  const cluster = await makeCluster(programs!);
  t.teardown(() => cluster.remove());
  const states: boolean[] = [];
  const watch = { onChange: ({ isUp }: { isUp: boolean }) => states.push(isUp) };
  const store = await openStore({ databaseUrl: cluster.url('postgres'), dataDir: '' }, { watch });
  t.teardown(() => store.close());
  // the probe waits for a lock
  const holder = await open(t, cluster.url('postgres'));
  await holder.db.transaction().execute(async (db) => {
    await sql`lock table companies in access exclusive mode`.execute(db);
    const began = Date.now();
    const check = store.check();
    check.catch(() => {});
    t.ok(await settlesWithin(check, 6000), 'within seconds');
    await t.rejects(check, { name: 'UnavailableError', message: /^the database does not answer within/ });
    const taken = Date.now() - began;
    t.ok(taken > 1000, `${taken} ms`);
    const next = Date.now();
    await t.rejects(store.db.selectFrom('scans').select('id').execute(), { name: 'UnavailableError' });
    t.ok(Date.now() - next < 1000, 'at once, although this table is free');
  });
  await store.check();
  t.same(states, [false, true]);
});

testPostgres('closing twice is allowed, and nothing is answered afterwards', async (t, databaseUrl) => {
  const store = await open(t, databaseUrl);
  await store.close();
  await store.close();
  await t.rejects(store.check());
  await t.rejects(store.readAside(store.db.selectFrom('scans').select('number')), { name: 'BusyError', reason: 'closed' });
});

testPostgres('the pool has its size, reads aside included', async (t, databaseUrl) => {
  const store = await open(t, databaseUrl, 4);
  const seconds = sql<{ n: number }>`select 1 as n from pg_sleep(0.3)`;
  const counted = Promise.all([
    ...Array.from({ length: 12 }, () => seconds.execute(store.db)),
    // a connection for each lane
    ...Array.from({ length: 4 }, (_, i) =>
      store.readAside({ compile: () => seconds.compile(store.db) }, '', i % 2 === 0 ? 'short' : 'long'),
    ),
  ]);
  await sleep(200);
  await execute(databaseUrl, 'select 1');
  const watcher = await open(t, databaseUrl);
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from pg_stat_activity
    where datname = current_database() and application_name = 'triface' and query like '%pg_sleep(0.3)%' and pid <> pg_backend_pid()
  `.execute(watcher.db);
  t.equal(rows[0]?.count, 4);
  await counted;
});

testPostgres('transactions that deadlock are run again, one after the other', async (t, databaseUrl) => {
  const [one, two] = [await open(t, databaseUrl), await open(t, databaseUrl)];
  for (const id of ['a', 'b']) await one.db.insertInto('companies').values({ id, name: id, createdAt: 1 }).execute();
  let runs = 0;
  let updated = 0;
  const crossed = (store: typeof one, order: readonly string[]) =>
    transact(store.db, async (db) => {
      runs++;
      for (const id of order) {
        await sql`update companies set name = name || '.' where id = ${id}`.execute(db);
        updated++;
        // each holds its first row before either requests its second
        while (updated < 2) await sleep(5);
      }
    });
  await Promise.all([crossed(one, ['a', 'b']), crossed(two, ['b', 'a'])]);
  t.ok(runs >= 3, 'one of them again');
  const names = await one.db.selectFrom('companies').select('name').orderBy('id').execute();
  t.same(names, [{ name: 'a..' }, { name: 'b..' }], 'each once in effect');

  let inside = 0;
  const turn = (store: typeof one) =>
    transact(store.db, async (db) => {
      await takeTurn(db, 'accounts');
      t.equal(++inside, 1);
      await sleep(20);
      inside--;
    });
  await Promise.all([turn(one), turn(two), turn(one), turn(two)]);
});

test('TLS as the URL says', ownServer, async (t) => {
  const directory = t.testdir();
  const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
  execFileSync(
    'openssl',
    // biome-ignore format: one line
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'],
    { stdio: 'ignore' },
  );
  const port = await findFreePort();
  const cluster = await makeCluster(programs!, {
    settings: {
      listen_addresses: '127.0.0.1',
      port: String(port),
      ssl: 'on',
      ssl_cert_file: 'cert.pem',
      ssl_key_file: 'key.pem',
    },
    prepare: (data, own) => {
      for (const name of ['key.pem', 'cert.pem']) {
        execFileSync('install', ['-m', '600', join(directory, name), join(data, name)]);
        own(join(data, name));
      }
    },
  });
  t.teardown(() => cluster.remove());
  const isEncrypted = async (parameters: string, host = 'localhost') => {
    const store = await openStore({ databaseUrl: `postgres://postgres@${host}:${port}/postgres${parameters}`, dataDir: '' });
    const { rows } = await sql<{ ssl: boolean }>`select ssl from pg_stat_ssl where pid = pg_backend_pid()`.execute(store.db);
    await store.close();
    return rows[0]?.ssl;
  };
  t.equal(await isEncrypted(''), false);
  t.equal(await isEncrypted('?sslmode=disable'), false);
  t.equal(await isEncrypted('?sslmode=require'), true, 'for any certificate');
  t.equal(await isEncrypted(`?sslmode=verify-full&sslrootcert=${cert}`), true);
  t.equal(await isEncrypted(`?sslmode=verify-ca&sslrootcert=${cert}`, '127.0.0.1'), true, 'for any host name');
  await t.rejects(isEncrypted('?sslmode=verify-full'), { name: 'StoreError', message: /self-signed certificate/ });
  await t.rejects(isEncrypted(`?sslmode=verify-full&sslrootcert=${cert}`, '127.0.0.1'), {
    name: 'StoreError',
    message: /IP: 127/,
  });
});

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
