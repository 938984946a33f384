import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus, freemem, loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { MemorySearch } from '../src/gallery/memory-search.js';
import { faceLikeVectors } from '../test/gallery/index/face-like-vectors.js';
import { seededVectors } from '../test/gallery/index/unit-vectors.js';
import { FilledGallery, model } from './filled-gallery.js';

// 1:N search as templates grow, through the path that the server takes (a database, template-worker.ts), beside a bare loop over the same
// vectors in the same run: `npm run bench:identify -- [count …]`, with `random` after a count for templates without structure. Each count has a
// process of its own, so that its memory can be measured separately. BEFORE=DIR measures another built checkout on the same database, in turns.
// WRITE=FILE writes the tables, from which docs/bench-identify.md takes its own.
const dimension = 512;
const limit = 10;

/** Of one version. */
interface Figures {
  readonly name: string;
  readonly p50: number;
  readonly p95: number;
  readonly bare: number;
  readonly loopP99: number;
  readonly loopMax: number;
  readonly loadSeconds: number;
  readonly loadCpuSeconds: number;
  readonly followed: number;
  readonly rssBytes: number;
  readonly load: number;
}

const at = (values: readonly number[], part: number): number =>
  [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) * part)] ?? Number.NaN;

async function timeOf(task: () => unknown): Promise<number> {
  const began = performance.now();
  await task();
  return performance.now() - began;
}

/** The reference: a float64 sum per template, and the best ten from a sorted list. */
function searchBare(vectors: Float32Array, probe: Float32Array): number[] {
  const best: { score: number; at: number }[] = [];
  for (let from = 0; from < vectors.length; from += dimension) {
    let score = 0;
    for (let i = 0; i < dimension; i++) score += probe[i]! * vectors[from + i]!;
    if (best.length === limit && score <= best[limit - 1]!.score) continue;
    best.push({ score, at: from / dimension });
    best.sort((a, b) => b.score - a.score);
    best.length = Math.min(best.length, limit);
  }
  return best.map((one) => one.at);
}

/** A version's search with its templates loaded, and what that took. */
async function load(Search: typeof MemorySearch, gallery: FilledGallery) {
  const rssBefore = process.memoryUsage().rss;
  const cpuBefore = process.cpuUsage();
  const search = new Search({
    ...{ database: { databaseUrl: '', dataDir: gallery.dataDir }, fixedMasterKeys: [], recognitionModel: model },
    ...{ templateLength: dimension, threads: Number(process.env.THREADS ?? 1) },
    onThreadLost: (reason) => {
      throw new Error(reason);
    },
  });
  const loadMs = await timeOf(() => search.start());
  const { user, system } = process.cpuUsage(cpuBefore);
  await sleep(2000);
  const { companyId } = gallery.account;
  return {
    search,
    find: (probe: Float32Array) => search.search({ companyId, vector: probe, limit, minimum: -1 }),
    loadSeconds: loadMs / 1000,
    loadCpuSeconds: (user + system) / 1e6,
    rssBytes: process.memoryUsage().rss - rssBefore,
    times: [] as number[],
    followed: [] as number[],
  };
}

async function findVersions(): Promise<[name: string, Search: typeof MemorySearch][]> {
  const current: [string, typeof MemorySearch] = ['', MemorySearch];
  if (!process.env.BEFORE) return [current];
  const url = pathToFileURL(join(resolve(process.env.BEFORE), 'dist/src/gallery/memory-search.js')).href;
  return [[', before', ((await import(url)) as { MemorySearch: typeof MemorySearch }).MemorySearch], current];
}

async function measure(count: number, isRandom: boolean): Promise<Figures[]> {
  const make = isRandom ? seededVectors : faceLikeVectors;
  const vectors = make(1, count);
  const rounds = count >= 1_000_000 ? 100 : 200;
  const probes = make(2, rounds);
  const probeOf = (round: number) => probes.subarray((round % rounds) * dimension, ((round % rounds) + 1) * dimension);
  const gallery = await FilledGallery.create();
  const batch = 500 * dimension;
  for (let from = 0; from < vectors.length; from += batch) await gallery.enrol(vectors.subarray(from, from + batch));

  const versions = [];
  for (const [name, Search] of await findVersions()) versions.push({ name, ...(await load(Search, gallery)) });
  const { find } = versions.at(-1)!;
  for (let round = 0; round < 20; round++) for (const version of versions) await version.find(probeOf(round));
  // The main thread only sends searches, four at a time, so delays of its loop come from the index (or from other processes).
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  for (let round = 0; round < rounds; round += 4) await Promise.all([0, 1, 2, 3].map((i) => find(probeOf(round + i))));
  delay.disable();

  const bare: number[] = [];
  const bareRounds = Math.min(rounds, Math.max(10, Math.round(4_000_000 / count)));
  for (let round = 0; round < rounds; round++) {
    const probe = probeOf(round);
    const results: string[] = [];
    for (const version of versions) {
      version.times.push(
        await timeOf(async () => void results.push((await version.find(probe)).map(({ person }) => person - 1).join())),
      );
    }
    if (round < bareRounds) bare.push(await timeOf(() => void results.push(searchBare(vectors, probe).join())));
    if (new Set(results).size > 1) throw new Error('the index finds others than the bare loop');
  }

  const more = make(3, 50);
  for (let from = 0; from < more.length; from += dimension) {
    await gallery.enrol(more.subarray(from, from + dimension));
    const position = await gallery.readPosition();
    for (const version of versions) version.followed.push(await timeOf(() => version.search.reach(position)));
  }
  for (const version of versions) await version.search.close();
  await gallery.remove();
  return versions.map(({ name, times, followed, loadSeconds, loadCpuSeconds, rssBytes }) => ({
    ...{ name: `${count.toLocaleString('en')}${isRandom ? ', no structure' : ''}${name}`, loadSeconds, loadCpuSeconds, rssBytes },
    ...{ p50: at(times, 0.5), p95: at(times, 0.95), bare: at(bare, 0.5), followed: at(followed, 0.5) },
    ...{ loopP99: delay.percentile(99) / 1e6, loopMax: delay.max / 1e6, load: loadavg()[0]! },
  }));
}

