import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { selfie } from '../test/fixtures/pictures.js';
import { type Mixture, makeMixture } from './soak-requests.js';

// Memory of the server over many mixed requests: `node dist/bench/soak.js [requests] [clients]`. The first fifth lets the memory
// settle; then the resident memory of every thousand requests must stay within 5 % of their mean.
const [requests = 50_000, clients = 4] = process.argv.slice(2).map(Number);
const settled = requests / 5;
const window = Math.max(100, requests / 50);

const megabytes = (pid: number): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;

const server: ChildProcess = fork(fileURLToPath(new URL('./server.js', import.meta.url)));
const [{ url }] = (await once(server, 'message')) as [{ url: string }];
const mixture: Mixture = await makeMixture(url, { username: 'bench', password: 'bench bench bench' }, await selfie());

/** Megabytes of the main thread's JavaScript heap that are in use after a collection of garbage, which shows a leak. */
async function heapOf(): Promise<string> {
  const answer = once(server, 'message');
  server.send('heap');
  const [{ heapMb, externalMb }] = (await answer) as [{ heapMb: number; externalMb: number }];
  return `heap ${heapMb.toFixed(1)} MB, external ${externalMb.toFixed(1)} MB`;
}

const taken = new Map<string, number[]>();
const unexpected = new Map<string, number>();
const memory: number[] = [];
let sent = 0;
let seen: number[] = [];
const began = performance.now();
await Promise.all(
  Array.from({ length: clients }, async () => {
    while (sent < requests) {
      const { name, expected, ask } = mixture.next(sent++);
      const start = performance.now();
      const status = await ask().catch((error: Error) => error.message);
      const times = taken.get(name) ?? [];
      times.push(performance.now() - start);
      taken.set(name, times);
      if (!expected.includes(status as number)) {
        const key = `${name}: ${status}`;
        unexpected.set(key, (unexpected.get(key) ?? 0) + 1);
      }
      seen.push(megabytes(server.pid!));
      if (seen.length >= window) {
        memory.push(seen.reduce((sum, value) => sum + value, 0) / seen.length);
        seen = [];
        if (memory.length % 5 === 0) console.log(`${sent} requests: ${memory.at(-1)!.toFixed(0)} MB, ${await heapOf()}`);
      }
    }
  }),
);
const seconds = (performance.now() - began) / 1000;
server.send('stop');
await once(server, 'exit');

const late = memory.slice(Math.round(settled / window));
const mean = late.reduce((sum, value) => sum + value, 0) / late.length;
const [least, most] = [Math.min(...late), Math.max(...late)];
console.log(`\n${sent} requests in ${seconds.toFixed(0)} s (${(sent / seconds).toFixed(0)} per second), ${clients} clients`);
for (const [name, times] of [...taken].sort(([, p], [, q]) => q.length - p.length)) {
  const middle = times.toSorted((p, q) => p - q)[times.length >> 1]!;
  console.log(`  ${name}: ${times.length}, p50 ${middle.toFixed(0)} ms`);
}
console.log(`unexpected answers: ${unexpected.size === 0 ? 'none' : JSON.stringify(Object.fromEntries(unexpected))}`);
console.log(
  `memory after the first ${settled}: ${mean.toFixed(0)} MB on average, ${least.toFixed(0)} to ${most.toFixed(0)} MB (${((least / mean - 1) * 100).toFixed(1)} to +${((most / mean - 1) * 100).toFixed(1)} %)`,
);
