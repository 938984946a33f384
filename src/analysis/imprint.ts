import type { RgbImage } from '../imaging/image.js';
import { type LumaImage, toLuma } from '../imaging/luma.js';
import { shrink } from '../imaging/shrink.js';

/** A whole picture, reduced and grey, for the comparison of pictures. */
export interface Imprint extends LumaImage {
  /** pixels of the imprint per pixel of the upright picture as sent */
  readonly scale: number;
}

/** The longer side of an imprint is at least this, unless the picture's is shorter, and less than twice this, in pixels. */
const side = 160;

/** Reduces a picture. @param sent pixels of the picture as sent per pixel of `image` */
export function makeImprint(image: RgbImage, sent: number): Imprint {
  const reduced = shrink(image, Math.max(1, Math.floor(Math.max(image.width, image.height) / side)));
  return { ...toLuma(reduced), scale: reduced.width / (image.width * sent) };
}
