import type { RgbImage } from '../../../src/imaging/image.js';
import type { Turn } from '../../../src/imaging/turn.js';

/** Turns a picture clockwise, in plain JavaScript. */
export function turnImage(image: RgbImage, turn: Turn): RgbImage {
  const { data, width, height } = image;
  const out = new Uint8Array(data.length);
  const [outWidth, outHeight] = turn === 180 ? [width, height] : [height, width];
  let from = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++, from += 3) {
      const toX = turn === 90 ? height - 1 - y : turn === 180 ? width - 1 - x : y;
      const toY = turn === 90 ? x : turn === 180 ? height - 1 - y : width - 1 - x;
      const to = (toY * outWidth + toX) * 3;
      out[to] = data[from]!;
      out[to + 1] = data[from + 1]!;
      out[to + 2] = data[from + 2]!;
    }
  }
  return { data: out, width: outWidth, height: outHeight };
}
