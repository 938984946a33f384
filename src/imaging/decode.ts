import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';
import sharp from 'sharp';
import { estimateDecoding } from './decode-cost.js';
import type { RgbImage } from './image.js';
import { isRareJpeg } from './jpeg-cost.js';
import { hasAllScans } from './jpeg-scans.js';
import type { LumaImage } from './luma.js';
import { type PictureFormat, sniffFormat } from './picture-format.js';
import { removeMetadata } from './remove-metadata.js';

/** Why a picture could not be decoded. */
export type DecodeFault = 'unreadable' | 'too-large' | 'timeout';

/** The bytes are not an acceptable picture. `message` is for the log and contains nothing of the picture. */
export class DecodeError extends Error {
  override name = 'DecodeError';
  constructor(
    readonly fault: DecodeFault,
    message: string,
  ) {
    super(message);
  }
}

/** Limits on decoding. */
export interface DecodeLimits {
  /**
   * maximum width × height × frames, checked on the header before decoding. It also bounds what decoding may cost: see
   * `mostMsOf`
   */
  readonly maxPixels: number;
  /** the picture is shrunk (area mean) until its longer side is at most this; all accuracy figures were measured at 1600 */
  readonly maxSide: number;
  /** seconds after which decoding is aborted, where the decoder can be: not within a progressive JPEG or a WebP */
  readonly timeoutSeconds: number;
}

/** Longest side of a picture as sent, in pixels: WebP's own limit, and enough for the panoramas of phones. */
const maxSentSide = 16_384;
/** A picture whose sides differ by more than this factor has no face of a usable size once its longer side is `maxSide`. */
const maxShape = 20;
/** Frames of an animation, of which only the first is decoded. */
const maxFrames = 1000;

/**
 * Estimated milliseconds that decoding may take: 18 ns per allowed pixel, 1.2 s for the default of 67 megapixels, and never
 * less than 0.3 s. A photograph of that size fits in, as JPEG; the dearer formats must be smaller.
 */
const mostMsOf = ({ maxPixels }: DecodeLimits): number => Math.max(300, (maxPixels * 18) / 1e6);

/** A decoded picture, and properties of the original. */
export interface DecodedImage extends RgbImage {
  /** size of the upright picture as sent, in pixels */
  readonly originalWidth: number;
  readonly originalHeight: number;
  /** container format, detected from the bytes */
  readonly format: string;
  /** number of frames or pages; only the first is decoded */
  readonly frames: number;
}

const loaders: Readonly<Record<PictureFormat, string>> = {
  jpeg: 'VipsForeignLoadJpegBuffer',
  png: 'VipsForeignLoadPngBuffer',
  webp: 'VipsForeignLoadWebpBuffer',
  gif: 'VipsForeignLoadNsgifBuffer',
};

/** Set in the environment data, which workers inherit, once the loaders are blocked. */
const blockedMark = 'triface: loaders of other formats are blocked';

// All other loaders of libvips (SVG, PDF, TIFF, HEIF …) are attack surface that no contract needs. The list belongs to the
// process: while a thread sets it, decoding fails in all others. So only the first thread to load this module does, and engine.ts
// loads it before it starts a worker.
if (getEnvironmentData(blockedMark) !== true) {
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: Object.values(loaders) });
  setEnvironmentData(blockedMark, true);
}
// One decoding thread per worker: parallelism comes from the workers.
sharp.concurrency(1);
sharp.cache(false);

/**
 * Decodes bytes to upright 8-bit sRGB pixels. EXIF orientation is applied; transparency is composited on white; CMYK, grey,
 * palette and 16-bit pictures are converted to sRGB; the first frame of an animation is used. A file whose pixels are
 * damaged or incomplete is rejected; one that only lacks its end is read.
 * @throws DecodeError
 */
export async function decodeImage(bytes: Uint8Array, limits: DecodeLimits): Promise<DecodedImage> {
  const format = sniffFormat(bytes);
  if (!format) throw new DecodeError('unreadable', 'not a JPEG, PNG, WebP or GIF');
  // Before libvips sees the file: some decoders cannot be interrupted.
  if (format === 'jpeg' && isRareJpeg(bytes)) throw new DecodeError('unreadable', 'arithmetic, lossless or hierarchical JPEG');
  const cost = estimateDecoding(bytes, true);
  if (cost > mostMsOf(limits)) throw new DecodeError('too-large', `decoding would take about ${Math.round(cost)} ms`);
  try {
    // `limitInputPixels` is off: the check of the header below includes frames, and distinguishes a decompression bomb from a
    // corrupt file.
    // Of a file without metadata and with an end, every warning is about its pixels: decoders only warn of damaged or missing data.
    const file = removeMetadata(bytes);
    if (format === 'jpeg' && !hasAllScans(file)) throw new DecodeError('unreadable', 'scans are missing');
    const input = sharp(file, { failOn: 'warning', limitInputPixels: false, sequentialRead: true });
    const header = await input.metadata();
    const frames = header.pages ?? 1;
    if (header.width * header.height * frames > limits.maxPixels) {
      throw new DecodeError('too-large', `${header.width}×${header.height}×${frames} pixels`);
    }
    const [shorterSide, longerSide] = [Math.min(header.width, header.height), Math.max(header.width, header.height)];
    if (longerSide > maxSentSide || frames > maxFrames || (longerSide > limits.maxSide && longerSide > maxShape * shorterSide))
      throw new DecodeError('too-large', `${header.width}×${header.height}×${frames} pixels are too long, thin or many frames`);
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
    if (error instanceof RangeError) throw new DecodeError('too-large', error.message);
    const message = error instanceof Error ? error.message : String(error);
    throw new DecodeError(/timeout/i.test(message) ? 'timeout' : 'unreadable', message.split('\n')[0] ?? '');
  }
}

/** Creates a square grey JPEG, for warming up the decoder and the networks. @param side pixels */
export const makeGreyPicture = (side: number): Promise<Buffer> =>
  sharp({ create: { width: side, height: side, channels: 3, background: '#808080' } })
    .jpeg()
    .toBuffer();

/** Creates a JPEG thumbnail whose longer side is at most `side` pixels. @returns undefined if the picture cannot be decoded */
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

/**
 * Reduces a decoded picture to the given size and to its green channel, which is nearly its luma and costs a third. Each pixel is a mean
 * of the area that it covers, so that places keep their positions: what is tracked between pictures of different size does not jump.
 */
export async function reduceGrey({ data, width, height }: RgbImage, toWidth: number, toHeight: number): Promise<LumaImage> {
  const reduced = await sharp(data, { raw: { width, height, channels: 3 } })
    .extractChannel('green')
    .resize(toWidth, toHeight, { fit: 'fill', kernel: 'linear' })
    .raw()
    .toBuffer();
  return { data: reduced, width: toWidth, height: toHeight };
}
