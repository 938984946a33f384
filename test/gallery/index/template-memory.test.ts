import fc from 'fast-check';
import t from 'tap';
import { BestOwners } from '../../../src/gallery/index/best-owners.js';
import { quantizeProbe, quantizeTemplate } from '../../../src/gallery/index/quantize.js';
import { blockSize, TemplateMemory } from '../../../src/gallery/index/template-memory.js';
import { TemplateSet } from '../../../src/gallery/index/template-set.js';
import { seededVectors, toUnitLength } from './unit-vectors.js';

t.test('a score never exceeds the bound computed from its codes', async (t) => {
  const anyVector = fc
    .array(fc.oneof(fc.double({ min: -1, max: 1, noNaN: true }), fc.double({ min: -1e-3, max: 1e-3, noNaN: true })), {
      minLength: 1,
      maxLength: 600,
    })
    .filter((values) => Math.hypot(...values) > 1e-3)
    .map((values) => toUnitLength(Float32Array.from(values)));
  let tightest = 0;
  fc.assert(
    fc.property(anyVector, anyVector, fc.boolean(), (template, other, twin) => {
      const dimension = Math.min(template.length, other.length);
      const [v, u] = [template.slice(0, dimension), other.slice(0, dimension)];
      if (Math.hypot(...v) < 1e-3 || Math.hypot(...u) < 1e-3) return true;
      const unit = toUnitLength(v);
      const probe = twin ? unit : toUnitLength(u);
      const codes = new Int8Array(dimension);
      const probeCodes = new Int16Array(dimension);
      const { scale, error } = quantizeTemplate(unit, codes);
      const { step, perError, always } = quantizeProbe(probe, probeCodes);
      let score = 0;
      let product = 0;
      for (let i = 0; i < dimension; i++) {
        score += probe[i]! * unit[i]!;
        product += probeCodes[i]! * codes[i]!;
      }
      const bound = Math.fround(error) * perError + always;
      const off = Math.abs(score - product * scale * step);
      tightest = Math.max(tightest, off / bound);
      return off <= bound && Math.abs(product) < 2 ** 31;
    }),
    { numRuns: 3000 },
  );
  t.ok(tightest > 0.1, `the bound is not idle: a score came as near to it as ${tightest.toFixed(2)} of it`);
});

t.test('products equal a plain loop’s, also at the ends of the range', async (t) => {
  for (const dimension of [1, 31, 32, 33, 512, 2048]) {
    const memory = new TemplateMemory(dimension);
    const block = memory.takeBlock();
    // Every value the same: each code is 127, each probe code the finest, and the sum as large as it gets.
    const extreme = toUnitLength(new Float32Array(dimension).fill(-1));
    const vectors = seededVectors(dimension, blockSize - 1, dimension);
    const rows = [extreme];
    for (let i = 0; i < blockSize - 1; i++) rows.push(toUnitLength(vectors.slice(i * dimension, (i + 1) * dimension)));
    for (const [i, row] of rows.entries()) memory.write(block * blockSize + i, i, i, row);
    for (const probe of rows) {
      const probeCodes = new Int16Array(dimension);
      quantizeProbe(probe, probeCodes);
      memory.loadProbe(probe);
      memory.compare(block, blockSize);
      const expected = rows.map((row) => {
        const codes = new Int8Array(dimension);
        quantizeTemplate(row, codes);
        return codes.reduce((sum, code, i) => sum + code * probeCodes[i]!, 0);
      });
      if (Math.max(...expected.map(Math.abs)) >= 2 ** 31) t.fail('past int32');
      t.same([...memory.products], expected, `${dimension} values`);
    }
  }
});

t.test('a removed template is overwritten at any position, and its place is reused', async (t) => {
  const memory = new TemplateMemory(32);
  const set = new TemplateSet(memory);
  const vectors = seededVectors(3, 200, 32);
  const vectorOf = (key: number) => vectors.subarray(key * 32, (key + 1) * 32);
  for (let key = 0; key < 200; key++) set.add(key, key % 10, vectorOf(key));
  const before = memory.usedBytes;
  const { slab } = memory.columnsOf(0);
  const codes = Reflect.get(memory, 'codes') as Int8Array;
  const rows = (): Set<string> => {
    const found = new Set<string>();
    for (let at = 0; at < slab.vectors.length; at += 32) found.add(slab.vectors.subarray(at, at + 32).join());
    return found;
  };
  const codeRows = (): number => {
    let held = 0;
    for (let at = 0; at < codes.length; at += 32) if (codes.subarray(at, at + 32).some((code) => code !== 0)) held++;
    return held;
  };
  t.equal(codeRows(), 200);
  t.ok(rows().has(vectorOf(17).join()));
  t.ok(set.remove(17), 'one in the middle');
  t.notOk(set.remove(17));
  t.notOk(rows().has(vectorOf(17).join()));
  t.ok(set.remove(199), 'the last');
  t.notOk(rows().has(vectorOf(199).join()));
  t.equal(codeRows(), 198);
  t.equal(set.removeOwner(3), 20);
  for (let key = 3; key < 200; key += 10) t.notOk(rows().has(vectorOf(key).join()));
  t.equal(codeRows(), 178);
  for (const key of [17, 199]) set.add(key, 1, vectorOf(key));
  t.equal(memory.usedBytes, before - blockSize * memory.bytesPerTemplate, 'three blocks instead of four');
  for (let key = 0; key < 200; key++) set.remove(key);
  t.equal(set.size, 0);
  for (const column of [slab.vectors, slab.scales, slab.errors, slab.keys, slab.owners, codes])
    t.ok(column.every((value) => value === 0));
  t.equal(memory.usedBytes, 0);
});

t.test('the codes rule out nearly all templates: few exact scores are computed', async (t) => {
  const count = 20_000;
  const vectors = seededVectors(1, count);
  const set = new TemplateSet(new TemplateMemory(512));
  for (let i = 0; i < count; i++) set.add(i, i, vectors.subarray(i * 512, (i + 1) * 512));
  const probes = seededVectors(2, 12);
  for (let i = 0; i < 12; i++) {
    const exact = set.search(probes.slice(i * 512, (i + 1) * 512), new BestOwners(10, Number.NEGATIVE_INFINITY), undefined);
    t.ok(exact < count / 50, `${exact} exact scores`);
  }
});
