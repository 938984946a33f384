import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BestOwners, type Match } from '../src/gallery/index/best-owners.js';
import { TemplateIndex } from '../src/gallery/index/template-index.js';
import { faceLikeVectors, nearCopies } from '../test/gallery/index/face-like-vectors.js';
import { seededVectors } from '../test/gallery/index/unit-vectors.js';

// The search in templates of several kinds, in this thread, without a database: a plain loop, the index, and with BEFORE=DIR the index of another
// built checkout, taking turns. All must find the same persons with the same scores. Half of the probes are near an enrolled person.
// `[BEFORE=DIR] [WRITE=FILE] node --expose-gc dist/bench/identify-ways.js [templates [rounds [kind …]]]`. Decision 58 was made on this.
const [countText = '100000', roundsText = '40', ...chosen] = process.argv.slice(2);
const count = Number(countText);
const rounds = Number(roundsText);
const dimension = 512;
const limit = 10;

const kinds: Record<string, (seed: number, count: number) => Float32Array> = {
  faces: faceLikeVectors,
  'no structure': seededVectors,
  'pictures of one face': (seed, many) => nearCopies(seed, many, 0.8),
  'copies of one picture': (seed, many) => nearCopies(seed, many, 0.02),
  'one template': (seed, many) => nearCopies(seed, many, 0),
};

/** The index of this checkout, or of another one, which may have another constructor and answer at once. */
interface AnyIndex {
  add(companyId: string, key: number, owner: number, vector: Float32Array): void;
  search(companyId: string, vector: Float32Array, options: { limit: number }): Match[] | Promise<Match[]>;
}

const at = (values: readonly number[], part: number): number =>
  [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) * part)] ?? Number.NaN;

function plainLoop(vectors: Float32Array, probe: Float32Array): Match[] {
  const best = new BestOwners(limit, Number.NEGATIVE_INFINITY);
  for (let owner = 0, from = 0; from < vectors.length; owner++, from += dimension) {
    let score = 0;
    for (let i = 0; i < dimension; i++) score += probe[i]! * vectors[from + i]!;
    if (score >= best.scoreToReach) best.offer({ owner, key: owner, score });
  }
  return best.list();
}

/** Other faces, every second one mixed with an enrolled one, with which it then scores about 0.7. */
function makeProbes(vectors: Float32Array): Float32Array[] {
  const others = faceLikeVectors(2, rounds);
  return Array.from({ length: rounds }, (_, round) => {
    const probe = others.slice(round * dimension, (round + 1) * dimension);
    const near = ((round * 7919) % count) * dimension;
    if (round % 2 === 0) for (let i = 0; i < dimension; i++) probe[i]! += vectors[near + i]!;
    const length = Math.hypot(...probe);
    return probe.map((value) => value / length);
  });
}

/** Bytes in memory, without garbage where the bench runs with --expose-gc. */
function residentBytes(): number {
  (globalThis as { gc?: () => void }).gc?.();
  return process.memoryUsage().rss;
}

async function loadBefore(): Promise<AnyIndex | undefined> {
  if (!process.env.BEFORE) return undefined;
  const url = pathToFileURL(join(resolve(process.env.BEFORE), 'dist/src/gallery/index/template-index.js')).href;
  const module = (await import(url)) as { TemplateIndex: new (dimension: number) => AnyIndex };
  return new module.TemplateIndex(dimension);
}

interface Way {
  readonly name: string;
  readonly search: (probe: Float32Array) => Match[] | Promise<Match[]>;
  readonly bytes: number;
  readonly addMs: number;
  readonly times: number[];
}

async function measure(kind: string): Promise<string[]> {
  const vectors = kinds[kind]!(1, count);
  const probes = makeProbes(vectors);
  const read = async (_company: string, keys: readonly number[]) =>
    new Map(keys.map((key) => [key, vectors.slice(key * dimension, (key + 1) * dimension)]));
  const fill = (name: string, index: AnyIndex): Way => {
    const before = residentBytes();
    const began = performance.now();
    for (let i = 0; i < count; i++) index.add('company', i, i, vectors.subarray(i * dimension, (i + 1) * dimension));
    const addMs = performance.now() - began;
    return {
      name,
      addMs,
      bytes: residentBytes() - before,
      times: [],
      search: (probe) => index.search('company', probe, { limit }),
    };
  };
  const before = await loadBefore();
  const ways: Way[] = [
    { name: 'plain loop', search: (probe) => plainLoop(vectors, probe), bytes: 0, addMs: Number.NaN, times: [] },
    ...(before ? [fill('index before', before)] : []),
    fill('index', new TemplateIndex(read, dimension)),
  ];
  // A plain loop over a million takes a second.
  const plainRounds = Math.max(4, Math.min(rounds, Math.round(2_000_000 / count)));
  for (const [round, probe] of probes.entries()) {
    let expected: string | undefined;
    for (const way of ways) {
      if (way === ways[0] && round >= plainRounds) continue;
      const began = performance.now();
      const found = await way.search(probe);
      way.times.push(performance.now() - began);
      const persons = JSON.stringify(found.map((match) => [match.owner, match.score]));
      expected ??= persons;
      if (persons !== expected) throw new Error(`${way.name} finds others among ${kind}`);
    }
  }
  const base = at(ways.at(-2)!.times, 0.5);
  return ways.map(({ name, times, bytes, addMs }) => {
    const [least, p50, p95] = [0, 0.5, 0.95].map((part) => at(times, part).toFixed(1));
    const memory = bytes > 0 ? (bytes / 1e6).toFixed(0) : '';
    const added = Number.isNaN(addMs) ? '' : ((addMs / count) * 1000).toFixed(0);
    return `| ${kind} | ${name} | ${least} | ${p50} | ${p95} | ${(at(times, 0.5) / base).toFixed(2)} | ${memory} | ${added} |`;
  });
}

const lines: string[] = [];
for (const kind of chosen.length > 0 ? chosen : Object.keys(kinds)) lines.push(...(await measure(kind)));
const table = [
  `${count} templates of ${dimension} values, ${rounds} rounds, ${limit} persons; ${availableParallelism()} cores (${cpus()[0]?.model}), Node ${process.versions.node}, load average ${loadavg()[0]!.toFixed(1)}`,
  '',
  `| templates | way | least ms | p50 ms | p95 ms | p50 of the ${process.env.BEFORE ? 'index before' : 'plain loop'} | MB | added, µs each |`,
  '|---|---|---|---|---|---|---|---|',
  ...lines,
].join('\n');
console.log(table);
if (process.env.WRITE) writeFileSync(process.env.WRITE, `${table}\n`);
