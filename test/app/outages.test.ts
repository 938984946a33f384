import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Libsql from 'libsql';
import { Client } from 'pg';
import { type Test, test } from 'tap';
import { parse } from 'yaml';
import { findInstallation } from '../../src/base/installation.js';
import { type Answer, ask, leaks } from '../contracts/clients.js';
import { selfie } from '../fixtures/pictures.js';
import { form, startTestServer, type TestServer, temporaryDirectory } from '../helper.js';
import { withoutPostgres } from '../storage/databases.js';
import { execute } from '../storage/execute.js';
import { type Cluster, type ClusterOptions, findServerPrograms, makeCluster } from '../storage/postgres-cluster.js';

const programs = findServerPrograms();
const skip = programs === undefined ? withoutPostgres || 'no PostgreSQL server to stop here' : false;
const withoutMount = process.getuid?.() !== 0 ? 'only root can mount a small disk' : false;
const DEADLINE_MS = 10_000;

/** Routes that need no database. */
const independent =
  /^(get \/metrics|get \/health\/|get \/realms\/\{realm\}($|\/\.well-known|\/protocol\/openid-connect\/certs)|get \/triface\/v1\/capture\/keys|post \/realms\/\{realm\}\/protocol\/openid-connect\/auth$)/;

/** A request of each route in openapi.yaml, with credentials that were good before. */
async function makeRequests(server: TestServer) {
  const { paths } = parse(readFileSync(join(findInstallation(), 'openapi.yaml'), 'utf8')) as {
    paths: Record<string, Record<string, unknown>>;
  };
  const picture = await selfie();
  const api = { authorization: `Bearer ${await server.apiToken()}` };
  const bearer = { authorization: `Bearer ${await server.bearerToken()}` };
  const basic = { authorization: server.basic };
  const login = { username: server.user, password: server.password };
  const { refresh } = (await ask(`${server.url}/api/token/`, { method: 'POST', body: new URLSearchParams(login) })).json;
  const grantForm = { grant_type: 'password', client_id: 'triface', ...login };
  const tokenUrl = `${server.url}/realms/triface/protocol/openid-connect/token`;
  const grant = (await ask(tokenUrl, { method: 'POST', body: new URLSearchParams(grantForm) })).json;
  const bodyOf = (path: string): { body?: RequestInit['body']; headers?: Record<string, string> } => {
    if (path === '/api/token') return { body: new URLSearchParams(login) };
    if (path === '/api/token/refresh') return { body: new URLSearchParams({ refresh }) };
    if (path === '/api/v1/face/liveness')
      return {
        body: JSON.stringify({ faceImageBase: picture.toString('base64') }),
        headers: { ...basic, 'content-type': 'application/json' },
      };
    if (path.endsWith('/openid-connect/token')) return { body: new URLSearchParams(grantForm) };
    if (/\/openid-connect\/(revoke|logout|token\/introspect)$/.test(path))
      return {
        body: new URLSearchParams({ client_id: 'triface', token: grant.refresh_token, refresh_token: grant.refresh_token }),
      };
    if (path.startsWith('/realms')) return { headers: bearer };
    if (path.startsWith('/api/'))
      return {
        body: form({ selfie: picture, image: picture, citizen_id: 'c', name: 'n', dni: picture, document: picture }),
        headers: api,
      };
    if (path.endsWith('/compare_face'))
      return { body: form({ channel: 'WEB', reference: 'r', file1: picture, file2: picture }), headers: bearer };
    if (/check_liveness$/.test(path)) return { body: form({ channel: 'WEB', reference: 'r', file: picture }), headers: bearer };
    if (/face-liveness/.test(path))
      return { body: '{"result":"Real"}', headers: { ...bearer, 'content-type': 'application/json' } };
    return { body: form({ image: picture }), headers: basic };
  };
  const authorize = new URLSearchParams({
    ...{ client_id: 'triface', response_type: 'code', redirect_uri: 'http://127.0.0.1:9/callback', scope: 'openid' },
    ...{ code_challenge: 'c'.repeat(43), code_challenge_method: 'S256' },
  });
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({
      name: `${method} ${path}`,
      send: (): Promise<Answer> => {
        const at = path.replace('{realm}', 'triface').replace(/\{\w+\}/g, '1');
        const { body, headers } = bodyOf(path);
        return ask(`${server.url}${at}${path.endsWith('/auth') ? `?${authorize}` : ''}`, {
          method: method.toUpperCase(),
          redirect: 'manual',
          ...(method === 'get' || method === 'delete' || body === undefined ? {} : { body }),
          headers: Object.fromEntries(
            Object.entries(headers ?? {}).filter(([name]) => method === 'put' || method === 'post' || name !== 'content-type'),
          ),
        });
      },
    })),
  );
}

