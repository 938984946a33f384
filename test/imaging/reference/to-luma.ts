import type { RgbImage } from '../../../src/imaging/image.js';
import type { LumaImage } from '../../../src/imaging/luma.js';

/** Luma of a picture: 0.299 R + 0.587 G + 0.114 B, rounded half up, in plain JavaScript. */
export function toLuma({ data, width, height }: RgbImage): LumaImage {
  const luma = new Uint8Array(width * height);
  for (let i = 0; i < luma.length; i++)
    luma[i] = Math.floor((299 * data[3 * i]! + 587 * data[3 * i + 1]! + 114 * data[3 * i + 2]! + 500) / 1000);
  return { data: luma, width, height };
}
