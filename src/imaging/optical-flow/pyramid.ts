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
  const pyramid: GreyLevel[] = [{ data: new Float32Array(data), width, height }];
  while (pyramid.length < levels) {
    const last = pyramid.at(-1)!;
    if (Math.min(last.width, last.height) < 2 * smallestSide) break;
    pyramid.push(halve(last));
  }
  return pyramid;
}

function halve({ data, width, height }: GreyLevel): GreyLevel {
  const [w, h] = [width >> 1, height >> 1];
  const out = new Float32Array(w * h);
  const row = new Float32Array(width);
  for (let y = 0; y < h; y++) {
    // The column first, for a whole row at a time. The border repeats its last pixel.
    const c = 2 * y * width;
    const a = c - Math.min(2 * y, 2) * width;
    const b = c - Math.min(2 * y, 1) * width;
    const d = Math.min(2 * y + 1, height - 1) * width;
    const e = Math.min(2 * y + 2, height - 1) * width;
    for (let x = 0; x < width; x++)
      row[x] = (data[a + x]! + data[e + x]! + 4 * (data[b + x]! + data[d + x]!) + 6 * data[c + x]!) / 256;
    const last = width - 1;
    out[y * w] = 11 * row[0]! + 4 * row[1]! + row[Math.min(2, last)]!;
    for (let x = 1, p = 2; x < w; x++, p += 2)
      out[y * w + x] = row[p - 2]! + 4 * (row[p - 1]! + row[Math.min(p + 1, last)]!) + 6 * row[p]! + row[Math.min(p + 2, last)]!;
  }
  return { data: out, width: w, height: h };
}
