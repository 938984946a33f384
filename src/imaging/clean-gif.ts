import { FileParts } from './file-parts.js';

const code = { extension: 0x21, image: 0x2c, graphicControl: 0xf9, application: 0xff, trailer: 0x3b } as const;
/** Application extensions that are kept: those of animation, and the colour profile. */
const keptApplications = new Set(['NETSCAPE2.0', 'ANIMEXTS1.0', 'ICCRGBG1012']);

/** A GIF without metadata: see `removeMetadata`. */
export function cleanGif(file: Buffer): Buffer {
  let at = 13 + tableLength(file[10]);
  const parts = new FileParts();
  parts.keep(file.subarray(0, at));
  while (at < file.length) {
    parts.count();
    const start = at;
    if (file[at] === code.image) {
      // Position, size and flags, then the colours, then the code size of the data.
      at = endOfBlocks(file, at + 10 + tableLength(file[at + 9]) + 1);
      parts.keep(file.subarray(start, at));
    } else if (file[at] === code.extension) {
      at = endOfBlocks(file, at + 2);
      if (isKept(file, start)) parts.keep(file.subarray(start, at));
    } else if (file[at] === 0) at++;
    else break;
  }
  // The data of a file that was cut off may lack its end.
  const isOpen = at > file.length;
  parts.keep(Buffer.alloc(isOpen ? 1 : 0), Buffer.of(code.trailer));
  return parts.toFile();
}

function isKept(file: Buffer, start: number): boolean {
  if (file[start + 1] === code.graphicControl) return true;
  return file[start + 1] === code.application && keptApplications.has(file.toString('latin1', start + 3, start + 14));
}

/** Bytes of a colour table, by the flags that announce it. */
const tableLength = (flags = 0): number => (flags & 0x80 ? 3 << ((flags & 7) + 1) : 0);

/** The position after a series of blocks, each with its length before it; after the file, if the series has no end. */
function endOfBlocks(file: Buffer, from: number): number {
  let at = from;
  while (at < file.length) {
    const length = file[at]!;
    at += 1 + length;
    if (length === 0) return at;
  }
  return file.length + 1;
}
