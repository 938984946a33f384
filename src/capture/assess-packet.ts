import type { SequenceOf, TimedFrame } from '../analysis/observe-sequence.js';
import type { CaptureKey } from '../keys/capture-key.js';
import type { KeyRing } from '../keys/key-ring.js';
import { capturePolicyOf } from '../scans/account-policy.js';
import type { CaptureJudgement } from '../scans/capture-judgement.js';
import type { FaceAssessment, FaceAssessmentCommand, SentFace } from '../scans/face-assessor.js';
import type { ScanService } from '../scans/scan-service.js';
import type { Database } from '../storage/schema.js';
import type { Store } from '../storage/store.js';
import { judgeCapture } from './injection.js';
import { takeNonce } from './nonces.js';
import { openPacket, type Packet } from './open-packet.js';
import type { FramePart } from './packet/layout.js';
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
  /** epoch milliseconds (default: by the database's clock) */
  readonly now?: () => number;
}

/** JPEG frames that the engine analyses in addition to the photo: each costs nearly as much as a picture. */
const maxFrames = 3;

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
  const { scans, keys, maxPacketBytes, maxAgeSeconds, maxPixels, now = parts.store.now } = parts;
  const receivedAt = now();
  const opened = await openPacket(sent.packet, { keys, maxBytes: maxPacketBytes });
  if ('unreadable' in opened) {
    const bytes = { unreadable: `capture packet: ${opened.unreadable}` };
    return { ...(await scans.assess({ ...command, bytes })), photo: undefined };
  }
  const { packet } = opened;
  // The engine takes the buffers it is given. The packet's parts share one, so it gets copies.
  const bytes = new Uint8Array(packet.photo);
  const observed = await scans.observe({ ...command, bytes, sequence: copySequence(packet) });
  const maxAgeMs = maxAgeSeconds * 1000;
  const policy = capturePolicyOf(command.caller.policy);
  const evidence = await readEvidence(packet, {
    selfie: sent.selfie,
    receivedAt,
    isNonceNew: undefined,
    maxAgeMs,
    maxPixels,
    perspective: observed.observation?.perspective,
    mustComeCloser: policy.closer === 1,
  });
  // The nonce is used up with the scan or not at all: a packet whose request failed can be sent again
  // (docs/decisions/0013-capture-packet.md).
  const judge = async (db: Database): Promise<CaptureJudgement> => {
    const isNonceNew = await useNonce(db, packet, receivedAt, maxAgeMs);
    return judgeCapture({ ...evidence, isNonceNew }, policy);
  };
  return { ...(await scans.record(observed, judge)), photo: packet.photo };
}

/** The photo's time, the JPEG frames and those of the closer mode, each in order of time: whatever their order in the packet. */
function copySequence({ header, frames }: Packet): SequenceOf {
  const copy = (wanted: FramePart['kind']): TimedFrame[] =>
    header.frames
      .map(({ kind, at }, i) => ({ kind, at, bytes: frames[i]! }))
      .filter(({ kind }) => kind === wanted)
      .sort((a, b) => a.at - b.at)
      .map(({ at, bytes }) => ({ at, bytes: new Uint8Array(bytes) }));
  const approach = copy('closer');
  return { at: header.photo.at, earlier: copy('jpeg').slice(-maxFrames), ...(approach.length > 0 ? { approach } : {}) };
}

/**
 * Uses up the packet's nonce.
 * @returns whether it was new; undefined for a stale packet, whose nonce may have been deleted already
 */
async function useNonce(db: Database, { header }: Packet, receivedAt: number, maxAgeMs: number): Promise<boolean | undefined> {
  const age = receivedAt - header.createdAt;
  if (age > maxAgeMs || age < -MAX_AHEAD_MS) return undefined;
  // Kept for longer than the packet is valid, in case the database's clock is set back.
  return takeNonce(db, header.nonce, header.createdAt + maxAgeMs + MAX_AHEAD_MS);
}
