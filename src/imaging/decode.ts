import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';
import sharp, { type Sharp, type SharpOptions } from 'sharp';
import { estimateDecoding } from './decode-cost.js';
import type { RgbImage } from './image.js';
import { isRareJpeg } from './jpeg-cost.js';
import { readJpegHeader } from './jpeg-header.js';
import { hasAllScans } from './jpeg-scans.js';
import type { LumaImage } from './luma.js';
import { type PictureFormat, sniffFormat } from './picture-format.js';
import { describeExcess, type PictureHeader } from './picture-header.js';
import { chooseReduction, type SufficientSides } from './reduction.js';
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
export interface DecodeLimits extends SufficientSides {
  /**
   * maximum width × height × frames, checked on the header before decoding. It also bounds what decoding may cost: see
   * `mostMsOf`
   */
  readonly maxPixels: number;
  /** seconds after which decoding is aborted, where the decoder can be: not within a progressive JPEG or a WebP */
  readonly timeoutSeconds: number;
}

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

/**
 * Pixels of a picture as sent per pixel as decoded, in both directions. By the longer side: the shorter one is rounded to a whole number as
 * well, which is a greater part of it.
 */
export const scaleOf = ({ width, height, originalWidth, originalHeight }: DecodedImage): number =>
  Math.max(originalWidth, originalHeight) / Math.max(width, height);

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
    // Of a file without metadata and with an end, every warning is about its pixels: decoders only warn of damaged or missing data.
    const file = removeMetadata(bytes);
    if (format === 'jpeg' && !hasAllScans(file)) throw new DecodeError('unreadable', 'scans are missing');
    // Of other formats, the check of the header counts all frames, and tells a decompression bomb from a corrupt file.
    const limitInputPixels = format === 'jpeg' && limits.maxPixels;
    const open = (options?: SharpOptions): Sharp =>
      sharp(file, { failOn: 'warning', limitInputPixels, sequentialRead: true, ...options });
    const header = await readHeader(format, file, open, limits);
    const excess = describeExcess(header, limits);
    if (excess) throw new DecodeError('too-large', excess);
    const { width: originalWidth, height: originalHeight, frames } = header;
    const pipeline = open({ ignoreIcc: header.hasRgbProfile }).timeout({ seconds: limits.timeoutSeconds }).autoOrient();
    const reduction = chooseReduction(format, Math.max(originalWidth, originalHeight), limits);
    if (reduction) pipeline.resize({ width: reduction.side, height: reduction.side, fit: 'inside', kernel: reduction.kernel });
    if (header.hasAlpha) pipeline.flatten({ background: '#ffffff' });
    // With `ignoreIcc`, this converts from the embedded profile, after the reduction; sharp would do it before, at several times the cost.
    if (header.hasRgbProfile) pipeline.withIccProfile('srgb');
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
    if (error instanceof RangeError || /exceeds pixel limit/.test(message)) throw new DecodeError('too-large', message);
    throw new DecodeError(/timeout/i.test(message) ? 'timeout' : 'unreadable', message.split('\n')[0] ?? '');
  }
}

/**
 * A JPEG's header is read here, and by libvips only where the picture would be refused for its size: libvips can tell whether the file is
 * corrupt.
 */
async function readHeader(format: PictureFormat, file: Buffer, open: () => Sharp, limits: DecodeLimits): Promise<PictureHeader> {
  const own = format === 'jpeg' ? readJpegHeader(file) : undefined;
  if (own && !describeExcess(own, limits)) return own;
  const { autoOrient, pages = 1, hasAlpha, hasProfile, space } = await open().metadata();
  const hasRgbProfile = hasProfile && (space === 'srgb' || space === 'rgb16');
  return { ...autoOrient, frames: pages, hasAlpha, hasRgbProfile };
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
