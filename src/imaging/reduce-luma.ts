import type { RgbImage } from './image.js';
import type { LumaImage } from './luma.js';

/** Part of each source pixel in each output position along one axis: first source index and the weights from there on. */
interface Shares {
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly weights: Float32Array;
  readonly most: number;
}

/**
 * Luma (0.299 R + 0.587 G + 0.114 B) of a picture, reduced to the given size. Each pixel is the mean of the area that it covers, with
 * parts of pixels, so that places keep their positions exactly: what is tracked between pictures of different size does not jump.
 * @param width at most the picture's
 * @param height at most the picture's
 */
export function reduceLuma({ data, width: fromWidth, height: fromHeight }: RgbImage, width: number, height: number): LumaImage {
  const columns = shareOut(fromWidth, width);
  const rows = shareOut(fromHeight, height);
  const out = new Uint8Array(width * height);
  const luma = new Float32Array(fromWidth);
  const sums = new Float32Array(width);
  const narrow = new Float32Array(width);
  let known = -1;
  for (let y = 0; y < height; y++) {
    sums.fill(0);
    for (let j = 0; j < rows.count[y]!; j++) {
      const from = rows.first[y]! + j;
      // Neighbouring rows of the output share a row of the picture.
      if (from !== known) {
        known = from;
        for (let x = 0, p = from * fromWidth * 3; x < fromWidth; x++, p += 3)
          luma[x] = 0.299 * data[p]! + 0.587 * data[p + 1]! + 0.114 * data[p + 2]!;
        for (let x = 0; x < width; x++) {
          let sum = 0;
          for (let i = 0, at = columns.first[x]!, w = x * columns.most; i < columns.count[x]!; i++, at++, w++)
            sum += luma[at]! * columns.weights[w]!;
          narrow[x] = sum;
        }
      }
      const weight = rows.weights[y * rows.most + j]!;
      for (let x = 0; x < width; x++) sums[x]! += narrow[x]! * weight;
    }
    for (let x = 0; x < width; x++) out[y * width + x] = sums[x]! + 0.5;
  }
  return { data: out, width, height };
}

function shareOut(from: number, to: number): Shares {
  const scale = from / to;
  const most = Math.ceil(scale) + 1;
  const [first, count, weights] = [new Int32Array(to), new Int32Array(to), new Float32Array(to * most)];
  for (let i = 0; i < to; i++) {
    const [start, end] = [i * scale, Math.min(from, (i + 1) * scale)];
    first[i] = Math.min(from - 1, Math.floor(start));
    count[i] = Math.max(1, Math.min(from, Math.ceil(end - 1e-9)) - first[i]!);
    for (let j = 0; j < count[i]!; j++) {
      const at = first[i]! + j;
      weights[i * most + j] = (Math.min(end, at + 1) - Math.max(start, at)) / (end - start);
    }
  }
  return { first, count, weights, most };
}
