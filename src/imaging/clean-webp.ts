import { makeExif, readOrientation } from './exif-orientation.js';
import { FileParts } from './file-parts.js';

/** Chunks that decoding needs, and the colour profile. */
const needed = new Set(['VP8 ', 'VP8L', 'VP8X', 'ALPH', 'ANIM', 'ANMF', 'ICCP']);
/** Bits of the extended header for chunks of metadata. */
const [exifFlag, xmpFlag] = [0x08, 0x04];
const frameHeaderLength = 16;

interface Chunk {
  readonly type: string;
  /** as announced: more than the content has if the file was cut off, so that decoders still notice it */
  readonly length: number;
  readonly content: Buffer;
}

/** A WebP without metadata: see `removeMetadata`. */
export function cleanWebp(file: Buffer): Buffer {
  const parts = new FileParts();
  const chunks = readChunks(file.subarray(12, 8 + file.readUInt32LE(4)), parts);
  const header = chunks.find(({ type }) => type === 'VP8X');
  const exif = header && chunks.find(({ type }) => type === 'EXIF');
  const orientation = exif ? readOrientation(exif.content) : 1;
  parts.keep(Buffer.from('WEBP'));
  for (const chunk of chunks) if (needed.has(chunk.type)) parts.keep(write(clean(chunk, orientation, parts)));
  if (orientation !== 1) parts.keep(write(chunkOf('EXIF', makeExif(orientation))));
  const body = parts.toFile();
  const head = Buffer.from('RIFF\0\0\0\0', 'latin1');
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body]);
}

const chunkOf = (type: string, content: Buffer): Chunk => ({ type, length: content.length, content });

function clean(chunk: Chunk, orientation: number, parts: FileParts): Chunk {
  const { type, length, content } = chunk;
  if (content.length < length) return chunk;
  if (type === 'VP8X') {
    const flags = (content[0] ?? 0) & ~xmpFlag & ~exifFlag;
    return chunkOf(type, Buffer.concat([Buffer.of(orientation === 1 ? flags : flags | exifFlag), content.subarray(1)]));
  }
  if (type !== 'ANMF') return chunk;
  const frame = readChunks(content.subarray(frameHeaderLength), parts).filter((chunk) => needed.has(chunk.type));
  return chunkOf(type, Buffer.concat([content.subarray(0, frameHeaderLength), ...frame.map(write)]));
}

/** @param parts counts the chunks */
function readChunks(bytes: Buffer, parts: FileParts): Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = 0; at + 8 <= bytes.length; ) {
    parts.count();
    const length = bytes.readUInt32LE(at + 4);
    chunks.push({ type: bytes.toString('latin1', at, at + 4), length, content: bytes.subarray(at + 8, at + 8 + length) });
    at += 8 + length + (length & 1);
  }
  return chunks;
}

function write({ type, length, content }: Chunk): Buffer {
  const head = Buffer.from(`${type}\0\0\0\0`, 'latin1');
  head.writeUInt32LE(length, 4);
  return Buffer.concat([head, content, Buffer.alloc(content.length & 1)]);
}
