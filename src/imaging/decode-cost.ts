import { estimateJpeg } from './jpeg-cost.js';
import { ascii, sniffFormat } from './picture-format.js';
import { estimatePng } from './png-cost.js';

/** Milliseconds for the smallest picture. */
const baseMs = 10;

/**
 * Estimates what a picture costs to decode, from its headers: milliseconds of CPU time on the machine of decision 28, where the
 * factors were measured with the dearest pictures of each kind. Too high is safe, too low is not.
 * @param isThorough also look for further scans in the data of a JPEG: up to 0.3 s for 25 MB, so not on the event loop
 * @returns infinity if there are more segments than a picture needs
 */
export function estimateDecoding(bytes: Uint8Array, isThorough = false): number {
  const format = sniffFormat(bytes);
  if (!format) return 0;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const estimate = { jpeg: estimateJpeg, png: estimatePng, webp: estimateWebp, gif: estimateGif }[format];
  return baseMs + estimate(bytes, view, isThorough);
}

/** Only the first frame is decoded, but all frames have the size of the canvas. */
function estimateWebp(bytes: Uint8Array, view: DataView): number {
  if (bytes.length < 30) return 0;
  const extended = ascii(bytes, 12, 'VP8X');
  const isLossless = ascii(bytes, 12, 'VP8L');
  const u24 = (at: number) => view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
  const [width, height] = extended
    ? [u24(24) + 1, u24(27) + 1]
    : isLossless
      ? [(view.getUint32(21, true) & 0x3fff) + 1, ((view.getUint32(21, true) >> 14) & 0x3fff) + 1]
      : [view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff];
  return (width * height * 9 + bytes.length * (isLossless ? 42 : 90)) / 1e6;
}

/** The loader keeps the whole canvas and reads all frames, of which it decodes the first. */
function estimateGif(bytes: Uint8Array, view: DataView): number {
  if (bytes.length < 10) return 0;
  return (view.getUint16(6, true) * view.getUint16(8, true) * 19 + bytes.length * 20) / 1e6;
}
