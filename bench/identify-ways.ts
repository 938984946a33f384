import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import proto from 'onnx-proto';
import { BestOwners, type Match } from '../src/gallery/index/best-owners.js';
import { GalleryIndex } from '../src/gallery/index/gallery-index.js';
import { quantizeProbe, quantizeTemplate } from '../src/gallery/index/quantize.js';
import { InferenceSession, Tensor } from '../src/inference/onnxruntime.js';
import { seededVectors } from '../test/gallery/index/unit-vectors.js';
import type { Feed } from '../test/gallery/index/workers/feeding-worker.js';
import { assembleText } from '../tools/compile-kernels.js';

// Ways to find the ten most similar of 100,000 templates, exactly, taking turns in one run: `node dist/bench/identify-ways.js [templates [rounds]]`.
// Every way must find the same persons in the same order. Decision 12 was made on this.
const count = Number(process.argv[2] ?? 100_000);
const rounds = Number(process.argv[3] ?? 21);
const dimension = 512;
const limit = 10;

// as feeding-worker.ts makes them
const vectors = seededVectors(5, count);
const probes = seededVectors(2, rounds);
const probeOf = (round: number): Float32Array => probes.subarray(round * dimension, (round + 1) * dimension);

type Way = (probe: Float32Array) => Match[] | Promise<Match[]>;

function exactScore(probe: Float32Array, at: number): number {
  let sum = 0;
  for (let i = 0; i < dimension; i++) sum += probe[i]! * vectors[at * dimension + i]!;
  return sum;
}

/** The best of scores in float32, each within 1e-5 of the exact one, scored again exactly. */
function pickBest(scores: Float32Array, probe: Float32Array): Match[] {
  const best = new BestOwners(limit, -1);
  for (let i = 0; i < count; i++)
    if (scores[i]! + 1e-5 >= best.scoreToReach) best.offer({ owner: i, key: i, score: exactScore(probe, i) });
  return best.list();
}

const plainLoop: Way = (probe) => {
  const best = new BestOwners(limit, -1);
  for (let at = 0; at < count; at++) {
    const score = exactScore(probe, at);
    if (score >= best.scoreToReach) best.offer({ owner: at, key: at, score });
  }
  return best.list();
};

const scores = new Float32Array(count);
const unrolledLoop: Way = (probe) => {
  for (let at = 0; at < count; at++) {
    const from = at * dimension;
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let i = 0; i < dimension; i += 4) {
      a += probe[i]! * vectors[from + i]!;
      b += probe[i + 1]! * vectors[from + i + 1]!;
      c += probe[i + 2]! * vectors[from + i + 2]!;
      d += probe[i + 3]! * vectors[from + i + 3]!;
    }
    scores[at] = a + b + c + d;
  }
  return pickBest(scores, probe);
};

async function openMatrixProduct(): Promise<Way> {
  const info = (name: string, dims: number[]) => ({
    name,
    type: {
      tensorType: { elemType: proto.onnx.TensorProto.DataType.FLOAT, shape: { dim: dims.map((dimValue) => ({ dimValue })) } },
    },
  });
  const model = proto.onnx.ModelProto.encode({
    irVersion: 8,
    opsetImport: [{ domain: '', version: 13 }],
    graph: {
      name: 'product',
      node: [{ opType: 'MatMul', input: ['vectors', 'probe'], output: ['scores'] }],
      input: [info('vectors', [count, dimension]), info('probe', [dimension, 1])],
      output: [info('scores', [count, 1])],
    },
  }).finish();
  const session = await InferenceSession.create(model, { intraOpNumThreads: 1, interOpNumThreads: 1 });
  const tensor = new Tensor('float32', vectors, [count, dimension]);
  return async (probe) => {
    const result = await session.run({ vectors: tensor, probe: new Tensor('float32', probe.slice(), [dimension, 1]) });
    return pickBest(result.scores!.data as Float32Array, probe);
  };
}

function openCodes(): Way {
  const codes = new Int8Array(count * dimension);
  const scales = new Float64Array(count);
  const errors = new Float64Array(count);
  for (let at = 0; at < count; at++) {
    const from = at * dimension;
    const { scale, error } = quantizeTemplate(vectors.subarray(from, from + dimension), codes.subarray(from, from + dimension));
    scales[at] = scale;
    errors[at] = error;
  }
  const probeCodes = new Int16Array(dimension);
  return (probe) => {
    const { step, perError, always } = quantizeProbe(probe, probeCodes);
    const best = new BestOwners(limit, -1);
    for (let at = 0; at < count; at++) {
      const from = at * dimension;
      let [a, b, c, d] = [0, 0, 0, 0];
      for (let i = 0; i < dimension; i += 4) {
        a = (a + probeCodes[i]! * codes[from + i]!) | 0;
        b = (b + probeCodes[i + 1]! * codes[from + i + 1]!) | 0;
        c = (c + probeCodes[i + 2]! * codes[from + i + 2]!) | 0;
        d = (d + probeCodes[i + 3]! * codes[from + i + 3]!) | 0;
      }
      const bound = (a + b + c + d) * scales[at]! * step + errors[at]! * perError + always;
      if (bound >= best.scoreToReach) best.offer({ owner: at, key: at, score: exactScore(probe, at) });
    }
    return best.list();
  };
}

