import { cleanGif } from './clean-gif.js';
import { cleanJpeg } from './clean-jpeg.js';
import { cleanPng } from './clean-png.js';
import { cleanWebp } from './clean-webp.js';
import { type PictureFormat, sniffFormat } from './picture-format.js';

const cleaners: Readonly<Record<PictureFormat, (bytes: Buffer) => Buffer>> = {
  jpeg: cleanJpeg,
  png: cleanPng,
  webp: cleanWebp,
  gif: cleanGif,
};

/**
 * Removes everything from a picture file that decoding does not need: EXIF with place, time, camera and owner, XMP, IPTC, comments,
 * thumbnails, further pictures such as depth maps, and what follows the end. The coded pixels stay as they are, and so do the
 * orientation and the colour profile. What is kept is listed, so that unknown metadata goes, too. A missing end is added.
 * @param bytes a picture that can be decoded; other bytes are returned as they are
 * @throws RangeError if the file has more segments than any picture (65,536)
 */
export function removeMetadata(bytes: Uint8Array): Buffer {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const format = sniffFormat(file);
  return format ? cleaners[format](file) : file;
}