/** Compares an answer with the form that its contract gives to 503. */
function hasItsShape(name: string, { json, text, headers }: Answer): boolean {
  if (leaks.test(text) || /ECONN|postgres|triface-pg/i.test(text)) return false;
  const path = name.split(' ')[1]!;
  if (path === '/api/v1/face/liveness') return json?.hasError === true && json.error === 'INTERNAL_ERROR';
  if (path.startsWith('/api/')) return typeof json?.detail === 'string' && !('valid' in json);
  if (path.startsWith('/realms/'))
    return headers.get('content-type')?.startsWith('text/html')
      ? text.includes('temporarily_unavailable')
      : json?.error === 'temporarily_unavailable';
  if (/liveness|compare_face/.test(path))
    return json?.status === 503 && json.error === 'Service Unavailable' && json.path !== undefined;
  return json?.error === 'unavailable' && typeof json.message === 'string';
}

/** Walks over all routes during an outage, and afterwards uses the same server again. */
async function walk(
  t: Test,
  server: TestServer,
  { begin, end }: { readonly begin: () => Promise<unknown> | unknown; readonly end: () => Promise<unknown> | unknown },
): Promise<void> {
  const requests = await makeRequests(server);
  t.ok(requests.length > 50, `${requests.length} routes`);
  const before = await ask(`${server.url}/health/ready`);
  t.equal(before.status, 200, before.text);
  await begin();
  const timed = async ({ name, send }: (typeof requests)[number]) => {
    const began = performance.now();
    const answer = await send();
    return { name, answer, ms: performance.now() - began };
  };
  for (let round = 0; round < 2; round++) {
    const wrong: string[] = [];
    for (const { name, answer, ms } of await Promise.all(requests.map(timed))) {
      const isRight = independent.test(name)
        ? answer.status === (name.endsWith('/ready') ? 503 : 200)
        : answer.status === 503 && /^\d+$/.test(answer.headers.get('retry-after') ?? '') && hasItsShape(name, answer);
      if (!isRight || ms > DEADLINE_MS) wrong.push(`${name}: ${answer.status} ${answer.text.slice(0, 120)} ${Math.round(ms)} ms`);
    }
    t.same(wrong, []);
  }
  // Pages of other origins learn what is wrong. Which origins are allowed was known before.
  const list = `${server.url}/v1/face-liveness`;
  const origin = 'http://localhost:5173';
  const preflight = await ask(list, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'GET' } });
  t.equal(preflight.status, 204, preflight.text);
  const login = { grant_type: 'password', client_id: 'triface', username: server.user, password: server.password };
  const token = await ask(`${server.url}/realms/triface/protocol/openid-connect/token`, {
    ...{ method: 'POST', headers: { origin }, body: new URLSearchParams(login) },
  });
  t.same([token.status, token.headers.get('access-control-allow-origin')], [503, origin]);
  const began = performance.now();
  t.match(await ask(`${server.url}/health/ready`), {
    status: 503,
    json: { status: 'down', checks: { database: 'down', models: 'up' } },
  });
  t.ok(performance.now() - began < 4000, 'readiness answers quickly');
  await end();
  const back = performance.now();
  let ready: Answer;
  do {
    await sleep(100);
    ready = await ask(`${server.url}/health/ready`);
  } while (ready.status !== 200 && performance.now() - back < 20_000);
  t.equal(ready.status, 200, ready.text);
  const picture = await selfie();
  const api = { authorization: `Bearer ${await server.apiToken()}` };
  const again = await ask(`${server.url}/api/v3/biometrics/liveness/`, {
    method: 'POST',
    body: form({ selfie: picture }),
    headers: api,
  });
  t.equal(again.text, '{"valid":true}', 'and the server goes on');
}

async function onPostgres(t: Test, options: ClusterOptions = {}): Promise<{ cluster: Cluster; server: TestServer }> {
  const cluster = await makeCluster(programs!, options);
  t.teardown(() => cluster.remove());
  await execute(
    cluster.url('postgres'),
    'create role triface login; alter database postgres owner to triface; grant all on schema public to triface',
  );
  const url = cluster.url('postgres').replace('user=postgres', 'user=triface');
  const server = await startTestServer(t, { DATABASE_URL: url, TRIFACE_DEADLINE_MS: `${DEADLINE_MS}` });
  return { cluster, server };
}

test('PostgreSQL is stopped', { skip }, async (t) => {
  const { cluster, server } = await onPostgres(t);
  await walk(t, server, { begin: () => cluster.stop(), end: () => cluster.start() });
});

test('PostgreSQL is frozen: it accepts connections and answers nothing', { skip }, async (t) => {
  const { cluster, server } = await onPostgres(t);
  await walk(t, server, { begin: () => cluster.signal('SIGSTOP'), end: () => cluster.signal('SIGCONT') });
});

