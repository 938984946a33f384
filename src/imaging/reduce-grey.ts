import sharp from 'sharp';
import type { RgbImage } from './image.js';
import type { LumaImage } from './luma.js';

/**
 * Reduces a picture to the given size and to its green channel, which is nearly its luma and costs a third. Each pixel is a mean of the
 * area that it covers, so that places keep their positions: what is tracked between pictures of different size does not jump.
 */
export async function reduceGrey({ data, width, height }: RgbImage, toWidth: number, toHeight: number): Promise<LumaImage> {
  const reduced = await sharp(data, { raw: { width, height, channels: 3 } })
    .extractChannel('green')
    .resize(toWidth, toHeight, { fit: 'fill', kernel: 'linear' })
    .raw()
    .toBuffer();
  return { data: reduced, width: toWidth, height: toHeight };
}
