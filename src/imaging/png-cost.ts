import { ascii } from './picture-format.js';

/** Chunks that a PNG may have: a large one has some thousands. */
const maxChunks = 16_384;
/** Samples per pixel by colour type. */
const samples: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/**
 * Milliseconds that decoding a PNG takes. Its rows are inflated and filtered whatever the file's size; compressed metadata is
 * inflated as well, up to 8 MB per chunk.
 */
export function estimatePng(bytes: Uint8Array, view: DataView): number {
  if (bytes.length < 33) return 0;
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const [depth, colour, interlace] = [bytes[24]!, bytes[25]!, bytes[28]!];
  let metadata = 0;
  let at = 8;
  for (let chunks = 0; at + 8 <= bytes.length; chunks++) {
    if (chunks >= maxChunks) return Number.POSITIVE_INFINITY;
    const length = view.getUint32(at);
    if (['zTXt', 'iTXt', 'iCCP'].some((type) => ascii(bytes, at + 4, type))) metadata += length;
    at += length + 12;
  }
  const pixels = width * height;
  const raw = (pixels * (samples[colour] ?? 4) * depth) / 8;
  return (pixels * (interlace ? 15 : 3) + raw * (depth === 16 ? 6 : 5) + metadata * 170 + bytes.length * 10) / 1e6;
}
