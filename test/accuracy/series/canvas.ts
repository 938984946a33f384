import sharp, { type Sharp } from 'sharp';
import type { Base } from './series.js';

/** A part of a picture in its pixels; it may extend beyond the picture. */
export interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export const asJpeg = (picture: Sharp, quality = 92): Promise<Buffer> => picture.jpeg({ quality }).toBuffer();

/**
 * What a camera with this frame would have seen: where the frame extends beyond the picture, a smooth ground in the picture's colours.
 * @param maxSide longest side of the result, pixels
 */
export async function reframe(base: Base, frame: Frame, maxSide = 1600): Promise<Buffer> {
  const scale = Math.min(1, maxSide / Math.max(frame.width, frame.height));
  const round = (value: number): number => Math.round(value * scale);
  const [width, height] = [Math.max(1, round(frame.width)), Math.max(1, round(frame.height))];
  // The part of the picture within the frame, in the picture's pixels.
  const left = Math.max(0, Math.round(frame.left));
  const top = Math.max(0, Math.round(frame.top));
  const right = Math.min(base.width, Math.round(frame.left + frame.width));
  const bottom = Math.min(base.height, Math.round(frame.top + frame.height));
  const part = await sharp(base.bytes)
    .extract({ left, top, width: right - left, height: bottom - top })
    .resize(Math.max(1, Math.min(width, round(right - left))), Math.max(1, Math.min(height, round(bottom - top))), {
      fit: 'fill',
    })
    .png()
    .toBuffer({ resolveWithObject: true });
  const at = (offset: number, size: number, limit: number): number => Math.max(0, Math.min(limit - size, round(offset)));
  return asJpeg(
    sharp(await ground(base, width, height)).composite([
      {
        input: part.data,
        left: at(left - frame.left, part.info.width, width),
        top: at(top - frame.top, part.info.height, height),
      },
    ]),
  );
}

/** A smooth ground of the picture's colours, without any detail. */
export async function ground(base: Base, width: number, height: number): Promise<Buffer> {
  const colours = await sharp(base.bytes).resize(3, 3, { fit: 'fill' }).png().toBuffer();
  return sharp(colours).resize(width, height, { fit: 'fill', kernel: 'cubic' }).png().toBuffer();
}

/** Lays a drawing over the picture. @param body SVG elements, in the picture's pixels */
export async function drawOver(base: Base, body: string): Promise<Buffer> {
  // The engine reads no SVG, so its process blocks the loader.
  sharp.unblock({ operation: ['VipsForeignLoadSvgBuffer'] });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${base.width}" height="${base.height}">${body}</svg>`;
  return asJpeg(sharp(base.bytes).composite([{ input: Buffer.from(svg) }]));
}

/** Changes each pixel. @param change 0..255 to 0..255, in place */
export async function mapPixels(base: Base, change: (data: Uint8Array, at: number) => void): Promise<Buffer> {
  const { data, info } = await sharp(base.bytes).raw().toBuffer({ resolveWithObject: true });
  for (let at = 0; at < data.length; at += 3) change(data, at);
  return asJpeg(sharp(data, { raw: { width: info.width, height: info.height, channels: 3 } }));
}
