import t, { type Test } from 'tap';
import { type SearchOptions, TemplateIndex } from '../../../src/gallery/index/template-index.js';
import type { TemplateMemory } from '../../../src/gallery/index/template-memory.js';
import { faceLikeVectors, nearCopies } from './face-like-vectors.js';
import { PlainIndex } from './plain-index.js';
import { seededVectors } from './unit-vectors.js';

/** An index and a plain one with the same templates of a company, one per person unless `perPerson` says otherwise. */
function fill(vectors: Float32Array, perPerson = 1) {
  const plain = new PlainIndex();
  let read = 0;
  const index = new TemplateIndex((companyId, keys) => {
    read += keys.length;
    return plain.read(companyId, keys);
  });
  for (let i = 0; i * 512 < vectors.length; i++)
    for (const one of [index, plain]) one.add('company', i, Math.floor(i / perPerson), vectors.subarray(i * 512, (i + 1) * 512));
  const compare = async (t: Test, probe: Float32Array, options: SearchOptions, message: string) => {
    const expected = plain.search('company', probe, options);
    t.same(await index.search('company', probe, options), expected, message);
    return expected;
  };
  return { index, plain, compare, readCount: () => read };
}

const vectorAt = (vectors: Float32Array, at: number) => vectors.slice(at * 512, (at + 1) * 512);

/** With whether directions can be learned from it. */
const galleries: [name: string, make: (count: number) => Float32Array, learns: boolean][] = [
  ['faces', (count) => faceLikeVectors(1, count), true],
  ['no structure', (count) => seededVectors(1, count), true],
  ['pictures of one face', (count) => nearCopies(1, count, 0.8), false],
  ['copies of one picture', (count) => nearCopies(1, count, 0.02), false],
  ['nearly the same template', (count) => nearCopies(1, count, 1e-3), false],
  ['one template', (count) => nearCopies(1, count, 0), false],
  [
    'one template, and faces',
    (count) => {
      const vectors = faceLikeVectors(1, count);
      vectors.set(nearCopies(1, 300, 0));
      return vectors;
    },
    true,
  ],
];
for (const [name, make, learns] of galleries) {
  t.test(`${name}: searches equal a plain loop, with any limit`, async (t) => {
    const count = 8192;
    const vectors = make(count);
    const { index, plain, compare } = fill(vectors, 2);
    t.equal((Reflect.get(index, 'memory') as TemplateMemory).hasBasis, learns, 'whether directions were learned');
    const probes = [vectorAt(faceLikeVectors(2, 1), 0), vectorAt(vectors, 4321), vectorAt(nearCopies(3, 1, 0.01), 0)];
    for (const [i, probe] of probes.entries()) {
      for (const limit of [1, 10, 1000]) await compare(t, probe, { limit }, `${limit} for probe ${i}`);
      await compare(t, probe, { limit: 1000, minimum: 0.3 }, 'with a minimum');
      const [best] = plain.search('company', probe, { limit: 1 });
      await compare(t, probe, { limit: 3, excludeOwner: best!.owner }, 'without the best');
      await compare(t, probe, { limit: 5, minimum: best!.score }, 'a minimum that the best just reaches');
    }
    for (let key = 0; key < count; key += 3) for (const one of [index, plain]) one.remove('company', key);
    for (const probe of probes) await compare(t, probe, { limit: 10 }, 'after removals');
  });
}

t.test('equal templates are read once, and few others: codes decide the order', async (t) => {
  for (const [name, deviation, most] of [
    ['equal', 0, 1],
    ['copies', 0.02, 60],
    ['pictures', 0.8, 40],
  ] as const) {
    const { compare, readCount } = fill(nearCopies(1, 3000, deviation));
    for (let i = 0; i < 4; i++) await compare(t, vectorAt(faceLikeVectors(5, 4), i), { limit: 10 }, name);
    t.ok(readCount() <= 4 * most, `${name}: ${readCount()} templates were read for 4 searches`);
  }
});

t.test('what the store does not have any more keeps an approximate score; what is equal to it has its exact one', async (t) => {
  const { index, plain } = fill(nearCopies(1, 20, 0), 1);
  const other = vectorAt(faceLikeVectors(8, 1), 0);
  for (const one of [index, plain]) one.add('company', 20, 20, other);
  const probe = vectorAt(faceLikeVectors(2, 1), 0);
  const expected = plain.search('company', probe, { limit: 30 });
  // The person who comes first among the equal ones, and the one who differs.
  for (const key of [0, 20]) plain.remove('company', key);
  const found = await index.search('company', probe, { limit: 30 });
  t.equal(found.length, expected.length, 'confirming the hits drops them');
  const scores = new Map(expected.map(({ key, score }) => [key, score]));
  for (const { key, score } of found)
    if (key === 0 || key === 20) t.ok(Math.abs(score - scores.get(key)!) < 1e-4, `${key}: ${score}`);
    else t.equal(score, scores.get(key));
  // The store has another template for this number.
  plain.add('company', 20, 20, vectorAt(faceLikeVectors(9, 1), 0));
  const again = await index.search('company', probe, { limit: 30 });
  t.ok(Math.abs(again.find(({ key }) => key === 20)!.score - scores.get(20)!) < 1e-4, 'the one that was searched');
});

t.test('templates that were read are overwritten, and a failure to read fails the search', async (t) => {
  const vectors = faceLikeVectors(1, 50);
  const handed: Float32Array[] = [];
  const index = new TemplateIndex(async (_company, keys) => {
    const found = new Map(keys.map((key) => [key, vectorAt(vectors, key)]));
    handed.push(...found.values());
    return found;
  });
  for (let i = 0; i < 50; i++) index.add('company', i, i, vectorAt(vectors, i));
  await index.search('company', vectorAt(vectors, 3), { limit: 5 });
  t.ok(handed.length >= 5);
  t.ok(handed.every((vector) => vector.every((value) => value === 0)));
  const broken = new TemplateIndex(() => Promise.reject(new Error('no database')));
  broken.add('company', 1, 1, vectorAt(vectors, 1));
  await t.rejects(broken.search('company', vectorAt(vectors, 1), { limit: 1 }), { message: 'no database' });
});
