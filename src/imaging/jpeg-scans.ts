import { isFrame } from './jpeg-header.js';

/** Coefficients of a block: one mean and 63 others. */
const coefficients = 64;
/** Components of a scan, by the standard. */
const MAX_COMPONENTS = 4;
const sos = 0xda;

/**
 * Whether a JPEG's scans give every coefficient of every component in full precision. A progressive file that was cut off between two
 * scans lacks the rest, which decoders do not notice.
 * @param jpeg without bytes between segments, as `removeMetadata` leaves it
 */
export function hasAllScans(jpeg: Buffer): boolean {
  const open = new Map<number, Set<number>>();
  const isDone = () => [...open.values()].every((rest) => rest.size === 0);
  let at = 2;
  while (at + 4 <= jpeg.length) {
    const marker = jpeg[at + 1]!;
    const content = jpeg.subarray(at + 4, at + 2 + jpeg.readUInt16BE(at + 2));
    at += 4 + content.length;
    // A second frame is a fault, which the decoder reports.
    if (isFrame(marker) && open.size === 0)
      for (let i = 0; i < Math.min(content[5] ?? 0, MAX_COMPONENTS); i++)
        open.set(content[6 + 3 * i]!, new Set(Array(coefficients).keys()));
    if (marker !== sos) continue;
    const count = Math.min(content[0] ?? 0, MAX_COMPONENTS);
    const [from, to, approximation] = [0, 1, 2].map((i) => content[1 + 2 * count + i] ?? 0) as [number, number, number];
    // The low half: how many bits are left for later scans.
    for (let i = 0; i < count && (approximation & 15) === 0; i++)
      for (let k = from; k <= Math.min(to, coefficients - 1); k++) open.get(content[1 + 2 * i]!)?.delete(k);
    if (open.size > 0 && isDone()) return true;
    at = findNextSegment(jpeg, at);
  }
  return isDone();
}

/** The end of a scan's data: a marker that is neither a stuffed zero nor a restart. */
function findNextSegment(jpeg: Buffer, from: number): number {
  for (let at = jpeg.indexOf(0xff, from); at >= 0; at = jpeg.indexOf(0xff, at + 1)) {
    const next = jpeg[at + 1] ?? 0;
    if (next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return at;
  }
  return jpeg.length;
}
