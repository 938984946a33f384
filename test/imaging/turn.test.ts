import fc from 'fast-check';
import t from 'tap';
import { shrink } from '../../src/imaging/shrink.js';
import { type Turn, turnBack, turnImage } from '../../src/imaging/turn.js';
import { Random } from '../random.js';
import { turnImage as turnReference } from './reference/turn-image.js';

const pixelAt = ({ data, width }: { data: Uint8Array; width: number }, x: number, y: number): number =>
  data[(y * width + x) * 3]!;

t.test('turning back restores the position of a pixel', async () => {
  const size = fc.record({ width: fc.integer({ min: 1, max: 9 }), height: fc.integer({ min: 1, max: 9 }) });
  fc.assert(
    fc.property(size, fc.constantFrom<Turn>(90, 180, 270), ({ width, height }, turn) => {
      const image = { width, height, data: Uint8Array.from({ length: width * height * 3 }, (_, i) => Math.floor(i / 3)) };
      const turned = turnImage(image, turn);
      for (let y = 0; y < turned.height; y++) {
        for (let x = 0; x < turned.width; x++) {
          // The middle of a pixel lies in the middle of the pixel it came from.
          const before = turnBack({ x: x + 0.5, y: y + 0.5 }, turn, turned);
          if (pixelAt(turned, x, y) !== pixelAt(image, before.x - 0.5, before.y - 0.5)) return false;
        }
      }
      return true;
    }),
  );
});

t.test('90 is clockwise: the left edge becomes the top', async (t) => {
  const image = { width: 2, height: 1, data: Uint8Array.from([1, 1, 1, 2, 2, 2]) };
  t.same(turnImage(image, 90), { width: 1, height: 2, data: Uint8Array.from([1, 1, 1, 2, 2, 2]) });
  t.same(turnImage(image, 270), { width: 1, height: 2, data: Uint8Array.from([2, 2, 2, 1, 1, 1]) });
});

t.test('turning by the kernel is that of plain JavaScript', async (t) => {
  const random = new Random(31);
  for (const [width, height] of [
    [1, 1],
    [1, 7],
    [8, 3],
    [61, 40],
  ] as const) {
    const image = { width, height, data: Uint8Array.from({ length: width * height * 3 }, () => random.whole(0, 255)) };
    for (const turn of [90, 180, 270] as const) t.same(turnImage(image, turn), turnReference(image, turn), `${width}×${height}`);
  }
});

t.test('shrinking before turning gives the same pixels as after', async (t) => {
  const random = new Random(30);
  for (const [width, height] of [
    [37, 23],
    [36, 24],
    [50, 51],
  ] as const) {
    const image = { width, height, data: Uint8Array.from({ length: width * height * 3 }, () => random.whole(0, 255)) };
    for (const factor of [1, 2, 3, 5])
      for (const turn of [90, 180, 270] as const) {
        const before = turnImage(shrink(image, factor, { left: turn !== 90, top: turn !== 270 }), turn);
        t.same(before, shrink(turnImage(image, turn), factor), `${width}×${height}, shrunk by ${factor}, turned by ${turn}`);
      }
  }
});