test('PostgreSQL becomes read-only', { skip }, async (t) => {
  const { cluster, server } = await onPostgres(t);
  const set = async (value: string): Promise<void> => {
    await execute(cluster.url('template1'), `alter system set default_transaction_read_only = ${value}`);
    await execute(cluster.url('template1'), 'select pg_reload_conf()');
    await sleep(1500);
  };
  await walk(t, server, {
    begin: () => set('on'),
    end: async () => {
      const client = new Client({ connectionString: cluster.url('template1') });
      await client.connect();
      await client.query('set transaction_read_only = off');
      await client.query('alter system reset default_transaction_read_only');
      await client.query('select pg_reload_conf()');
      await client.end();
    },
  });
});

test('PostgreSQL becomes a standby', { skip }, async (t) => {
  const { cluster, server } = await onPostgres(t);
  const signal = join(cluster.data, 'standby.signal');
  await walk(t, server, {
    begin: async () => {
      await cluster.stop();
      writeFileSync(signal, '');
      await cluster.start();
      await sleep(1500);
    },
    end: async () => {
      await cluster.stop();
      rmSync(signal);
      await cluster.start();
    },
  });
});

test('PostgreSQL has no connection left', { skip }, async (t) => {
  const { cluster, server } = await onPostgres(t, { settings: { max_connections: '20' } });
  const others: Client[] = [];
  let isOver = false;
  /** Takes every connection that clients may have: 20 less the 3 that are reserved for superusers. */
  const hold = async () => {
    while (!isOver && others.length < 17) {
      const other = new Client({
        connectionString: cluster.url('template1').replace('user=postgres', 'user=triface'),
        application_name: 'other',
      });
      other.on('error', () => {});
      try {
        await other.connect();
        others.push(other);
      } catch {
        // The server has some. Once they are ended it may be the first to connect again.
        await execute(
          cluster.url('template1'),
          "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'triface' and application_name <> 'other'",
        );
      }
    }
  };
  await walk(t, server, {
    begin: hold,
    end: async () => {
      isOver = true;
      await Promise.all(others.map((other) => other.end()));
    },
  });
});

/** A file system of its own. */
function mountSmallDisk(t: Test, size: string): string {
  const place = temporaryDirectory(t);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=777`, 'tmpfs', place]);
  t.teardown(() => spawnSync('umount', ['-l', place]));
  return place;
}

/** Fills a file system. @returns a function that gives the space back */
function fill(place: string): () => void {
  const file = join(place, 'filler');
  spawnSync('dd', ['if=/dev/zero', `of=${file}`, 'bs=4k'], { stdio: 'ignore' });
  return () => rmSync(file);
}

test('the disk of PostgreSQL is full', { skip: skip || withoutMount }, async (t) => {
  const disk = mountSmallDisk(t, '220m');
  const { server } = await onPostgres(t, { parent: disk, settings: { max_wal_size: '64MB', wal_recycle: 'off' } });
  let free = () => {};
  await walk(t, server, {
    begin: async () => {
      free = fill(disk);
      // The first write that finds no space is noticed with it, or by a probe.
      for (const deadline = Date.now() + 40_000; Date.now() < deadline; await sleep(300))
        if ((await ask(`${server.url}/health/ready`)).status !== 200) return;
    },
    end: () => free(),
  });
});

const onSqlite = (t: Test, place: string): Promise<TestServer> =>
  startTestServer(t, { DATABASE_URL: `file:${join(place, 'triface.db')}`, TRIFACE_DEADLINE_MS: `${DEADLINE_MS}` });

test('the disk of SQLite is full', { skip: withoutMount }, async (t) => {
  const disk = mountSmallDisk(t, '16m');
  const server = await onSqlite(t, disk);
  let free = () => {};
  await walk(t, server, {
    begin: async () => {
      const api = { authorization: `Bearer ${await server.apiToken()}` };
      const picture = await selfie();
      free = fill(disk);
      // What is written fits into the existing files for a while.
      for (const deadline = Date.now() + 40_000; Date.now() < deadline; ) {
        const body = form({ selfie: picture });
        const { status } = await ask(`${server.url}/api/v3/biometrics/liveness/`, { method: 'POST', body, headers: api });
        if (status !== 200) return t.equal(status, 503, 'the first request that cannot be stored');
      }
    },
    end: () => free(),
  });
});

test('another process locks SQLite', async (t) => {
  const place = temporaryDirectory(t);
  const server = await onSqlite(t, place);
  const other = new Libsql(join(place, 'triface.db'));
  t.teardown(() => other.close());
  await walk(t, server, {
    begin: async () => {
      other.exec('begin exclusive');
      for (const deadline = Date.now() + 40_000; Date.now() < deadline; await sleep(300))
        if ((await ask(`${server.url}/health/ready`)).status !== 200) return;
    },
    end: () => other.exec('rollback'),
  });
});

test('the file of SQLite is replaced', async (t) => {
  const place = temporaryDirectory(t);
  const server = await onSqlite(t, place);
  const file = join(place, 'triface.db');
  const kept = join(place, 'kept.db');
  await walk(t, server, {
    begin: async () => {
      execFileSync('mv', [file, kept]);
      writeFileSync(file, '');
      await sleep(1500);
    },
    end: () => execFileSync('mv', [kept, file]),
  });
});
