import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Accounts } from '../src/identity/accounts.js';
import { PasswordHasher } from '../src/identity/password-hasher.js';
import { addScan, findScansByNumber } from '../src/scans/scans.js';
import { openStore } from '../src/storage/store.js';
import { unrecorded } from '../test/identity/unrecorded.js';
import { findServerPrograms, makeCluster } from '../test/storage/postgres-cluster.js';
import { fillPostgres } from './fill-postgres.js';
import { fillScans } from './fill-scans.js';

// Contract C's stored scans over HTTP, one client, one request after the other: `node dist/bench/scans.js [count …]` on SQLite,
// with DATABASE=postgres on a PostgreSQL server of its own, which waits for the disk as it does by default.
// p50 and p95 in milliseconds as measured by the client, and the longest delay of the server's event loop.
const counts = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [1000, 100_000, 1_000_000];
const rounds = Number(process.env.ROUNDS ?? 100);
const credentials = { username: 'bench', password: 'bench bench bench' };

const at = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]!;
const shown = (value: number): string => value.toFixed(1).padStart(8);

async function timeAll(task: (round: number) => Promise<unknown>, times: number): Promise<{ p50: number; p95: number }> {
  const taken: number[] = [];
  for (let round = -3; round < times; round++) {
    const start = performance.now();
    await task(round);
    if (round >= 0) taken.push(performance.now() - start);
  }
  taken.sort((a, b) => a - b);
  return { p50: at(taken, 0.5), p95: at(taken, 0.95) };
}

const isPostgres = process.env.DATABASE === 'postgres';

for (const count of counts) {
  const dataDir = mkdtempSync(join(tmpdir(), 'triface-bench-scans-'));
  const cluster = isPostgres
    ? await makeCluster(findServerPrograms()!, { isDurable: true, settings: { shared_buffers: '256MB', max_wal_size: '4GB' } })
    : undefined;
  const databaseUrl = cluster?.url('postgres') ?? '';
  const store = await openStore({ databaseUrl, dataDir });
  const account = await new Accounts({ store, hasher: new PasswordHasher(), changes: unrecorded }).create({
    ...credentials,
    company: 'Bench',
  });
  await store.close();
  const began = performance.now();
  const megabytes = cluster
    ? await fillPostgres(databaseUrl, account, count)
    : await fillScans(dataDir, account, count).then(() => statSync(join(dataDir, 'triface.db')).size / 1e6);
  console.log(`\n${count} scans: ${megabytes.toFixed(0)} MB, filled in ${((performance.now() - began) / 1000).toFixed(0)} s`);

  const reader = await openStore({ databaseUrl, dataDir });
  const ids = (
    await findScansByNumber(
      reader,
      Array.from({ length: 200 }, () => 1 + Math.floor(Math.random() * count)),
    )
  ).map((scan) => scan.id);
  const [sample] = await findScansByNumber(reader, [1]);
  const inserting = await timeAll(() => addScan(reader, sample!), 200);
  await reader.close();

  const server = fork(fileURLToPath(new URL('./server.js', import.meta.url)), {
    stdio: 'inherit',
    env: { ...process.env, DATA_DIR: dataDir, DATABASE_URL: databaseUrl, WORKERS: '1', TRIFACE_SCAN_RETENTION_DAYS: '0' },
  });
  const [{ url }] = (await once(server, 'message')) as [{ url: string }];
  const answer = await fetch(`${url}/realms/triface/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams({ ...credentials, grant_type: 'password', client_id: 'triface' }),
  });
  const headers = { authorization: `Bearer ${((await answer.json()) as { access_token: string }).access_token}` };
  const get = async (path: string): Promise<void> => {
    const response = await fetch(url + path, { headers });
    await response.arrayBuffer();
    if (response.status !== 200) throw new Error(`${path}: HTTP ${response.status}`);
  };
  const last = Math.ceil((count + 203) / 20) - 1;
  const middle = (): number => Math.floor(last * (0.3 + Math.random() * 0.4));
  const list = (page: number | (() => number), query = '') => {
    return () => get(`/v1/face-liveness?page=${typeof page === 'number' ? page : page()}${query}`);
  };
  const cases: [string, (round: number) => Promise<void>, number?][] = [
    ['get by id', (round) => get(`/v1/face-liveness/${ids[Math.max(0, round) % ids.length]}`)],
    ['page 0', list(0)],
    ['last page', list(last)],
    ['a page in the middle (aside)', list(middle), 30],
    ['page 0, createdDate,desc', list(0, '&sort=createdDate,desc')],
    ['last page, createdDate,desc', list(last, '&sort=createdDate,desc')],
    ['page 0, livenessScore,desc', list(0, '&sort=livenessScore,desc')],
    ['last page, livenessScore,desc', list(last, '&sort=livenessScore,desc')],
    ['middle, livenessScore,desc (aside)', list(middle, '&sort=livenessScore,desc'), 30],
    ['page 0, eyeClosed,asc', list(0, '&sort=eyeClosed,asc')],
    ['last page, eyeClosed,asc', list(last, '&sort=eyeClosed,asc')],
    ['reference=… (aside)', (round) => get(`/v1/face-liveness?reference=order%20${Math.max(0, round) % Math.floor(count / 3)}`)],
    ['result=Spoof, page 0 (aside)', list(0, '&result=Spoof'), 30],
    ['result=Spoof, page 0, createdDate,desc (aside)', list(0, '&result=Spoof&sort=createdDate,desc'), 30],
    ['one day, page 0 (aside)', list(0, `&createdFrom=${new Date(Date.now() - 86_400_000).toISOString()}`), 30],
    ['two fields: result,asc livenessScore,desc (aside)', list(0, '&sort=result,asc&sort=livenessScore,desc'), 5],
  ];
  console.log(`${''.padEnd(52)}     p50      p95   loop max (ms)`);
  console.log(`${'store a scan (addScan, fsync)'.padEnd(52)}${shown(inserting.p50)} ${shown(inserting.p95)}`);
  for (const [name, task, times = rounds] of cases) {
    server.send('reset');
    const { p50, p95 } = await timeAll(task, times);
    const delay = once(server, 'message');
    server.send('read');
    const [{ max }] = (await delay) as [{ max: number }];
    console.log(`${name.padEnd(52)}${shown(p50)} ${shown(p95)} ${shown(max)}`);
  }
  server.send('reset');
  const start = performance.now();
  await get('/v1/face-liveness/export?format=csv');
  const delay = once(server, 'message');
  server.send('read');
  const [{ max }] = (await delay) as [{ max: number }];
  console.log(`${'export of all as CSV, once'.padEnd(52)}${shown(performance.now() - start)} ${''.padEnd(8)} ${shown(max)}`);
  server.send('stop');
  await once(server, 'exit');
  await cluster?.remove();
  rmSync(dataDir, { recursive: true, force: true });
}
