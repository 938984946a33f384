import fc from 'fast-check';
import t from 'tap';
import { sampleTensor, type TensorSpec } from '../../src/imaging/crop.js';
import { cropMap, fitInside } from '../../src/imaging/geometry.js';
import type { RgbImage } from '../../src/imaging/image.js';
import { resampleTensor } from '../../src/imaging/resample.js';

const plain = (width: number, height = width): TensorSpec => ({
  width,
  height,
  layout: 'nhwc',
  colour: 'rgb',
  mean: [0, 0, 0],
  scale: [1, 1, 1],
});

/** Red counts the pixels up from 0 by rows, green is its column, blue its row. */
function counted(width: number, height: number): RgbImage {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    return [pixel, pixel % width, Math.floor(pixel / width)][i % 3]!;
  });
  return { data, width, height };
}
const channel = (tensor: Float32Array, at: number): number[] => Array.from(tensor).filter((_, i) => i % 3 === at);
const whole = ({ width, height }: RgbImage) => ({ x1: 0, y1: 0, x2: width, y2: height });

t.test('a crop of the output size is unchanged, with either kernel', async (t) => {
  const image = counted(6, 6);
  for (const kernel of ['bilinear', 'area-lanczos'] as const) {
    const out = resampleTensor(image, { x1: 1, y1: 2, x2: 5, y2: 6 }, plain(4), { outside: 'zero', kernel });
    t.strictSame(channel(out, 0), [13, 14, 15, 16, 19, 20, 21, 22, 25, 26, 27, 28, 31, 32, 33, 34]);
  }
});

t.test('shrinking by area is the mean of what each pixel covers, parts of pixels included, in whole numbers', async (t) => {
  const how = { outside: 'zero', kernel: 'area-lanczos' } as const;
  const image = counted(4, 4);
  t.strictSame(channel(resampleTensor(image, whole(image), plain(2), how), 0), [3, 5, 11, 13]);
  // Three columns into two: the middle one is shared. (0·2 + 90·1) / 3 and (90·1 + 30·2) / 3
  const data = Uint8Array.from([0, 90, 30].flatMap((v) => [v, v, v]));
  const three = resampleTensor({ data, width: 3, height: 1 }, { x1: 0, y1: 0, x2: 3, y2: 1 }, plain(2, 1), how);
  t.strictSame(channel(three, 1), [30, 50]);
});

t.test(
  'growing by Lanczos keeps a flat picture flat, cuts its overshoot off, and looks at no pixel beyond the crop',
  async (t) => {
    const how = { outside: 'zero', kernel: 'area-lanczos' } as const;
    const flat: RgbImage = { data: new Uint8Array(5 * 5 * 3).fill(200), width: 5, height: 5 };
    t.ok([...resampleTensor(flat, whole(flat), plain(16), how)].every((v) => Math.abs(v - 200) < 1e-3));
    const edge: RgbImage = {
      data: Uint8Array.from({ length: 8 * 8 * 3 }, (_, i) => ((i / 3) % 8 < 4 ? 0 : 255)),
      width: 8,
      height: 8,
    };
    const grown = [...resampleTensor(edge, whole(edge), plain(32), how)];
    t.ok(grown.every((v) => v >= 0 && v <= 255));
    t.ok(
      grown.some((v) => v > 5 && v < 250),
      'the edge is not hard',
    );
    const left = resampleTensor(edge, { x1: 0, y1: 0, x2: 4, y2: 8 }, plain(32), how);
    t.ok(left.every((v) => v === 0));
  },
);

t.test('outside the picture: black, or mirrored without repeating the edge pixel', async (t) => {
  const image = counted(4, 4);
  const box = { x1: -2, y1: 0, x2: 6, y2: 1 };
  const row = (outside: 'zero' | 'reflect') =>
    channel(resampleTensor(image, box, plain(8, 1), { outside, kernel: 'bilinear' }), 0);
  t.strictSame(row('reflect'), [2, 1, 0, 1, 2, 3, 2, 1]);
  t.strictSame(row('zero'), [0, 0, 0, 1, 2, 3, 0, 0]);
  const far = resampleTensor(image, { x1: -9, y1: -20, x2: 30, y2: 19 }, plain(39), { outside: 'reflect', kernel: 'bilinear' });
  t.ok(far.every((v) => v <= 15));
  t.equal(channel(far, 1)[0], 3, 'column −9 of four is column 3');
});

t.test('layouts and colours match the fast sampler’s', async () => {
  const image: RgbImage = { data: Uint8Array.from({ length: 20 * 16 * 3 }, (_, i) => (i * 37) % 251), width: 20, height: 16 };
  const colours = fc.constantFrom('rgb', 'bgr', 'grey') as fc.Arbitrary<TensorSpec['colour']>;
  const layouts = fc.constantFrom('nchw', 'nhwc') as fc.Arbitrary<TensorSpec['layout']>;
  const corner = fc.integer({ min: 0, max: 6 });
  fc.assert(
    fc.property(colours, layouts, corner, corner, (colour, layout, x1, y1) => {
      const grey = colour === 'grey';
      const spec: TensorSpec = {
        width: 7,
        height: 5,
        layout,
        colour,
        mean: grey ? [3] : [10, 20, 30],
        scale: grey ? [0.5] : [0.1, 0.2, 0.4],
      };
      const box = { x1, y1, x2: x1 + 7, y2: y1 + 5 };
      const quick = sampleTensor(image, cropMap(box, 7, 5), spec);
      const slow = resampleTensor(image, box, spec, { outside: 'reflect', kernel: 'bilinear' });
      return quick.every((v, i) => Math.abs(v - slow[i]!) < 1e-3);
    }),
  );
});

t.test('a box is moved inside as a whole, and reduced as a whole if it does not fit', async (t) => {
  t.strictSame(fitInside({ x1: -10, y1: 5, x2: 10, y2: 45 }, 100, 50), { x1: 0, y1: 5, x2: 20, y2: 45 });
  t.strictSame(fitInside({ x1: 0, y1: -25, x2: 50, y2: 75 }, 100, 50), { x1: 12.5, y1: 0, x2: 37.5, y2: 50 });
});
