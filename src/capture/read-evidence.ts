import { DecodeError, type DecodeLimits, decodeImage } from '../imaging/decode.js';
import { type LumaImage, toLuma } from '../imaging/luma.js';
import { sniffFormat } from '../imaging/picture-format.js';
import type { Packet } from './open-packet.js';
import type { CaptureEvidence, LumaFrame } from './signal.js';

/** Size to which pictures are reduced for comparing scenes: pixels of the longer side. */
const maxSide = 96;

/** The circumstances in which a packet arrived. */
export interface Arrival
  extends Pick<CaptureEvidence, 'receivedAt' | 'maxAgeMs' | 'isNonceNew' | 'perspective' | 'mustComeCloser'> {
  /** the picture sent next to the packet */
  readonly selfie: Uint8Array | undefined;
  /** largest accepted picture, width × height */
  readonly maxPixels: number;
}

/** Decodes and sorts the packet's parts for the signals. Decodes at most five JPEGs, at an eighth of their size. */
export async function readEvidence(packet: Packet, { selfie, maxPixels, ...arrival }: Arrival): Promise<CaptureEvidence> {
  const { header, photo, isHashRight } = packet;
  const limits: DecodeLimits = { maxPixels, maxSide, timeoutSeconds: 5 };
  const frames = header.frames.map((part, i) => ({ part, bytes: packet.frames[i]! }));
  const lumas: LumaFrame[] = frames
    .filter(({ part }) => part.kind === 'luma')
    .map(({ part, bytes }) => ({ part, data: bytes, width: part.width, height: part.height }))
    .sort((a, b) => a.part.at - b.part.at);
  const jpegs: LumaFrame[] = [];
  for (const { part, bytes } of frames.filter(({ part }) => part.kind === 'jpeg')) {
    const image = await decodeLuma(bytes, limits);
    if (image) jpegs.push({ part, ...image });
  }
  return {
    ...arrival,
    header,
    photo,
    photoLuma: await decodeLuma(photo, limits),
    crops: takeRun(lumas.filter(({ part }) => part.region.width === part.width && part.region.height === part.height)),
    wholes: lumas.filter(({ part }) => part.region.width !== part.width || part.region.height !== part.height).slice(-longestRun),
    jpegs,
    isHashRight,
    isSelfieSame: selfie && Buffer.compare(selfie, photo) === 0,
  };
}

/** Number of luma frames that are used, counted from the end: as many as a genuine packet has. */
const longestRun = 16;

/** The frames with the same size and region as the first one: others cannot be compared with it. */
function takeRun(frames: readonly LumaFrame[]): LumaFrame[] {
  const first = frames[0]?.part;
  return frames
    .filter(
      ({ part }) =>
        part.width === first?.width &&
        part.height === first.height &&
        part.region.x === first.region.x &&
        part.region.y === first.region.y,
    )
    .slice(-longestRun);
}

async function decodeLuma(bytes: Uint8Array, limits: DecodeLimits): Promise<LumaImage | undefined> {
  try {
    // Here, not in a worker: only what is cheap at an eighth of its size.
    return sniffFormat(bytes) === 'jpeg' ? toLuma(await decodeImage(bytes, limits)) : undefined;
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}
