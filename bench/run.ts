import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { selfie } from '../test/fixtures/pictures.js';
import { percentile, timeBareModels } from './bare-models.js';

// What a picture costs end to end compared with the bare models, in one run on one machine:
//   bare  the same decode and models in one thread, no HTTP, no store (bare-models.ts)
//   A, B  POST to contract A (multipart) and B (base64) of the running server, one client: the latency a caller sees
//   load  as many clients as workers, and four times as many: throughput, and how long the event loop was held up
const rounds = Number(process.argv[2] ?? 200);

interface LoopDelay {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

const round = (value: number): number => Math.round(value * 100) / 100;

/** One request after the other from one client: milliseconds each. */
async function timeRequests(send: () => Promise<Response>): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < rounds + 20; i++) {
    const start = performance.now();
    const response = await send();
    await response.arrayBuffer();
    if (response.status !== 200) throw new Error(`HTTP ${response.status}`);
    if (i >= 20) times.push(performance.now() - start);
  }
  return times;
}

async function ask(server: ChildProcess, message: string): Promise<LoopDelay> {
  const answer = once(server, 'message');
  server.send(message);
  return ((await answer) as [LoopDelay])[0];
}

const picture = await selfie();
const server = fork(fileURLToPath(new URL('./server.js', import.meta.url)), { stdio: 'inherit' });
const [{ url }] = (await once(server, 'message')) as [{ url: string }];

const token = (
  (await (
    await fetch(`${url}/api/token/`, {
      method: 'POST',
      body: new URLSearchParams({ username: 'bench', password: 'bench bench bench' }),
    })
  ).json()) as { access: string }
).access;
const boundary = 'bench-boundary';
const multipart = Buffer.concat([
  Buffer.from(
    `--${boundary}\r\nContent-Disposition: form-data; name="selfie"; filename="selfie.jpg"\r\nContent-Type: image/jpeg\r\n\r\n`,
  ),
  picture,
  Buffer.from(`\r\n--${boundary}--\r\n`),
]);
const requestA = {
  method: 'POST',
  headers: { authorization: `Bearer ${token}`, 'content-type': `multipart/form-data; boundary=${boundary}` },
  body: multipart,
} as const;
const requestB = {
  method: 'POST',
  headers: {
    authorization: `Basic ${Buffer.from('bench:bench bench bench').toString('base64')}`,
    'content-type': 'application/json',
  },
  body: JSON.stringify({ sessionId: 'bench', faceImageBase: picture.toString('base64') }),
} as const;

// Bare and served alternate, so that other load on the machine affects both.
const bare: number[] = [];
const timesA: number[] = [];
const timesB: number[] = [];
for (let turn = 0; turn < 3; turn++) {
  bare.push(...(await timeBareModels(picture, rounds)));
  timesA.push(...(await timeRequests(() => fetch(`${url}/api/v3/biometrics/liveness/`, requestA))));
  timesB.push(...(await timeRequests(() => fetch(`${url}/api/v1/face/liveness`, requestB))));
}

const loads = [];
for (const connections of [availableParallelism(), availableParallelism() * 4]) {
  server.send('reset');
  const result = await autocannon({ url: `${url}/api/v3/biometrics/liveness/`, ...requestA, connections, duration: 10 });
  const delay = await ask(server, 'read');
  loads.push({
    connections,
    picturesASecond: round(result.requests.average),
    p50: result.latency.p50,
    p99: result.latency.p99,
    non2xx: result.non2xx,
    eventLoopP50: round(delay.p50),
    eventLoopP99: round(delay.p99),
    eventLoopMax: round(delay.max),
  });
}
server.send('stop');

const p50 = { bare: round(percentile(bare, 0.5)), A: round(percentile(timesA, 0.5)), B: round(percentile(timesB, 0.5)) };
const report = {
  picture: `${picture.length} bytes, 719×960 JPEG`,
  cores: availableParallelism(),
  node: process.version,
  rounds: bare.length,
  p50,
  p95: { bare: round(percentile(bare, 0.95)), A: round(percentile(timesA, 0.95)), B: round(percentile(timesB, 0.95)) },
  ratio: { A: round(p50.A / p50.bare), B: round(p50.B / p50.bare) },
  barePicturesASecond: round(1000 / (bare.reduce((a, b) => a + b, 0) / bare.length)),
  loads,
};
console.log(JSON.stringify(report, null, 2));
if (process.argv[3]) writeFileSync(process.argv[3], `${JSON.stringify(report, null, 2)}\n`);
