import fc from 'fast-check';
import t, { type Test } from 'tap';
import { InvalidTemplateError } from '../../../src/gallery/index/index-errors.js';
import { type SearchOptions, TemplateIndex } from '../../../src/gallery/index/template-index.js';
import type { TemplateMemory } from '../../../src/gallery/index/template-memory.js';
import { repetitions } from '../../repetitions.js';
import { faceLikeVectors, nearCopies } from './face-like-vectors.js';
import { PlainIndex } from './plain-index.js';
import { seededVectors, toUnitLength } from './unit-vectors.js';

// Few directions of few values: ties and duplicates come by themselves.
const coarseVector = (dimension: number): fc.Arbitrary<Float32Array> =>
  fc
    .array(fc.integer({ min: -2, max: 2 }), { minLength: dimension, maxLength: dimension })
    .filter((values) => values.some((value) => value !== 0))
    .map((values) => toUnitLength(Float32Array.from(values)));
const fineVector = (dimension: number): fc.Arbitrary<Float32Array> =>
  fc.integer({ min: 0, max: 2 ** 31 }).map((seed) => seededVectors(seed, 1, dimension));
/** One value holds nearly everything: the coarsest codes there are. */
const steepVector = (dimension: number): fc.Arbitrary<Float32Array> =>
  fc.tuple(fc.nat(dimension - 1), fineVector(dimension)).map(([at, vector]) => {
    vector[at] = 40;
    return toUnitLength(vector);
  });

/** Persons whose templates are added. */
const owners = 40;

const step = (dimension: number) => {
  const vector = fc.oneof(coarseVector(dimension), fineVector(dimension), steepVector(dimension));
  const company = fc.constantFrom('one', 'two');
  const owner = fc.nat(12);
  const change = fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('add' as const), company, key: fc.nat(60), owner, vector }) },
    {
      // Many at once, so that blocks of 64 open and close.
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('addMany' as const),
        company,
        first: fc.nat(200),
        count: fc.integer({ min: 30, max: 150 }),
        vectors: fc.array(vector, { minLength: 1, maxLength: 4 }),
      }),
    },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('remove' as const), company, key: fc.nat(350) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('removeOwner' as const), company, owner }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('removeAll' as const), company }) },
  );
  const search = fc.record({
    do: fc.constant('search' as const),
    company,
    vector,
    limit: fc.integer({ min: 1, max: 20 }),
    minimum: fc.option(fc.double({ min: -1, max: 1, noNaN: true }), { nil: undefined }),
    excludeOwner: fc.option(owner, { nil: undefined }),
  });
  return fc.oneof(change, search);
};

for (const dimension of [3, 48, 512]) {
  t.test(`with ${dimension} values, every search equals a plain float64 loop, after any sequence of changes`, async (t) => {
    const runs = dimension === 512 ? repetitions(30, 60) : repetitions(100, 200);
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step(dimension), { minLength: 10, maxLength: 40, size: 'max' }), async (steps) => {
        const plain = new PlainIndex();
        const index = new TemplateIndex(plain.read, dimension);
        for (const one of steps) {
          if (one.do === 'add') {
            index.add(one.company, one.key, one.owner, one.vector);
            plain.add(one.company, one.key, one.owner, one.vector);
          } else if (one.do === 'addMany') {
            for (let i = 0; i < one.count; i++) {
              const vector = one.vectors[i % one.vectors.length]!;
              index.add(one.company, one.first + i, i % owners, vector);
              plain.add(one.company, one.first + i, i % owners, vector);
            }
          } else if (one.do === 'remove') {
            if (index.remove(one.company, one.key) !== plain.remove(one.company, one.key)) return false;
          } else if (one.do === 'removeOwner') {
            if (index.removeOwner(one.company, one.owner) !== plain.removeOwner(one.company, one.owner)) return false;
          } else if (one.do === 'removeAll') {
            for (let owner = 0; owner < owners; owner++)
              if (index.removeOwner(one.company, owner) !== plain.removeOwner(one.company, owner)) return false;
          } else {
            const options = {
              limit: one.limit,
              ...(one.minimum !== undefined && { minimum: one.minimum }),
              ...(one.excludeOwner !== undefined && { excludeOwner: one.excludeOwner }),
            };
            const expected = plain.search(one.company, one.vector, options);
            // Not approximately: the same numbers.
            if (JSON.stringify(await index.search(one.company, one.vector, options)) !== JSON.stringify(expected)) return false;
            compared += expected.length;
          }
          if (index.size(one.company) !== plain.size(one.company)) return false;
        }
        for (const company of ['one', 'two']) for (let owner = 0; owner < owners; owner++) index.removeOwner(company, owner);
        return index.memoryBytes.used === 0 && index.size() === 0;
      }),
      { numRuns: runs },
    );
    t.ok(compared > 10 * runs, `${compared} matches were compared`);
  });
}