function describe(all: readonly Figures[]): string {
  const ms = (value: number): string => value.toFixed(value < 1 ? 2 : 1);
  const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
  const load = all.map((one) => one.load);
  return [
    ...['# 1:N search, measured', ''],
    '`npm run bench:identify -- 1000 10000 100000 100000random 1000000` (bench/identify.ts): synthetic templates of 512 values at unit length',
    "from a seeded generator, one per person, sealed in an SQLite database. They have the spectrum of faces' templates",
    '(test/gallery/index/face-like-vectors.ts) or no structure. The threads of the server load them from there and answer searches for ten persons.',
    'Each search goes from the serving thread to the index thread and back. The bare loop is a plain float64 loop over one array in the serving',
    'thread, in turns with it, and must find the same persons in the same order. Why it is done this way: [decision 58](decisions/0058-search-prefix.md).',
    '',
    `Measured ${new Date().toISOString().slice(0, 10)} on ${availableParallelism()} cores (${cpus()[0]?.model}), Node ${process.versions.node}, ${process.env.THREADS ?? 1} index thread(s), load average ${Math.min(...load).toFixed(1)} to`,
    `${Math.max(...load).toFixed(1)}, this bench's own included.`,
    '',
    '| templates | p50 ms | p95 ms | bare loop p50 ms | times faster | event loop delay p99 (greatest) ms |',
    '|---|---|---|---|---|---|',
    ...all.map(
      (one) =>
        `| ${one.name} | ${ms(one.p50)} | ${ms(one.p95)} | ${ms(one.bare)} | ${(one.bare / one.p50).toFixed(1)} | ${ms(one.loopP99)} (${ms(one.loopMax)}) |`,
    ),
    '',
    'The event loop is that of the serving thread, sampled each millisecond while four clients search (1.1 is idle).',
    '',
    '| templates | loaded from the database, s | CPU of that, s | searchable after its commit, p50 ms | resident |',
    '|---|---|---|---|---|',
    ...all.map(
      (one) =>
        `| ${one.name} | ${one.loadSeconds.toFixed(1)} | ${one.loadCpuSeconds.toFixed(1)} | ${ms(one.followed)} | ${megabytes(one.rssBytes)} |`,
    ),
    '',
    '"Loaded" includes the start of the thread. "Searchable": a person registered while the index is in use, from the commit until a search',
    'finds them. "Resident" is how much the process grew by the threads and their index.',
    '',
  ].join('\n');
}

const self = fileURLToPath(import.meta.url);
if (process.argv[2] === 'one') {
  process.stdout.write(JSON.stringify(await measure(Number.parseInt(process.argv[3]!, 10), process.argv[3]!.endsWith('random'))));
} else {
  const counts = process.argv.length > 2 ? process.argv.slice(2) : ['1000', '10000', '100000', '100000random', '1000000'];
  const all: Figures[] = [];
  for (const count of counts) {
    // The bare loop's array, the index, and some to spare.
    const needed = Number.parseInt(count, 10) * (2048 + 1300 + (process.env.BEFORE ? 2700 : 0)) + 1e9;
    if (freemem() < needed) {
      console.error(
        `${count}: left out, it needs ${(needed / 1e9).toFixed(1)} GB and ${(freemem() / 1e9).toFixed(1)} GB are free`,
      );
      continue;
    }
    const figures = JSON.parse(execFileSync(process.execPath, [self, 'one', count], { encoding: 'utf8' })) as Figures[];
    all.push(...figures);
    console.error(JSON.stringify(figures));
  }
  console.log(describe(all));
  if (process.env.WRITE) writeFileSync(process.env.WRITE, describe(all));
}
