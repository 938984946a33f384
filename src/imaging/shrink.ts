import type { RgbImage } from './image.js';
import { derive, KernelNumbers, kernels } from './kernels/pixel-memory.js';

/** The kernel adds up a column in 16 bits, and its quotients are exact up to this factor. */
const greatestFactor = 64;

let sums: KernelNumbers | undefined;

/**
 * Shrinks a picture by an integer factor; each pixel is the mean of factor × factor pixels, rounded half up. An incomplete row or column
 * is dropped.
 * @param drop at which sides (default: right and bottom)
 * @throws RangeError beyond a factor of 64
 */
export function shrink(image: RgbImage, factor: number, drop = { left: false, top: false }): RgbImage {
  if (factor <= 1) return image;
  if (factor > greatestFactor) throw new RangeError(`a picture cannot be shrunk by ${factor}`);
  const width = Math.floor(image.width / factor);
  const height = Math.floor(image.height / factor);
  const row = image.width * 3;
  const start = (drop.top ? image.height - height * factor : 0) * row + (drop.left ? image.width - width * factor : 0) * 3;
  // Two 16-bit numbers in the place of one float32.
  const room = row / 2 + 16;
  if (!sums || sums.length < room) sums = new KernelNumbers(Math.ceil(room));
  const { address } = sums;
  const data = derive(image.data, new Uint8Array(width * height * 3), (from, to) =>
    kernels().shrink(from + start, row, factor, to, width, height, address),
  );
  return { data, width, height };
}
