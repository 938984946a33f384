import { readOrientation } from './exif-orientation.js';
import { ascii } from './picture-format.js';
import type { PictureHeader } from './picture-header.js';

const exif = 0xe1;
const app2 = 0xe2;
const startOfScan = 0xda;
/** Bytes of a frame up to the number of its components. */
const frameStart = 6;

/**
 * Reads a JPEG's header in this thread: libvips would read it in another one, and again to decode.
 * @param jpeg without bytes between segments, as `removeMetadata` leaves it
 * @returns undefined if there is no frame before the image data
 */
export function readJpegHeader(jpeg: Buffer): PictureHeader | undefined {
  let orientation = 1;
  let frame: Buffer | undefined;
  let hasProfile = false;
  let at = 2;
  while (at + 4 <= jpeg.length) {
    const marker = jpeg[at + 1]!;
    if (marker === startOfScan) break;
    const content = jpeg.subarray(at + 4, at + 2 + jpeg.readUInt16BE(at + 2));
    at += 4 + content.length;
    if (marker === exif && ascii(content, 0, 'Exif\0\0')) orientation = readOrientation(content);
    if (marker === app2 && ascii(content, 0, 'ICC_PROFILE\0')) hasProfile = true;
    if (isFrame(marker) && content.length >= frameStart) frame = content;
  }
  if (!frame) return undefined;
  const [height, width, components] = [frame.readUInt16BE(1), frame.readUInt16BE(3), frame[5]];
  const size = orientation > lastUpright ? { width: height, height: width } : { width, height };
  return { ...size, frames: 1, hasAlpha: false, hasRgbProfile: hasProfile && components === 3 };
}

/** Orientations from the next one on exchange width and height. */
const lastUpright = 4;

/** SOF0 to SOF2: other kinds are refused before. */
export const isFrame = (marker: number): boolean => marker >= 0xc0 && marker <= 0xc2;
