import fc from 'fast-check';
import t from 'tap';
import { findDirections, learnBasis } from '../../../src/gallery/index/learn-basis.js';
import { prefixLength } from '../../../src/gallery/index/prefix.js';
import { ProbeScan } from '../../../src/gallery/index/probe-scan.js';
import { TemplateIndex } from '../../../src/gallery/index/template-index.js';
import { blockSize, type Slab, TemplateMemory } from '../../../src/gallery/index/template-memory.js';
import { TemplateSet } from '../../../src/gallery/index/template-set.js';
import { faceLikeVectors, nearCopies } from './face-like-vectors.js';
import { seededVectors, toUnitLength } from './unit-vectors.js';

const scoreOf = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

/** Vectors of this many values that are hard on codes: flat, steep, with tiny values, the opposite of each other. */
const hardVectors = (dimension: number): Float32Array[] => {
  const few = seededVectors(dimension, 3, dimension);
  const at = (i: number) => few.slice(i * dimension, (i + 1) * dimension);
  const steep = at(0).map((value) => value * 1e-4);
  steep[0] = 1;
  return [
    new Float32Array(dimension).fill(1),
    new Float32Array(dimension).fill(-1),
    Float32Array.from({ length: dimension }, (_, i) => (i === 0 ? 1 : 0)),
    Float32Array.from({ length: dimension }, (_, i) => (i % 2 ? 1e-30 : 1)),
    steep,
    at(1),
    at(1).map((value) => value * 1.0009),
    at(2),
  ].map((vector, i) => (i === 6 ? vector : toUnitLength(vector)));
};

t.test('no bound rules out a template that reaches the score, and its interval contains the score', async (t) => {
  const anyVector = (dimension: number) =>
    fc
      .array(fc.oneof(fc.double({ min: -1, max: 1, noNaN: true }), fc.double({ min: -1e-3, max: 1e-3, noNaN: true })), {
        minLength: dimension,
        maxLength: dimension,
      })
      .filter((values) => Math.hypot(...values) > 1e-3)
      .map((values) => toUnitLength(Float32Array.from(values)));
  for (const dimension of [1, 31, 33, 256, 512, 2048]) {
    const check = (rows: Float32Array[], probes: Float32Array[], basis: Float32Array | undefined): void => {
      const memory = new TemplateMemory(dimension);
      const first = memory.takeBlock() * blockSize;
      // Half of them before there is a basis: their prefixes come from codes.
      rows.forEach((row, i) => {
        if (i % 2 === 0) memory.write(first + i, i, i, row);
      });
      memory.setBasis(
        basis,
        rows.flatMap((_, i) => (i % 2 === 0 ? [first + i] : [])),
      );
      rows.forEach((row, i) => {
        if (i % 2 === 1) memory.write(first + i, i, i, row);
      });
      for (const probe of probes) {
        const scores = rows.map((row) => scoreOf(probe, row));
        const scan = new ProbeScan(memory, probe);
        for (const score of scores) {
          // A new run each time; a pause after a run of which most is left must not change the result either.
          const found = [...scan.filter(first, blockSize, score)];
          scores.forEach((other, i) => {
            if (other >= score && !found.includes(i)) t.fail(`${i} is missing at ${score}, ${dimension} values`);
          });
        }
        scores.forEach((score, i) => {
          const { low, high } = scan.bound(first + i);
          if (!(low <= score && score <= high)) t.fail(`${score} is not in ${low}..${high}, ${dimension} values`);
          if (high - low > 1e-3) t.fail(`${high - low} wide, ${dimension} values`);
        });
        scan.wipe();
      }
    };
    const hard = hardVectors(dimension);
    // For 2048 values it would take seconds to learn them.
    const bases =
      dimension < 256 || dimension > 512 ? [undefined] : [undefined, learn(seededVectors(7, 300, dimension)), learn(toOne(hard))];
    function learn(vectors: Float32Array) {
      return findDirections(vectors, dimension, prefixLength)!.basis;
    }
    for (const basis of bases) {
      check(hard, hard, basis);
      fc.assert(
        fc.property(fc.array(anyVector(dimension), { minLength: 2, maxLength: 5 }), (rows) => {
          check(rows, [rows[0]!, hard[5]!], basis);
        }),
        { numRuns: dimension > 512 ? 3 : 10 },
      );
    }
  }
});

function toOne(vectors: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(vectors.length * vectors[0]!.length);
  for (const [i, vector] of vectors.entries()) all.set(vector, i * vector.length);
  return all;
}