/** float32 in WebAssembly SIMD over vectors that lie in its memory. */
async function openFloatSimd(): Promise<Way> {
  const steps = ['a', 'b', 'c', 'd'].map(
    (sum, i) =>
      `(local.set $${sum} (f32x4.add (local.get $${sum}) (f32x4.mul (v128.load offset=${i * 16} (local.get $at)) (v128.load offset=${i * 16} (local.get $row)))))`,
  );
  const lanes = [0, 1, 2, 3].map((lane) => `(f32x4.extract_lane ${lane} (local.get $a))`);
  const bytes = await assembleText(`(module (import "index" "memory" (memory 1 65536))
    (func (export "products") (param $probe i32) (param $row i32) (param $out i32) (param $outEnd i32)
      (local $at i32) (local $rowEnd i32) (local $a v128) (local $b v128) (local $c v128) (local $d v128)
      (loop $rows
        ${['a', 'b', 'c', 'd'].map((sum) => `(local.set $${sum} (v128.const i32x4 0 0 0 0))`).join('')}
        (local.set $at (local.get $probe))
        (local.set $rowEnd (i32.add (local.get $row) (i32.const ${dimension * 4})))
        (loop $values ${steps.join('')}
          (local.set $at (i32.add (local.get $at) (i32.const 64)))
          (local.set $row (i32.add (local.get $row) (i32.const 64)))
          (br_if $values (i32.lt_u (local.get $row) (local.get $rowEnd))))
        (local.set $a (f32x4.add (f32x4.add (local.get $a) (local.get $b)) (f32x4.add (local.get $c) (local.get $d))))
        (f32.store (local.get $out) (f32.add (f32.add ${lanes[0]} ${lanes[1]}) (f32.add ${lanes[2]} ${lanes[3]})))
        (local.set $out (i32.add (local.get $out) (i32.const 4)))
        (br_if $rows (i32.lt_u (local.get $out) (local.get $outEnd))))))`);
  const outAt = dimension * 4;
  const rowsAt = Math.ceil((outAt + count * 4) / 65536) * 65536;
  const memory = new WebAssembly.Memory({ initial: Math.ceil((rowsAt + count * dimension * 4) / 65536), maximum: 65536 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { index: { memory } });
  new Float32Array(memory.buffer, rowsAt, vectors.length).set(vectors);
  const products = exports.products as (probe: number, rows: number, out: number, outEnd: number) => void;
  return (probe) => {
    new Float32Array(memory.buffer, 0, dimension).set(probe);
    products(0, rowsAt, outAt, outAt + count * 4);
    return pickBest(new Float32Array(memory.buffer, outAt, count), probe);
  };
}

/** The index, in workers that fill themselves with the same vectors. */
async function openIndex(threads: number): Promise<[Way, GalleryIndex]> {
  const index = new GalleryIndex({
    script: new URL('../test/gallery/index/workers/feeding-worker.js', import.meta.url),
    workerData: { count } satisfies Feed,
    ...{ threads, dimension, deadlineMs: 60_000 },
    onThreadLost: (reason) => {
      throw new Error(reason);
    },
  });
  await index.started;
  return [(probe) => index.search('company', probe, { limit }), index];
}

const [oneThread, first] = await openIndex(1);
const [twoThreads, second] = await openIndex(2);
const ways: [string, Way][] = [
  ['plain loop, float64 sum', plainLoop],
  ['(a) loop unrolled by four', unrolledLoop],
  ['(b) onnxruntime MatMul, 1 thread', await openMatrixProduct()],
  ['(c) int8 first pass in JavaScript', openCodes()],
  ['(d) float32 in WebAssembly SIMD', await openFloatSimd()],
  ['(d) int8 first pass in WebAssembly SIMD, in a worker: the index', oneThread],
  ['(e) the same in two workers', twoThreads],
];
const times = ways.map((): number[] => []);
for (let round = 0; round < rounds; round++) {
  const probe = probeOf(round);
  let expected: string | undefined;
  for (const [i, [name, way]] of ways.entries()) {
    const began = performance.now();
    const found = await way(probe);
    times[i]!.push(performance.now() - began);
    const persons = JSON.stringify(found.map((match) => [match.owner, match.score]));
    expected ??= persons;
    if (persons !== expected) throw new Error(`${name} finds others than the plain loop`);
  }
}
await first.close();
await second.close();

const at = (values: number[], part: number): number => [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) * part)]!;
const base = at(times[0]!, 0.5);
const lines = [
  `${count} templates of ${dimension} values, ${rounds} rounds; ${availableParallelism()} cores (${cpus()[0]?.model}), Node ${process.versions.node}, load average ${loadavg()[0]!.toFixed(1)}`,
  '',
  '| way | p50 ms | p95 ms | of the plain loop |',
  '|---|---|---|---|',
  ...ways.map(([name], i) => {
    const p50 = at(times[i]!, 0.5);
    return `| ${name} | ${p50.toFixed(1)} | ${at(times[i]!, 0.95).toFixed(1)} | ${(p50 / base).toFixed(3)} |`;
  }),
];
console.log(lines.join('\n'));
if (process.env.WRITE) writeFileSync(process.env.WRITE, `${lines.join('\n')}\n`);