t.test('tens of thousands of templates: the same persons and scores as a plain loop', async (t) => {
  const count = repetitions(50_000, 100_000);
  const vectors = seededVectors(1, count);
  const plain = new PlainIndex();
  const index = new TemplateIndex(plain.read);
  for (let i = 0; i < count; i++) {
    const vector = vectors.subarray(i * 512, (i + 1) * 512);
    index.add('company', i, Math.floor(i / 2), vector);
    plain.add('company', i, Math.floor(i / 2), vector);
  }
  for (let i = 0; i < count; i += 7) {
    index.remove('company', i);
    plain.remove('company', i);
  }
  const probes = seededVectors(2, 12);
  for (let round = 0; round < 12; round++) {
    // Half of them are close to an enrolled person, like the person's next picture.
    const probe = probes.slice(round * 512, (round + 1) * 512);
    if (round % 2 === 1) for (let i = 0; i < 512; i++) probe[i]! += vectors[(round * 3500 + 1) * 512 + i]!;
    const unit = toUnitLength(probe);
    const found = await index.search('company', unit, { limit: 10 });
    t.same(found, plain.search('company', unit, { limit: 10 }));
    if (round % 2 === 1) t.ok(found[0]!.score > 0.6, 'the enrolled person is found');
  }
  t.ok(index.memoryBytes.used < count * 1250, 'bytes per template');
});

t.test('templates that cannot be compared are refused and leave nothing behind', async (t) => {
  const plain = new PlainIndex();
  const index = new TemplateIndex(plain.read, 4);
  const good = Float32Array.of(1, 0, 0, 0);
  for (const bad of [
    [1, 0, 0],
    [0, 0, 0, 0],
    [2, 0, 0, 0],
    [Number.NaN, 1, 0, 0],
    [Number.POSITIVE_INFINITY, 0, 0, 0],
  ]) {
    t.throws(() => index.add('one', 1, 1, Float32Array.from(bad)), InvalidTemplateError);
    await t.rejects(index.search('one', Float32Array.from(bad), { limit: 1 }), InvalidTemplateError);
  }
  t.throws(() => index.add('one', 1.5, 1, good), RangeError);
  for (const limit of [0, 1.5, 1001, Number.NaN]) await t.rejects(index.search('one', good, { limit }), RangeError);
  t.equal(index.size(), 0);
  t.equal(index.memoryBytes.used, 0);
  for (const one of [index, plain]) one.add('one', 1, 1, good);
  t.throws(() => index.add('one', 1, 1, Float32Array.of(3, 0, 0, 0)), InvalidTemplateError);
  t.same(await index.search('one', good, { limit: 1 }), [{ owner: 1, key: 1, score: 1 }], 'the one before is still there');
});

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

const galleries: [name: string, make: (count: number) => Float32Array][] = [
  ['faces', (count) => faceLikeVectors(1, count)],
  ['no structure', (count) => seededVectors(1, count)],
  ['pictures of one face', (count) => nearCopies(1, count, 0.8)],
  ['copies of one picture', (count) => nearCopies(1, count, 0.02)],
  ['nearly the same template', (count) => nearCopies(1, count, 1e-3)],
  ['one template', (count) => nearCopies(1, count, 0)],
  // A basis learned from the first ones does not suit the others.
  [
    'one template, then faces',
    (count) => {
      const vectors = faceLikeVectors(1, count);
      vectors.set(nearCopies(1, 8192, 0));
      return vectors;
    },
  ],
];
for (const [name, make] of galleries) {
  t.test(`${name}: with learned directions, searches equal a plain loop, with any limit`, async (t) => {
    const count = 9000;
    const vectors = make(count);
    const { index, plain, compare } = fill(vectors, 2);
    t.ok((Reflect.get(index, 'memory') as TemplateMemory).hasBasis, 'directions were learned');
    const probes = [
      ...[0, 1].map((i) => vectorAt(faceLikeVectors(2, 2), i)),
      vectorAt(vectors, 4321),
      vectorAt(nearCopies(3, 1, 0.01), 0),
    ];
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
    const { compare, readCount } = fill(nearCopies(1, 9000, deviation));
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