t.test('learned directions are orthonormal, the same for the same templates, and hold what faces have', async (t) => {
  const held = (basis: Float32Array, vectors: Float32Array): number => {
    let squares = 0;
    for (let v = 0; v < vectors.length; v += 512)
      for (let d = 0; d < basis.length; d += 512)
        squares += scoreOf(basis.subarray(d, d + 512), vectors.subarray(v, v + 512)) ** 2;
    return squares / (vectors.length / 512);
  };
  const others = faceLikeVectors(2, 200);
  const faces = faceLikeVectors(1, 1024);
  const basis = learnBasis(faces, 512, prefixLength)!;
  t.same(learnBasis(faces, 512, prefixLength), basis);
  t.ok(held(basis, others) > 0.85, `${held(basis, others)} of the squares of other templates`);
  for (const [name, vectors] of [
    ['one template', nearCopies(1, 50, 0)],
    ['zeros', new Float32Array(512 * 10)],
  ] as const) {
    const one = findDirections(vectors, 512, prefixLength)!.basis;
    t.equal(learnBasis(vectors, 512, prefixLength), undefined, `${name}: a direction could show a template`);
    for (let i = 0; i < prefixLength; i += 9)
      for (let k = 0; k < prefixLength; k += 7) {
        const product = scoreOf(one.subarray(i * 512, (i + 1) * 512), one.subarray(k * 512, (k + 1) * 512));
        if (Math.abs(product - (i === k ? 1 : 0)) > 1e-5) t.fail(`${name}: ${i} · ${k} = ${product}`);
      }
  }
});

/** Everything that a memory holds, as arrays. */
const everything = (memory: TemplateMemory): (Int8Array | Float64Array)[] => [
  memory.kernel.views.int8,
  ...(Reflect.get(memory, 'slabs') as Slab[]).flatMap(({ fine, keys, owners, prints }) => [fine, keys, owners, prints]),
];

t.test('a removed template is overwritten at any position, and its place is reused', async (t) => {
  const dimension = 256;
  const memory = new TemplateMemory(dimension);
  const set = new TemplateSet(memory);
  const vectors = seededVectors(3, 200, dimension);
  const vectorOf = (key: number) => vectors.subarray(key * dimension, (key + 1) * dimension);
  memory.setBasis(findDirections(vectors, dimension, prefixLength)!.basis, []);
  for (let key = 0; key < 200; key++) set.add(key, key % 10, vectorOf(key));
  const before = memory.usedBytes;
  const { prefixes, codes, columns, fine, prints } = (Reflect.get(memory, 'slabs') as Slab[])[0]!;
  const { int8, float32 } = memory.kernel.views;
  const rowsOf = (bytes: Int8Array, from: number, stride: number): Set<string> => {
    const found = new Set<string>();
    for (let i = 0; i < 256; i++) {
      const row = bytes.subarray(from + i * stride, from + (i + 1) * stride);
      if (row.some((value) => value !== 0)) found.add(row.join());
    }
    return found;
  };
  const held = () => [rowsOf(int8, codes, dimension), rowsOf(fine, 0, dimension), rowsOf(int8, prefixes, prefixLength)];
  const countHeld = () => held().map(({ size }) => size);
  // What only this template has, in each of the three.
  const goneAfter = (remove: () => void): void => {
    const rows = held();
    remove();
    for (const [i, left] of held().entries())
      t.equal([...rows[i]!].filter((row) => !left.has(row)).length, rows[i]!.size - left.size);
  };
  t.same(countHeld(), [200, 200, 200]);
  goneAfter(() => t.ok(set.remove(17), 'one in the middle'));
  t.notOk(set.remove(17));
  goneAfter(() => t.ok(set.remove(199), 'the last'));
  t.same(countHeld(), [198, 198, 198]);
  goneAfter(() => t.equal(set.removeOwner(3), 20));
  t.same(countHeld(), [178, 178, 178]);
  t.equal(prints.filter((value) => value !== 0).length, 178);
  for (const key of [17, 199]) set.add(key, 1, vectorOf(key));
  t.equal(memory.usedBytes, before - blockSize * memory.bytesPerTemplate, 'three blocks instead of four');
  for (let key = 0; key < 200; key++) set.remove(key);
  t.equal(set.size, 0);
  t.ok(float32.subarray(columns / 4).every((value) => value === 0));
  memory.setBasis(undefined, []);
  for (const values of everything(memory)) t.ok(values.every((value: number) => value === 0));
  t.equal(memory.usedBytes, 0);
});

t.test(
  'nothing of the probe or of a template that was added is left in working memory; with the last template goes the basis',
  async (t) => {
    const vectors = faceLikeVectors(1, 8192);
    const index = new TemplateIndex(async () => new Map());
    for (let i = 0; i < 8192; i++) index.add('company', i, i, vectors.subarray(i * 512, (i + 1) * 512));
    const memory = Reflect.get(index, 'memory') as TemplateMemory;
    const scratch = () => memory.kernel.views.int8.subarray(0, memory.kernel.at.basis);
    t.ok(memory.hasBasis);
    t.ok(scratch().every((value) => value === 0));
    await index.search('company', vectors.slice(0, 512), { limit: 10 });
    t.ok(scratch().every((value) => value === 0));
    index.add('company', 9000, 0, vectors.subarray(0, 512));
    t.ok(scratch().every((value) => value === 0));
    for (let owner = 0; owner < 8192; owner++) index.remove('company', owner);
    index.remove('company', 9000);
    t.notOk(memory.hasBasis);
    for (const values of everything(memory)) t.ok(values.every((value: number) => value === 0));
  },
);
