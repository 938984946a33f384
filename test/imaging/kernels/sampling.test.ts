import fc from 'fast-check';
import t from 'tap';
import { sampleInto, sampleTensor, type TensorSpec, tensorLength } from '../../../src/imaging/crop.js';
import type { Affine } from '../../../src/imaging/geometry.js';
import type { RgbImage } from '../../../src/imaging/image.js';
import { KernelNumbers } from '../../../src/imaging/kernels/pixel-memory.js';
import { toLuma } from '../../../src/imaging/luma.js';
import { shrink } from '../../../src/imaging/shrink.js';
import { Random } from '../../random.js';
import { sampleTensor as sampleReference } from '../reference/sample-tensor.js';
import { shrink as shrinkReference } from '../reference/shrink.js';
import { toLuma as lumaReference } from '../reference/to-luma.js';

/** What two roundings of a weight to 14 bits can change, in grey levels. */
const tolerance = 0.02;

const noise = (width: number, height: number, seed: number): RgbImage => {
  const random = new Random(seed);
  return { width, height, data: Uint8Array.from({ length: width * height * 3 }, () => random.whole(0, 255)) };
};

const picture = fc
  .record({ width: fc.integer({ min: 1, max: 70 }), height: fc.integer({ min: 1, max: 70 }), seed: fc.nat(1e6) })
  .map(({ width, height, seed }) => noise(width, height, seed));
const step = fc.oneof(fc.double({ min: -4, max: 4, noNaN: true }), fc.constantFrom(0, 1, -1, 0.5, 3));
const place = fc.oneof(fc.double({ min: -90, max: 90, noNaN: true }), fc.constantFrom(0, -0.5, 0.5, 1));
const anyMap: fc.Arbitrary<Affine> = fc.record({ a: step, b: step, tx: place, c: step, d: step, ty: place });
/** As crops are: without a turn. */
const uprightMap = anyMap.map((map) => ({ ...map, b: 0, c: 0 }));
const spec: fc.Arbitrary<TensorSpec> = fc.record({
  width: fc.integer({ min: 1, max: 40 }),
  height: fc.integer({ min: 1, max: 40 }),
  layout: fc.constantFrom('nchw' as const, 'nhwc' as const),
  colour: fc.constantFrom('rgb' as const, 'bgr' as const, 'grey' as const),
  mean: fc.constantFrom([0], [127, 127, 127], [123.7, 116.3, 103.5]),
  scale: fc.constantFrom([1], [1 / 128, 1 / 128, 1 / 128], [1 / 58.4, 1 / 57.1, 1 / 57.4]),
  padding: fc.constantFrom(0, 127, 127.5),
});

t.test('sampling by the kernel is that of plain JavaScript', async () => {
  fc.assert(
    fc.property(picture, fc.oneof(anyMap, uprightMap), spec, (image, map, spec) => {
      const expected = sampleReference(image, map, spec, new Float32Array(tensorLength(spec)));
      const found = sampleTensor(image, map, spec);
      const most = tolerance * Math.max(...spec.scale);
      expected.forEach((value, i) => {
        if (!(Math.abs(found[i]! - value) <= most)) throw new Error(`value ${i}: ${found[i]} instead of ${value}`);
      });
    }),
    { numRuns: 600 },
  );
});

t.test('maps that no crop has neither trap nor read beyond the picture', async (t) => {
  const image = noise(20, 10, 1);
  const spec = { width: 8, height: 8, layout: 'nchw', colour: 'rgb', mean: [0], scale: [1], padding: 7 } as const;
  const strange = [
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    1e300,
    -1e300,
    1e12,
    4294967296,
    Number.MIN_VALUE,
  ];
  for (const value of strange) {
    for (const name of ['a', 'b', 'tx', 'c', 'd', 'ty'] as const) {
      const map = { a: 1, b: 0, tx: 0, c: 0, d: 1, ty: 0, [name]: value };
      const expected = sampleReference(image, map, spec, new Float32Array(tensorLength(spec)));
      const found = sampleTensor(image, map, spec);
      t.ok(
        expected.every((v, i) => Math.abs(v - found[i]!) <= tolerance || (Number.isNaN(v) && found[i] === 7)),
        `${name} = ${value}`,
      );
    }
  }
});

t.test('a tensor is written where it is asked for, and nothing beside it', async (t) => {
  const image = noise(30, 30, 2);
  const spec = { width: 5, height: 4, layout: 'nhwc', colour: 'bgr', mean: [10], scale: [2] } as const;
  const map = { a: 2, b: 0.1, tx: 3, c: -0.1, d: 2, ty: 4 };
  const room = new KernelNumbers(200);
  room.values.fill(-1);
  const values = sampleInto(image, map, spec, room, 70);
  t.same([...values.subarray(70, 130)], [...sampleTensor(image, map, spec)]);
  t.ok([...values.subarray(0, 70), ...values.subarray(130)].every((value) => value === -1));
  t.throws(() => sampleInto(image, map, spec, room, 141), RangeError);
});

t.test('a constant picture stays what it is to the last bit', async (t) => {
  for (const level of [0, 1, 127, 254, 255]) {
    const image = { width: 9, height: 9, data: new Uint8Array(243).fill(level) };
    const spec = { width: 16, height: 16, layout: 'nchw', colour: 'rgb', mean: [0], scale: [1] } as const;
    const map = { a: 0.37, b: 0.11, tx: 1.3, c: -0.05, d: 0.31, ty: 1.7 };
    t.ok(
      sampleTensor(image, map, spec).every((value) => value === level),
      `level ${level}`,
    );
  }
});

t.test('shrinking by the kernel is that of plain JavaScript, bit by bit', async (t) => {
  const random = new Random(3);
  for (let run = 0; run < 60; run++) {
    const factor = run < 12 ? run + 1 : random.whole(1, 9);
    const image = noise(random.whole(factor, factor * 13 + 5), random.whole(factor, factor * 9 + 5), run);
    const drop = { left: run % 2 === 1, top: run % 3 === 1 };
    t.same(shrink(image, factor, drop), shrinkReference(image, factor, drop), `${image.width}×${image.height} by ${factor}`);
  }
});

t.test('means that end in a half are rounded up at every factor', async (t) => {
  for (let factor = 2; factor <= 64; factor++) {
    for (const level of [0, 100, 254]) {
      // Half of the pixels are one level brighter; with an odd number of pixels, one more or one less than half.
      const count = factor * factor;
      const data = Uint8Array.from({ length: count * 3 }, (_, i) => level + (Math.floor(i / 3) < count / 2 ? 1 : 0));
      const expected = Math.floor((level * count + Math.ceil(count / 2) + count / 2) / count);
      t.same(
        [...shrink({ width: factor, height: factor, data }, factor).data],
        [expected, expected, expected],
        `${factor}, ${level}`,
      );
    }
  }
  t.throws(() => shrink(noise(65, 65, 1), 65), RangeError);
});

t.test('luma by the kernel is that of plain JavaScript, with halves rounded up', async (t) => {
  const image = noise(64, 1000, 5);
  t.same(toLuma(image), lumaReference(image));
  // 0.299 R + 0.587 G + 0.114 B = n + ½
  const halves = { width: 2, height: 1, data: Uint8Array.from([50, 50, 75, 0, 100, 50].slice(0, 6)) };
  t.same(toLuma(halves), lumaReference(halves));
});
