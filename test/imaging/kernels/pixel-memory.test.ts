import t from 'tap';
import { sampleTensor } from '../../../src/imaging/crop.js';
import type { RgbImage } from '../../../src/imaging/image.js';
import { derive, forgetPictures, KernelNumbers, place, takeResults } from '../../../src/imaging/kernels/pixel-memory.js';
import { shrink } from '../../../src/imaging/shrink.js';
import { shrink as shrinkReference } from '../reference/shrink.js';

/** A picture whose pixels differ from their neighbours', and from those of another seed. */
function paint(width: number, height: number, seed: number): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i++) data[i] = i * 31 + seed * 7 + (i >> 8);
  return { width, height, data };
}

const isSame = (p: RgbImage, q: RgbImage): boolean => p.width === q.width && Buffer.compare(p.data, q.data) === 0;
const whole = { width: 1, height: 1, layout: 'nchw', colour: 'rgb', mean: [0], scale: [1] } as const;
const firstPixel = (image: RgbImage) => [...sampleTensor(image, { a: 1, b: 0, tx: 0, c: 0, d: 1, ty: 0 }, whole)];

t.test('a picture is copied once, until it is forgotten', async (t) => {
  const image = paint(50, 40, 1);
  const before = firstPixel(image);
  const address = place(image.data);
  image.data.fill(0, 0, 3);
  t.equal(place(image.data), address);
  t.same(firstPixel(image), before, 'the copy is used');
  forgetPictures();
  t.same(firstPixel(image), [0, 0, 0], 'it was copied again');
});

t.test('what is derived from a picture is in place already', async (t) => {
  const image = paint(64, 64, 2);
  const reduced = shrink(image, 2);
  const before = firstPixel(reduced);
  reduced.data.fill(0);
  t.same(firstPixel(reduced), before);
});

t.test('more pictures than there is room for displace each other, and none is mixed up', async (t) => {
  const pictures = Array.from({ length: 7 }, (_, i) => paint(1500 + i, 1500, i));
  for (let round = 0; round < 2; round++) {
    for (const image of pictures) {
      t.same(firstPixel(image), [...image.data.subarray(0, 3)]);
      const last = { a: 1, b: 0, tx: image.width - 1, c: 0, d: 1, ty: image.height - 1 };
      t.same([...sampleTensor(image, last, whole)], [...image.data.subarray(-3)]);
    }
  }
  const image = pictures[3]!;
  t.ok(isSame(shrink(image, 3), shrinkReference(image, 3)), 'source and result fit together');
});

t.test('a picture larger than the room gets a larger one; reserved numbers keep their values', async (t) => {
  const numbers = new KernelNumbers(1000);
  numbers.values.fill(5);
  const early = numbers.values;
  const image = paint(5000, 4000, 9);
  t.same(firstPixel(image), [...image.data.subarray(0, 3)]);
  t.ok(isSame(shrink(image, 4), shrinkReference(image, 4)));
  t.equal(early.length, 0, 'the memory has grown');
  t.ok(numbers.values.length === 1000 && numbers.values.every((value) => value === 5));
});

t.test('results are zeros at first, and no more than there is room for', async (t) => {
  takeResults(Float64Array, 8, 16).values.fill(3);
  const { values, address } = takeResults(Uint32Array, 4, 32);
  t.ok(values.every((value) => value === 0));
  t.equal(address % 16, 0);
  t.throws(() => takeResults(Uint32Array, 4, 1e6), RangeError);
});

t.test('a kernel may read behind a picture without reading beyond the memory', async (t) => {
  forgetPictures();
  // The last picture for which there is room ends where the area ends.
  for (let i = 0; i < 40; i++) {
    const image = paint(400 + i, 333, i);
    const from = derive(image.data, new Uint8Array(3), (from, to) => void [from, to]);
    t.equal(from.length, 3);
    t.ok(isSame(shrink(image, 2), shrinkReference(image, 2)));
  }
});
