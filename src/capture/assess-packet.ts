import type { CaptureKey } from '../keys/capture-key.js';
import type { KeyRing } from '../keys/key-ring.js';
import { capturePolicyOf } from '../scans/account-policy.js';
import type { FaceAssessment, FaceAssessmentCommand, SentFace } from '../scans/face-assessor.js';
import type { ScanService } from '../scans/scan-service.js';
import type { Store } from '../storage/store.js';
import { judgeCapture } from './injection.js';
import { takeNonce } from './nonces.js';
import { openPacket, type Packet } from './open-packet.js';
import { readEvidence } from './read-evidence.js';
import { MAX_AHEAD_MS } from './signals/freshness.js';

/** What judging packets needs. */
export interface PacketParts {
  readonly scans: Pick<ScanService, 'assess' | 'observe' | 'record'>;
  readonly store: Store;
  readonly keys: KeyRing<CaptureKey>;
  /** largest accepted packet, in bytes */
  readonly maxPacketBytes: number;
  /** seconds after which a packet is stale */
  readonly maxAgeSeconds: number;
  /** largest accepted picture, width × height */
  readonly maxPixels: number;
  /** epoch milliseconds; replaced by tests */
  readonly now?: () => number;
}

/** JPEG frames that the engine analyses in addition to the photo: each costs as much as a picture. */
const maxFurtherFrames = 3;

/**
 * Opens a packet, judges the face in it and how it was captured, and stores the scan. A packet that cannot be opened counts as an
 * unreadable picture (`image-unreadable`); a packet whose capture is not credible gets the finding `injection`.
 * @throws BusyError, WorkerFailedError: the packet's nonce was not used, so the packet may be sent again
 */
export async function assessPacket(
  parts: PacketParts,
  command: Omit<FaceAssessmentCommand, 'sent'>,
  sent: Extract<SentFace, { packet: unknown }>,
): Promise<FaceAssessment> {
  const { scans, keys, maxPacketBytes, maxAgeSeconds, maxPixels, now = Date.now } = parts;
  const receivedAt = now();
  const opened = await openPacket(sent.packet, { keys, maxBytes: maxPacketBytes });
  if ('unreadable' in opened) {
    const bytes = { unreadable: `capture packet: ${opened.unreadable}` };
    return { ...(await scans.assess({ ...command, bytes })), photo: undefined };
  }
  const { packet } = opened;
  // The engine takes the buffers it is given. The packet's parts share one, so it gets copies.
  const bytes = new Uint8Array(packet.photo);
  const observed = await scans.observe({ ...command, bytes, furtherFrames: copyFurtherFrames(packet) });
  // Only now: a request that the engine refused must be able to send the packet again (docs/decisions/0013-capture-packet.md).
  const isNonceNew = await useNonce(packet, receivedAt, parts);
  const maxAgeMs = maxAgeSeconds * 1000;
  const evidence = await readEvidence(packet, { selfie: sent.selfie, receivedAt, isNonceNew, maxAgeMs, maxPixels });
  const judgement = judgeCapture(evidence, capturePolicyOf(command.caller.policy));
  return { ...(await scans.record(observed, judgement)), photo: packet.photo };
}

const copyFurtherFrames = ({ header, frames }: Packet): Uint8Array[] =>
  frames
    .filter((_, i) => header.frames[i]!.kind === 'jpeg')
    .slice(0, maxFurtherFrames)
    .map((frame) => new Uint8Array(frame));

/**
 * Uses up the packet's nonce.
 * @returns whether it was new; undefined for a stale packet, whose nonce may have been deleted already
 */
async function useNonce(
  { header }: Packet,
  receivedAt: number,
  { store, maxAgeSeconds }: PacketParts,
): Promise<boolean | undefined> {
  const age = receivedAt - header.createdAt;
  if (age > maxAgeSeconds * 1000 || age < -MAX_AHEAD_MS) return undefined;
  // Kept for longer than the packet is valid, in case another replica's clock is behind.
  return takeNonce(store.db, header.nonce, header.createdAt + maxAgeSeconds * 1000 + MAX_AHEAD_MS);
}
