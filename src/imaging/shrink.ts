import type { RgbImage } from './image.js';
import { kernels } from './kernels/load-kernels.js';
import { derive, deriveInPlace, KernelNumbers, place } from './kernels/pixel-memory.js';

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
  const { width, height, write } = prepare(image, factor, drop);
  return { data: derive(image.data, new Uint8Array(width * height * 3), write), width, height };
}

/**
 * As `shrink`, for what is only sampled: the pixels stay in the memory of the kernels.
 * @param use is given the address of the shrunk pixels, which is valid until it returns
 */
export function shrinkInPlace<Result>(
  image: RgbImage,
  factor: number,
  use: (address: number, width: number, height: number) => Result,
): Result {
  if (factor <= 1) return use(place(image.data), image.width, image.height);
  const { width, height, write } = prepare(image, factor);
  return use(deriveInPlace(image.data, width * height * 3, write), width, height);
}

/** @throws RangeError */
function prepare(image: RgbImage, factor: number, drop = { left: false, top: false }) {
  if (factor > greatestFactor) throw new RangeError(`a picture cannot be shrunk by ${factor}`);
  const width = Math.floor(image.width / factor);
  const height = Math.floor(image.height / factor);
  const row = image.width * 3;
  const start = (drop.top ? image.height - height * factor : 0) * row + (drop.left ? image.width - width * factor : 0) * 3;
  // Two 16-bit numbers in the place of one float32.
  const room = row / 2 + 16;
  if (!sums || sums.length < room) sums = new KernelNumbers(Math.ceil(room));
  const { address } = sums;
  return {
    width,
    height,
    write: (from: number, to: number): void => kernels().shrink(from + start, row, factor, to, width, height, address),
  };
}
