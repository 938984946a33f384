import { spawn } from 'node:child_process';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { Client } from 'pg';
import { type Test, test } from 'tap';
import { openStore } from '../../src/storage/store.js';
import { paths, post } from '../contracts/clients.js';
import { selfie } from '../fixtures/pictures.js';
import { form, startTestServer, temporaryDirectory } from '../helper.js';
import { findPort } from '../replicas/gateway.js';
import { execute } from './execute.js';
import { type Cluster, findServerPrograms, makeCluster } from './postgres-cluster.js';

const programs = findServerPrograms();
const pgbouncer = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer'].find((path) => existsSync(path));
const skip =
  programs === undefined || pgbouncer === undefined ? 'no PostgreSQL or PgBouncer here: install postgresql and pgbouncer' : false;

/** PgBouncer in transaction mode with its defaults, in front of a cluster. @returns the URL of a database behind it */
async function pool(t: Test, cluster: Cluster, connections = 3): Promise<string> {
  const folder = temporaryDirectory(t);
  chmodSync(folder, 0o777);
  const port = await findPort();
  const host = new URL(cluster.url('postgres').replace('postgres:///', 'postgres://x/')).searchParams.get('host');
  const file = join(folder, 'pgbouncer.ini');
  writeFileSync(
    file,
    `[databases]\n* = host=${host} port=5432 user=postgres\n[pgbouncer]\nlisten_addr=127.0.0.1\nlisten_port=${port}\nunix_socket_dir=\n` +
      `auth_type=any\npool_mode=transaction\ndefault_pool_size=${connections}\nlogfile=${folder}/log\npidfile=${folder}/pid\n`,
  );
  const as = process.getuid?.() === 0 ? ['--reuid', 'postgres', '--regid', 'postgres', '--clear-groups'] : [];
  const child = spawn('setpriv', [...as, '--pdeathsig', 'SIGKILL', '--', pgbouncer!, file], { stdio: 'ignore' });
  t.teardown(() => child.kill('SIGKILL'));
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  for (let i = 0; ; i++) {
    const ended = await execute(url, 'select 1').then(
      () => true,
      (error: Error) => {
        if (i > 100) throw error;
        return false;
      },
    );
    if (ended) return url;
    await sleep(50);
  }
}

