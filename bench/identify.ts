import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus, freemem, loadavg } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { GalleryIndex } from '../src/gallery/index/gallery-index.js';
import { seededVectors, toUnitLength } from '../test/gallery/index/unit-vectors.js';

// 1:N search as templates grow, beside a bare loop over the same vectors in the same run: `npm run bench:identify -- [count …]`.
// Each count has a process of its own, so that memory can be told apart. Writes docs/bench-identify.md when WRITE=docs/bench-identify.md.
const dimension = 512;
const limit = 10;

interface Figures {
  readonly name: string;
  readonly p50: number;
  readonly p95: number;
  readonly bare: number;
  readonly loopP99: number;
  readonly loopMax: number;
  readonly fillsPerSecond: number;
  readonly addsPerSecond: number;
  readonly whileFilling: { readonly p50: number; readonly p95: number };
  readonly removal: number;
  readonly usedBytes: number;
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

/** Vectors that share 24 directions: scores lie further apart than those of directions at random, so that more come near to the best. */
function narrowVectors(seed: number, count: number): Float32Array<ArrayBuffer> {
  const directions = seededVectors(97, 24);
  const weights = seededVectors(seed, count, 24);
  const vectors = new Float32Array(count * dimension);
  for (let i = 0; i < count; i++) {
    const vector = new Float32Array(dimension);
    for (let k = 0; k < 24; k++)
      for (let d = 0; d < dimension; d++) vector[d]! += weights[i * 24 + k]! * directions[k * dimension + d]!;
    vectors.set(toUnitLength(vector), i * dimension);
  }
  return vectors;
}

/** What the index must do: a float64 sum for each template, the best ten by a sorted list. */
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

async function measure(count: number, narrow: boolean): Promise<Figures> {
  const make = narrow ? narrowVectors : seededVectors;
  const vectors = make(1, count);
  const rounds = count >= 1_000_000 ? 40 : 200;
  const probes = make(2, rounds);
  const probeOf = (round: number) => probes.subarray((round % rounds) * dimension, ((round % rounds) + 1) * dimension);
  const rssBefore = process.memoryUsage().rss;
  const index = await GalleryIndex.start({
    threads: Number(process.env.THREADS ?? 1),
    deadlineMs: 60_000,
    changeDeadlineMs: 600_000,
  });
  const numbers = Float64Array.from({ length: count }, (_, i) => i);

  const fill = (from: number, to: number): Promise<void> =>
    index.fill('company', {
      keys: numbers.slice(from, to),
      owners: numbers.slice(from, to),
      vectors: vectors.subarray(from * dimension, to * dimension),
    });
  // Nine tenths alone, the rest while one client searches.
  const alone = Math.floor(count * 0.9);
  const fillMs = await timeOf(() => fill(0, alone));
  const whileFilling: number[] = [];
  let filling = true;
  const searches = (async () => {
    for (let round = 0; filling; round++) {
      whileFilling.push(await timeOf(() => index.search('company', probeOf(round), { limit })));
      await sleep(5);
    }
  })();
  await fill(alone, count);
  filling = false;
  await searches;
  await sleep(2000);
  const rssBytes = process.memoryUsage().rss - rssBefore;
  const { used } = await index.memoryBytes();

  // The main thread does nothing but ask, four at a time: what holds its loop up is the index's doing (or other jobs').
  for (let round = 0; round < 20; round++) await index.search('company', probeOf(round), { limit });
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  for (let round = 0; round < rounds; round += 4)
    await Promise.all([0, 1, 2, 3].map((i) => index.search('company', probeOf(round + i), { limit })));
  delay.disable();

  const times: number[] = [];
  const bare: number[] = [];
  const bareRounds = Math.min(rounds, Math.max(10, Math.round(4_000_000 / count)));
  for (let round = 0; round < rounds; round++) {
    const probe = probeOf(round);
    let found: number[] = [];
    times.push(
      await timeOf(async () => {
        found = (await index.search('company', probe, { limit })).map((match) => match.owner);
      }),
    );
    if (round >= bareRounds) continue;
    let expected: number[] = [];
    bare.push(await timeOf(() => (expected = searchBare(vectors, probe))));
    if (found.join() !== expected.join()) throw new Error('the index finds others than the bare loop');
  }

  const adds = 1000;
  const more = make(3, adds);
  const addMs = await timeOf(async () => {
    for (let i = 0; i < adds; i++)
      await index.add('company', count + i, count + i, more.subarray(i * dimension, (i + 1) * dimension));
  });
  const removals: number[] = [];
  for (let i = 0; i < 50; i++) removals.push(await timeOf(() => index.removeOwner('company', Math.floor((i * count) / 50))));
  await index.close();
  return {
    name: `${count.toLocaleString('en')}${narrow ? ', of 24 directions' : ''}`,
    p50: at(times, 0.5),
    p95: at(times, 0.95),
    bare: at(bare, 0.5),
    loopP99: delay.percentile(99) / 1e6,
    loopMax: delay.max / 1e6,
    fillsPerSecond: (alone / fillMs) * 1000,
    addsPerSecond: (adds / addMs) * 1000,
    whileFilling: { p50: at(whileFilling, 0.5), p95: at(whileFilling, 0.95) },
    removal: at(removals, 0.5),
    usedBytes: used,
    rssBytes,
    load: loadavg()[0]!,
  };
}

function describe(all: readonly Figures[]): string {
  const ms = (value: number): string => value.toFixed(value < 1 ? 2 : 1);
  const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
  const thousands = (value: number): string => `${(Math.round(value / 100) / 10).toFixed(1)} k`;
  const load = all.map((one) => one.load);
  return [
    '# 1:N search, measured',
    '`npm run bench:identify -- 1000 10000 100000 100000narrow 1000000` (bench/identify.ts): synthetic templates of 512 values at unit length from a seeded generator, one a',
    'person, ten persons wanted. Each search goes from the serving thread to the index thread and back; the bare loop is a plain float64 loop over one array in',
    'the serving thread, in turns with it, and must find the same persons in the same order. "Of 24 directions": templates mixed from 24 directions only, so that',
    'scores lie further apart than those of directions at random do. Neither is made of faces. Why it is done this way: [decision 12](decisions/0012-gallery-index.md).',
    '',
    `Measured ${new Date().toISOString().slice(0, 10)} on ${availableParallelism()} cores (${cpus()[0]?.model}), Node ${process.versions.node}, ${process.env.THREADS ?? 1} index thread(s); **other jobs ran meanwhile** (load average ${Math.min(...load).toFixed(1)} to`,
    `${Math.max(...load).toFixed(1)}, this one's own among it), so take p95 as theirs in part and read the ratio rather than the milliseconds.`,
    '',
    '| templates | p50 ms | p95 ms | bare loop p50 ms | times faster | event loop delay p99 (greatest) ms |',
    '|---|---|---|---|---|---|',
    ...all.map(
      (one) =>
        `| ${one.name} | ${ms(one.p50)} | ${ms(one.p95)} | ${ms(one.bare)} | ${(one.bare / one.p50).toFixed(1)} | ${ms(one.loopP99)} (${ms(one.loopMax)}) |`,
    ),
    '',
    'The event loop is that of the serving thread, sampled each millisecond while four clients search (so 1.1 is idle).',
    '',
    '| templates | filled, /s | added one by one, confirmed, /s | search while filling p50, p95 ms | a person removed, p50 ms | counted | resident |',
    '|---|---|---|---|---|---|---|',
    ...all.map(
      (one) =>
        `| ${one.name} | ${thousands(one.fillsPerSecond)} | ${thousands(one.addsPerSecond)} | ${ms(one.whileFilling.p50)}, ${ms(one.whileFilling.p95)} | ${ms(one.removal)} | ${megabytes(one.usedBytes)} | ${megabytes(one.rssBytes)} |`,
    ),
    '',
    '"Counted" is what the index says of itself (vectors, codes, numbers); "resident" how much the process grew, with the thread, its table of enrolment numbers and',
    'what the messages of the fill left to be collected.',
    '',
  ].join('\n');
}

const self = fileURLToPath(import.meta.url);
if (process.argv[2] === 'one') {
  process.stdout.write(JSON.stringify(await measure(Number.parseInt(process.argv[3]!, 10), process.argv[3]!.endsWith('narrow'))));
} else {
  const counts = process.argv.length > 2 ? process.argv.slice(2) : ['1000', '10000', '100000', '100000narrow', '1000000'];
  const all: Figures[] = [];
  for (const count of counts) {
    // The bare loop's array, the index, and some to spare.
    const needed = Number.parseInt(count, 10) * (2048 + 2700) + 1e9;
    if (freemem() < needed) {
      console.error(
        `${count}: left out, it needs ${(needed / 1e9).toFixed(1)} GB and ${(freemem() / 1e9).toFixed(1)} GB are free`,
      );
      continue;
    }
    const figures = JSON.parse(execFileSync(process.execPath, [self, 'one', count], { encoding: 'utf8' })) as Figures;
    all.push(figures);
    console.error(JSON.stringify(figures));
  }
  console.log(describe(all));
  if (process.env.WRITE) writeFileSync(process.env.WRITE, describe(all));
}
