import type { LumaImage } from '../luma.js';

/** A grey picture of floating-point values (0..255), rows from the top. */
export interface GreyLevel {
  readonly data: Float32Array;
  readonly width: number;
  readonly height: number;
}

/** A picture at full size, at half of it, at a quarter and so on. */
export type Pyramid = readonly GreyLevel[];

/** A level whose shorter side is less than this is not made: no window would fit, in pixels. */
const smallestSide = 24;

/**
 * Makes the pyramid for tracking. Each level halves the one below it after smoothing with the binomial filter 1 4 6 4 1.
 * @param levels at most this many, at least 1
 */
export function makePyramid({ data, width, height }: LumaImage, levels: number): Pyramid {
  const pyramid: GreyLevel[] = [{ data: Float32Array.from(data), width, height }];
  while (pyramid.length < levels) {
    const last = pyramid.at(-1)!;
    if (Math.min(last.width, last.height) < 2 * smallestSide) break;
    pyramid.push(halve(last));
  }
  return pyramid;
}

function halve({ data, width, height }: GreyLevel): GreyLevel {
  const [w, h] = [width >> 1, height >> 1];
  // Rows first, at half the width. The border repeats its last pixel.
  const rows = new Float32Array(w * height);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    for (let x = 0; x < w; x++) {
      const c = 2 * x;
      const right = Math.min(c + 1, width - 1);
      rows[y * w + x] =
        (data[row + Math.max(c - 2, 0)]! +
          4 * data[row + Math.max(c - 1, 0)]! +
          6 * data[row + c]! +
          4 * data[row + right]! +
          data[row + Math.min(c + 2, width - 1)]!) /
        16;
    }
  }
  const out = new Float32Array(w * h);
  for (let y = 0; y < h; y++) {
    const c = 2 * y;
    const [a, b, d, e] = [Math.max(c - 2, 0), Math.max(c - 1, 0), Math.min(c + 1, height - 1), Math.min(c + 2, height - 1)];
    for (let x = 0; x < w; x++)
      out[y * w + x] =
        (rows[a * w + x]! + 4 * rows[b * w + x]! + 6 * rows[c * w + x]! + 4 * rows[d * w + x]! + rows[e * w + x]!) / 16;
  }
  return { data: out, width: w, height: h };
}
