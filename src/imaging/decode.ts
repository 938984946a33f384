import sharp from 'sharp';
import type { RgbImage } from './image.js';

/** Why bytes did not become a picture. */
export type DecodeFault = 'unreadable' | 'too-large' | 'timeout';

/** The bytes are not a picture that is accepted here. `message` is for the log; it holds nothing of the picture. */
export class DecodeError extends Error {
  override name = 'DecodeError';
  constructor(
    readonly fault: DecodeFault,
    message: string,
  ) {
    super(message);
  }
}

/** Bounds on what is decoded. */
export interface DecodeLimits {
  /** width × height over all frames, checked on the header before anything is decoded */
  readonly maxPixels: number;
  /** the picture is reduced (area mean) until its longer side is at most this; all accuracy figures were taken at 1600 */
  readonly maxSide: number;
  /** seconds after which decoding is given up */
  readonly timeoutSeconds: number;
}

/** A picture ready for the models, and what it was. */
export interface DecodedImage extends RgbImage {
  /** size of the upright picture as sent, in pixels */
  readonly originalWidth: number;
  readonly originalHeight: number;
  /** container format, judged by its bytes */
  readonly format: string;
  /** frames or pages; only the first is looked at */
  readonly frames: number;
}

const accepted: Record<string, { readonly loader: string; matches(bytes: Uint8Array): boolean }> = {
  jpeg: { loader: 'VipsForeignLoadJpegBuffer', matches: (b) => b[0] === 0xff && b[1] === 0xd8 && b[2] === 0xff },
  png: { loader: 'VipsForeignLoadPngBuffer', matches: (b) => ascii(b, 1, 'PNG\r\n') && b[0] === 0x89 },
  webp: { loader: 'VipsForeignLoadWebpBuffer', matches: (b) => ascii(b, 0, 'RIFF') && ascii(b, 8, 'WEBP') },
  gif: { loader: 'VipsForeignLoadNsgifBuffer', matches: (b) => ascii(b, 0, 'GIF8') },
};

// Every other loader of libvips (SVG, PDF, TIFF, HEIF …) is attack surface that no contract asks for.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: Object.values(accepted).map((format) => format.loader) });
// One decode a worker thread; parallelism comes from the workers.
sharp.concurrency(1);
sharp.cache(false);

function ascii(bytes: Uint8Array, at: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
}

/** The accepted container format that these bytes start like, whatever their name or declared type says. */
export function sniffFormat(bytes: Uint8Array): string | undefined {
  return Object.keys(accepted).find((name) => accepted[name]!.matches(bytes));
}

/**
 * Bytes → upright 8-bit sRGB pixels, decoded once. EXIF orientation is applied; transparency lies on white; CMYK, grey, palette and
 * 16-bit become sRGB; of an animation the first frame is taken. A file that ends early is refused, not guessed.
 * @throws DecodeError
 */
export async function decodeImage(bytes: Uint8Array, limits: DecodeLimits): Promise<DecodedImage> {
  const format = sniffFormat(bytes);
  if (!format) throw new DecodeError('unreadable', 'not a JPEG, PNG, WebP or GIF');
  try {
    // `limitInputPixels` is off since the header is judged here, frames included, and a bomb is told from a broken file.
    const input = sharp(bytes, { failOn: 'error', limitInputPixels: false, sequentialRead: true });
    const header = await input.metadata();
    const frames = header.pages ?? 1;
    if (header.width * header.height * frames > limits.maxPixels) {
      throw new DecodeError('too-large', `${header.width}×${header.height}×${frames} pixels`);
    }
    const { width: originalWidth, height: originalHeight } = header.autoOrient;
    const shorter = Math.max(originalWidth, originalHeight) > limits.maxSide;
    const pipeline = input.timeout({ seconds: limits.timeoutSeconds }).autoOrient();
    if (shorter) pipeline.resize({ width: limits.maxSide, height: limits.maxSide, fit: 'inside', kernel: 'linear' });
    if (header.hasAlpha) pipeline.flatten({ background: '#ffffff' });
    const { data, info } = await pipeline
      .toColourspace('srgb')
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) throw new DecodeError('unreadable', `${info.channels} channels after conversion`);
    return { data, width: info.width, height: info.height, originalWidth, originalHeight, format, frames };
  } catch (error) {
    if (error instanceof DecodeError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new DecodeError(/timeout/i.test(message) ? 'timeout' : 'unreadable', message.split('\n')[0] ?? '');
  }
}

/** A small grey JPEG, made here, for warming up a decoder and the networks behind it. */
export const makeGreyPicture = (side: number): Promise<Buffer> =>
  sharp({ create: { width: side, height: side, channels: 3, background: '#808080' } })
    .jpeg()
    .toBuffer();

/** A small JPEG of a picture, its longer side at most `side` pixels; undefined where the picture is not accepted. */
export async function makeThumbnail(bytes: Uint8Array, limits: DecodeLimits, side: number): Promise<Buffer | undefined> {
  try {
    const { data, width, height } = await decodeImage(bytes, { ...limits, maxSide: side });
    return await sharp(data, { raw: { width, height, channels: 3 } })
      .jpeg({ quality: 75 })
      .toBuffer();
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}
