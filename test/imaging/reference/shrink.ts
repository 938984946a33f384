import type { RgbImage } from '../../../src/imaging/image.js';

/**
 * What the kernel `shrink` computes, in plain JavaScript. Shrinks a picture by an integer factor; each pixel is the mean of factor × factor pixels. An incomplete row or column is dropped.
 * @param drop at which sides (default: right and bottom)
 */
export function shrink(image: RgbImage, factor: number, drop = { left: false, top: false }): RgbImage {
  if (factor <= 1) return image;
  const width = Math.floor(image.width / factor);
  const height = Math.floor(image.height / factor);
  const out = new Uint8Array(width * height * 3);
  const row = image.width * 3;
  const start = (drop.top ? image.height - height * factor : 0) * row + (drop.left ? image.width - width * factor : 0) * 3;
  const count = factor * factor;
  const { data } = image;
  let at = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let r = 0;
      let g = 0;
      let b = 0;
      for (let j = 0; j < factor; j++) {
        let p = start + (y * factor + j) * row + x * factor * 3;
        for (let i = 0; i < factor; i++, p += 3) {
          r += data[p]!;
          g += data[p + 1]!;
          b += data[p + 2]!;
        }
      }
      out[at] = Math.floor((r + count / 2) / count);
      out[at + 1] = Math.floor((g + count / 2) / count);
      out[at + 2] = Math.floor((b + count / 2) / count);
      at += 3;
    }
  }
  return { data: out, width, height };
}
