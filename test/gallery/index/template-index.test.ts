import fc from 'fast-check';
import t from 'tap';
import { InvalidTemplateError } from '../../../src/gallery/index/index-errors.js';
import { TemplateIndex } from '../../../src/gallery/index/template-index.js';
import { repetitions } from '../../repetitions.js';
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
