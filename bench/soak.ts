import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { findInstallation } from '../src/base/installation.js';
import { selfie } from '../test/fixtures/pictures.js';
import { quantile } from './growth/figures.js';
import { credentials, Installation } from './growth/installation.js';
import { readCount, readEnv } from './growth/options.js';
import { describeSamples, type Sample, takeSample } from './soak/samples.js';
import { makeMixture } from './soak/soak-requests.js';

// The server under many mixed requests over a long time: `npm run bench:soak -- --minutes 60` (docs/scale.md).
//   --minutes N     ends after that time; without it after --requests (default 50000)
//   --rate N        requests per second (default 13 with --minutes, else as many as the server answers)
//   --clients N     requests at the same time, at most (default 4)
//   --warm-up N     minutes that the slopes leave out (default a fifth of the time, at most 10)
//   --env KEY=VALUE a setting of the server, repeatable: MALLOC_ARENA_MAX=2
//   --checkout DIR  another built checkout, whose server is measured
const { values } = parseArgs({
  options: {
    minutes: { type: 'string' },
    requests: { type: 'string', default: '50000' },
    rate: { type: 'string' },
    clients: { type: 'string', default: '4' },
    'warm-up': { type: 'string' },
    env: { type: 'string', multiple: true, default: [] },
    checkout: { type: 'string', default: findInstallation() },
  },
});
const minutes = values.minutes === undefined ? undefined : readCount('--minutes', values.minutes);
const requests = minutes === undefined ? readCount('--requests', values.requests) : Number.POSITIVE_INFINITY;
const clients = readCount('--clients', values.clients);
const rate =
  values.rate === undefined ? (minutes === undefined ? Number.POSITIVE_INFINITY : 13) : readCount('--rate', values.rate);
/** Seconds between two samples. */
const SAMPLE_SECONDS = 5;

const directory = mkdtempSync(join(tmpdir(), 'triface-soak-'));
const memoryFile = join(directory, 'memory.json');
const inside = pathToFileURL(fileURLToPath(new URL('./soak/inside.js', import.meta.url))).href;
const env = { NODE_OPTIONS: `--import=${inside}`, BENCH_MEMORY_FILE: memoryFile, ...readEnv(values.env) };
const server = new Installation('after', values.checkout, '', env);
await server.start();
const mixture = await makeMixture(server.url, credentials, await selfie());

const taken = new Map<string, number[]>();
const unexpected = new Map<string, number>();
const samples: Sample[] = [];
const began = performance.now();
const elapsed = (): number => (performance.now() - began) / 1000;
const sample = (): void => void samples.push(takeSample(elapsed(), server.pid, server.dataDir, memoryFile));
sample();
const sampling = setInterval(() => {
  sample();
  const { residentMb, heapMb } = samples.at(-1)!;
  if (samples.length % 24 === 0)
    console.log(
      `${elapsed().toFixed(0)} s, ${sent} requests: RSS ${residentMb.toFixed(0)} MB, heap ${heapMb.toFixed(0)} MB, load ${loadavg()[0]!.toFixed(1)}`,
    );
}, SAMPLE_SECONDS * 1000);

let sent = 0;
const isOver = (): boolean => sent >= requests || (minutes !== undefined && elapsed() >= minutes * 60);
await Promise.all(
  Array.from({ length: clients }, async () => {
    while (!isOver()) {
      const index = sent++;
      // Each request has its own time, so that a slow one delays no more than its client.
      await sleep(Math.max(0, (index / rate - elapsed()) * 1000));
      const { name, expected, ask } = mixture.next(index);
      const start = performance.now();
      const status = await ask().catch((error: Error) => error.message);
      const times = taken.get(name) ?? [];
      times.push(performance.now() - start);
      taken.set(name, times);
      if (expected.includes(status as number)) continue;
      const key = `${name}: ${status}`;
      unexpected.set(key, (unexpected.get(key) ?? 0) + 1);
    }
  }),
);
clearInterval(sampling);
sample();
const seconds = elapsed();
await server.remove();
rmSync(directory, { recursive: true, force: true });

const warmUp = values['warm-up'] === undefined ? Math.min(600, seconds / 5) : readCount('--warm-up', values['warm-up']) * 60;
const settings = values.env.length > 0 ? `, ${values.env.join(' ')}` : '';
console.log(
  `\n${sent} requests in ${seconds.toFixed(0)} s (${(sent / seconds).toFixed(1)} per second), ${clients} clients, Node ${process.versions.node}, load average at the end ${loadavg()[0]!.toFixed(1)}${settings}; warm-up ${warmUp.toFixed(0)} s\n`,
);
console.log(describeSamples(samples, warmUp));
console.log('\n| request | number | p50 ms | p95 ms |\n|---|---|---|---|');
for (const [name, times] of [...taken].sort(([, p], [, q]) => q.length - p.length))
  console.log(`| ${name} | ${times.length} | ${quantile(times, 0.5).toFixed(0)} | ${quantile(times, 0.95).toFixed(0)} |`);
console.log(`\nunexpected answers: ${unexpected.size === 0 ? 'none' : JSON.stringify(Object.fromEntries(unexpected))}`);