test('PgBouncer in transaction mode', { skip }, async (t) => {
  const cluster = await makeCluster(programs!);
  t.teardown(() => cluster.remove());
  const url = await pool(t, cluster);
  // the migrations of an empty database, by three at once
  const stores = await Promise.all([1, 2, 3].map(() => openStore({ databaseUrl: url, dataDir: '' })));
  for (const store of stores) t.teardown(() => store.close());
  const [store] = stores as [(typeof stores)[number]];
  const { db } = store;
  const client = new Client({ connectionString: cluster.url('postgres') });
  await client.connect();
  t.teardown(() => client.end());
  const locks = async () =>
    Number((await client.query("select count(*) from pg_locks where locktype = 'advisory'")).rows[0].count);
  t.equal(await locks(), 0, 'the lock of the migrations is gone');

  const limit = (name: string) => sql<{ value: string }>`select current_setting(${name}) as value`;
  const read = async (on: typeof db, name: string) => (await limit(name).execute(on)).rows[0]!.value;
  for (let i = 0; i < 5; i++) t.equal(await read(db, 'statement_timeout'), '30s', 'a statement by itself has its limit');
  await db.transaction().execute(async (transaction) => {
    t.equal(await read(transaction, 'statement_timeout'), '30s');
    t.equal(await read(transaction, 'idle_in_transaction_session_timeout'), '30s');
    t.equal(await read(transaction, 'lock_timeout'), '8s');
  });
  t.equal((await store.readAside({ compile: () => limit('transaction_read_only').compile(db) }))[0]!.value, 'on');
  const other = new Client({ connectionString: url });
  await other.connect();
  for (let i = 0; i < 5; i++)
    t.match((await other.query('show statement_timeout')).rows, [{ statement_timeout: '0' }], 'other clients have their own');
  await other.end();

  // a limit that is in force, in the session's own words
  await t.rejects(
    db.transaction().execute(async (transaction) => {
      await sql`set local statement_timeout = 100`.execute(transaction);
      await sql`select pg_sleep(5)`.execute(transaction);
    }),
    { name: 'UnavailableError' },
  );
  await t.rejects(sql`select 1 / 0`.execute(db), { code: '22012' }, 'errors stay what they are');
  await Promise.all(
    Array.from({ length: 40 }, (_, i) =>
      i % 2 === 0
        ? db
            .insertInto('companies')
            .values({ id: `${i}`, name: `${i}`, createdAt: i })
            .execute()
        : store.readAside(db.selectFrom('companies').select('id')),
    ),
  );
  t.equal((await db.selectFrom('companies').select('id').execute()).length, 20);

  // a process that dies during its migrations leaves nothing that others wait for
  const dying = new Client({ connectionString: url });
  dying.on('error', () => {});
  await dying.connect();
  await dying.query('begin');
  await dying.query('select pg_advisory_xact_lock(3853314791062309107)');
  (dying as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
  const began = Date.now();
  const late = await openStore({ databaseUrl: url, dataDir: '' });
  t.ok(Date.now() - began < 5000);
  await late.close();

  const server = await startTestServer(t, { DATABASE_URL: url });
  const answer = await post(server.url + paths.apptenticate, form({ selfie: await selfie() }), {
    authorization: `Bearer ${await server.apiToken()}`,
  });
  t.equal(answer.text, '{"valid":true}');
});

test('a direct connection asks for nothing at its start, has its limits and the options of its URL', { skip }, async (t) => {
  const cluster = await makeCluster(programs!);
  t.teardown(() => cluster.remove());
  const store = await openStore({ databaseUrl: `${cluster.url('postgres')}&options=-c%20work_mem%3D5MB`, dataDir: '' });
  t.teardown(() => store.close());
  const { rows } = await sql<Record<string, string>>`select current_setting('statement_timeout') as a,
    current_setting('lock_timeout') as b, current_setting('idle_in_transaction_session_timeout') as c,
    current_setting('jit') as d, current_setting('work_mem') as e`.execute(store.db);
  t.same(rows, [{ a: '30s', b: '8s', c: '30s', d: 'off', e: '5MB' }]);
});

test('a server opens the documented number of connections, and one too many gets a message', { skip }, async (t) => {
  const cluster = await makeCluster(programs!, { settings: { max_connections: '30' } });
  t.teardown(() => cluster.remove());
  const pictures = form({ selfie: await selfie() });
  const server = await startTestServer(t, { DATABASE_URL: cluster.url('postgres'), TRIFACE_DATABASE_POOL: '4' });
  const api = { authorization: `Bearer ${await server.apiToken()}` };
  await Promise.all(Array.from({ length: 30 }, () => post(server.url + paths.apptenticate, pictures, api)));
  const count = async () => {
    const client = new Client({ connectionString: cluster.url('postgres') });
    await client.connect();
    const { rows } = await client.query("select count(*) from pg_stat_activity where application_name = 'triface'");
    await client.end();
    return Number(rows[0].count);
  };
  // without persons there are no template threads yet
  t.ok((await count()) <= 4 + 1, `${await count()} connections`);
  const { text } = await fetch(`${server.url}/metrics`).then(async (response) => ({ text: await response.text() }));
  t.match(text, /^triface_database_connections_limit 6$/m, 'the pool, the watch and one template thread');

  await execute(cluster.url('postgres'), 'create role small login connection limit 0');
  const small = cluster.url('postgres').replace('user=postgres', 'user=small');
  await t.rejects(openStore({ databaseUrl: small, dataDir: '', poolSize: 7 }, { connections: 9 }), {
    name: 'StoreError',
    message: /it has no free connection \(.*\), and this server opens up to 9\. Stop another server, lower TRIFACE_DATABASE_POOL/,
  });
});
