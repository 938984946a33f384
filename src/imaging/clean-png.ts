import { crc32 } from './crc32.js';
import { makeExif, readOrientation } from './exif-orientation.js';
import { FileParts } from './file-parts.js';

const signatureLength = 8;
/** Chunks that decoding needs, or that describe colours. */
const needed = new Set(['IHDR', 'PLTE', 'tRNS', 'IDAT', 'gAMA', 'cHRM', 'sRGB', 'sBIT', 'iCCP', 'cICP', 'mDCV', 'cLLI']);

/** A PNG without metadata: see `removeMetadata`. Of an animation, the default picture remains. */
export function cleanPng(file: Buffer): Buffer {
  const parts = new FileParts();
  parts.keep(file.subarray(0, signatureLength));
  let hasData = false;
  for (let at = signatureLength; at + 8 <= file.length; ) {
    parts.count();
    const length = file.readUInt32BE(at);
    const type = file.toString('latin1', at + 4, at + 8);
    const end = at + 12 + length;
    if (type === 'IEND') break;
    if (needed.has(type))
      parts.keep(end <= file.length ? file.subarray(at, end) : chunk(type, file.subarray(at + 8, at + 8 + length)));
    if (type === 'eXIf' && !hasData) {
      const orientation = readOrientation(file.subarray(at + 8, at + 8 + length));
      if (orientation !== 1) parts.keep(chunk('eXIf', makeExif(orientation)));
    }
    hasData ||= type === 'IDAT';
    at = end;
  }
  parts.keep(chunk('IEND', Buffer.alloc(0)));
  return parts.toFile();
}

function chunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const numbers = Buffer.alloc(8);
  numbers.writeUInt32BE(content.length, 0);
  numbers.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([numbers.subarray(0, 4), body, numbers.subarray(4)]);
}
