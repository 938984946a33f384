import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { Accounts } from '../src/identity/accounts.js';
import { PasswordHasher } from '../src/identity/password-hasher.js';
import { openStore } from '../src/storage/store.js';
import { selfie } from '../test/fixtures/pictures.js';
import { unrecorded } from '../test/identity/unrecorded.js';

// Overload by one account while another sends a picture per second: `npm run bench:overload -- [seconds] [multiple …]`, for example
// `-- 60 10 20`. The flood is contract B at so many times the capacity measured before, without a pause after a 503. The generators
// run on the same cores as the server, so all times are longer, and the flood may stay below its rate: the attained one is printed.
const seconds = Number(process.argv[2] ?? 15);
const multiples = process.argv.length > 3 ? process.argv.slice(3).map(Number) : [20];
const cores = availableParallelism();
/** Connections of the flood at most. */
const mostConnections = 512;
/** milliseconds between two requests of the small account, and between two of the orchestrator */
const interval = 1000;

interface ServerUse {
  readonly max: number;
  readonly cpuSeconds: number;
  readonly residentMb: number;
}

const dataDir = mkdtempSync(join(tmpdir(), 'triface-overload-'));
const store = await openStore({ databaseUrl: '', dataDir });
const hasher = new PasswordHasher();
for (const username of ['flood', 'small'])
  await new Accounts({ store, hasher, changes: unrecorded }).create({
    username,
    password: `${username} ${username} ${username}`,
    company: username,
  });
await store.close();

/** Starts a server on the data directory. */
async function start(env: Record<string, string> = {}): Promise<{ server: ChildProcess; url: string }> {
  const server = fork(fileURLToPath(new URL('./server.js', import.meta.url)), {
    stdio: 'inherit',
    env: { ...process.env, DATA_DIR: dataDir, LOG_LEVEL: process.env.LOG_LEVEL ?? 'error', ...env },
  });
  const [{ url }] = (await once(server, 'message')) as [{ url: string }];
  return { server, url };
}

async function stop(server: ChildProcess): Promise<void> {
  server.send('stop');
  await once(server, 'exit');
}

async function useOf(server: ChildProcess): Promise<ServerUse> {
  const answer = once(server, 'message');
  server.send('read');
  return ((await answer) as [ServerUse])[0];
}

const body = JSON.stringify({ sessionId: 'overload', faceImageBase: (await selfie()).toString('base64') });
const requestOf = (username: string, url: string) => ({
  url: `${url}/api/v1/face/liveness`,
  method: 'POST' as const,
  headers: {
    authorization: `Basic ${Buffer.from(`${username}:${username} ${username} ${username}`).toString('base64')}`,
    'content-type': 'application/json',
  },
  body,
});

/** Times one request per interval, regardless of how long each takes, until `isOver`. */
async function observe(send: () => Promise<Response>, isOver: () => boolean) {
  const times: number[] = [];
  const statuses: Record<number, number> = {};
  const pending: Promise<void>[] = [];
  while (!isOver()) {
    const start = performance.now();
    pending.push(
      send().then(async (response) => {
        await response.arrayBuffer();
        times.push(performance.now() - start);
        statuses[response.status] = (statuses[response.status] ?? 0) + 1;
      }),
    );
    await sleep(interval);
  }
  await Promise.all(pending);
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN);
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1), statuses };
}

const refusing = await start({ REFUSE: '1' });
await autocannon({ ...requestOf('flood', refusing.url), connections: 64, duration: 3, workers: 1 });
const beforeRefusals = await useOf(refusing.server);
const refusals = await autocannon({ ...requestOf('flood', refusing.url), connections: mostConnections, duration: 5, workers: 1 });
const refusalMs = (((await useOf(refusing.server)).cpuSeconds - beforeRefusals.cpuSeconds) * 1000) / refusals.non2xx;
await stop(refusing.server);

const { server, url } = await start();
const use = () => useOf(server);
const { url: address, ...small } = requestOf('small', url);
const askSmall = () => fetch(address, small);
const askReady = () => fetch(`${url}/health/ready`);
const round = (value: number, digits = 1): number => Math.round(value * 10 ** digits) / 10 ** digits;
function after(ms: number): () => boolean {
  const end = performance.now() + ms;
  return () => performance.now() >= end;
}

for (let i = 0; i < 20; i++) await (await askSmall()).arrayBuffer();
const alone = await observe(askSmall, after(seconds * 1000));
const before = await use();
const capacity = await autocannon({ ...requestOf('flood', url), connections: cores * 4, duration: 5, workers: 1 });
const afterCapacity = await use();
const perSecond = capacity['2xx'] / capacity.duration;
const cpuPerPicture = (afterCapacity.cpuSeconds - before.cpuSeconds) / capacity['2xx'];
console.log(
  `${cores} cores, shared with the generators; Node ${process.version}. Capacity ${round(perSecond)} pictures/s; server CPU per picture ${round(cpuPerPicture * 1000)} ms, per refusal ${round(refusalMs, 2)} ms`,
);
console.log(`alone: small account ${JSON.stringify(alone)}`);

for (const multiple of multiples) {
  const initial = await use();
  server.send('reset');
  const flooding = autocannon({
    ...requestOf('flood', url),
    connections: Math.min(mostConnections, Math.ceil(multiple * cores * 4)),
    overallRate: Math.ceil(multiple * perSecond),
    duration: seconds,
    timeout: 60,
    workers: 1,
  });
  let isOver = false;
  const over = () => isOver;
  const observed = Promise.all([observe(askSmall, over), observe(askReady, over)]);
  const flood = await flooding;
  const end = await use();
  isOver = true;
  const [smallUnderLoad, ready] = await observed;
  await sleep(5000);
  const rested = await use();
  console.log(
    JSON.stringify(
      {
        multiple,
        seconds: flood.duration,
        flood: {
          sentPerSecond: round((flood['2xx'] + flood.non2xx) / flood.duration),
          servedPerSecond: round(flood['2xx'] / flood.duration),
          refusedPerSecond: round(flood.non2xx / flood.duration),
          errors: flood.errors,
          p50: flood.latency.p50,
          p99: flood.latency.p99,
        },
        small: smallUnderLoad,
        p95OfAlone: round(smallUnderLoad.p95 / alone.p95, 2),
        ready,
        serverCpuSeconds: round(end.cpuSeconds - initial.cpuSeconds),
        loopMaxMs: round(end.max),
        residentMb: { before: round(initial.residentMb, 0), after: round(rested.residentMb, 0) },
      },
      null,
      1,
    ),
  );
}
await stop(server);
rmSync(dataDir, { recursive: true, force: true });
