import { makeExif, readOrientation } from './exif-orientation.js';

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
  const chunks = readChunks(file.subarray(12, 8 + file.readUInt32LE(4)));
  const header = chunks.find(({ type }) => type === 'VP8X');
  const exif = header && chunks.find(({ type }) => type === 'EXIF');
  const orientation = exif ? readOrientation(exif.content) : 1;
  const parts = chunks.filter(({ type }) => needed.has(type)).map((chunk) => write(clean(chunk, orientation)));
  if (orientation !== 1) parts.push(write(chunkOf('EXIF', makeExif(orientation))));
  const body = Buffer.concat([Buffer.from('WEBP'), ...parts]);
  const head = Buffer.from('RIFF\0\0\0\0', 'latin1');
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body]);
}

const chunkOf = (type: string, content: Buffer): Chunk => ({ type, length: content.length, content });

function clean(chunk: Chunk, orientation: number): Chunk {
  const { type, length, content } = chunk;
  if (content.length < length) return chunk;
  if (type === 'VP8X') {
    const flags = (content[0] ?? 0) & ~xmpFlag & ~exifFlag;
    return chunkOf(type, Buffer.concat([Buffer.of(orientation === 1 ? flags : flags | exifFlag), content.subarray(1)]));
  }
  if (type !== 'ANMF') return chunk;
  const frame = readChunks(content.subarray(frameHeaderLength)).filter((chunk) => needed.has(chunk.type));
  return chunkOf(type, Buffer.concat([content.subarray(0, frameHeaderLength), ...frame.map(write)]));
}

function readChunks(bytes: Buffer): Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = 0; at + 8 <= bytes.length; ) {
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
