import type { CaptureKey } from '../keys/capture-key.js';
import type { KeyRing } from '../keys/key-ring.js';
import { capturePolicyOf } from '../scans/account-policy.js';
import type { Assessment, PictureCommand } from '../scans/assess-picture.js';
import type { ScanService } from '../scans/scan-service.js';
import type { Store } from '../storage/store.js';
import { judgeCapture } from './injection.js';
import { takeNonce } from './nonces.js';
import { openPacket, type Packet } from './open-packet.js';
import { readEvidence } from './read-evidence.js';
import { MAX_AHEAD_MS } from './signals/freshness.js';

/** A capture packet that somebody wants judged; all else as of a picture. */
export interface PacketCommand extends Omit<PictureCommand, 'bytes' | 'furtherFrames' | 'judgeCapture'> {
  /** as sent, sealed */
  readonly packet: Uint8Array;
  /** the picture that came beside it: it is not judged, but has to be the packet's photo */
  readonly selfie?: Uint8Array;
}

/** The judged and stored packet. */
export interface PacketAssessment extends Assessment {
  /** the packet's JPEG, for recognising who it is; undefined when the packet could not be opened */
  readonly photo: Uint8Array | undefined;
}

/** Liveness Plus, as contracts see it. */
export interface CaptureService {
  /**
   * Opens a packet, judges the face in it and how it was taken, and stores the scan. A packet that cannot be opened is a picture that
   * cannot be read (`image-unreadable`); one that is not to be believed is found to be an `injection`.
   * @throws BusyError, WorkerFailedError: the packet was not used up and may be sent again
   */
  assess(command: PacketCommand): Promise<PacketAssessment>;
  /** The public key that packets are to be sealed for, as a JWK set (RFC 7517). */
  readPublicKeys(): Promise<{ keys: CaptureKey['publicJwk'][] }>;
}

/** What it stands on. */
export interface CaptureServiceOptions {
  readonly scans: ScanService;
  readonly store: Store;
  readonly keys: KeyRing<CaptureKey>;
  /** bytes of a packet, at most */
  readonly maxPacketBytes: number;
  /** seconds after which a packet is stale */
  readonly maxAgeSeconds: number;
  /** of a picture, width × height */
  readonly maxPixels: number;
  /** epoch milliseconds */
  readonly now?: () => number;
}

/** Makes the service. */
export function createCaptureService(options: CaptureServiceOptions): CaptureService {
  const { scans, keys, maxPacketBytes, now = Date.now } = options;
  return {
    async assess({ packet: bytes, selfie, ...command }) {
      const receivedAt = now();
      const opened = await openPacket(bytes, { keys: await keys.read(), maxBytes: maxPacketBytes });
      if ('unreadable' in opened) {
        const unreadable = { unreadable: `capture packet: ${opened.unreadable}` };
        return { ...(await scans.assess({ ...command, bytes: unreadable })), photo: undefined };
      }
      const { packet } = opened;
      const assessment = await scans.assess({
        ...command,
        // the engine takes the memory it is given; the parts are views of one buffer
        bytes: new Uint8Array(packet.photo),
        furtherFrames: packet.frames
          .filter((_, i) => packet.header.frames[i]!.kind === 'jpeg')
          .slice(0, maxFurtherFrames)
          .map((frame) => new Uint8Array(frame)),
        judgeCapture: async () => {
          const isNonceNew = await useUp(packet, receivedAt, options);
          const { maxAgeSeconds, maxPixels } = options;
          const evidence = await readEvidence(packet, {
            selfie,
            receivedAt,
            isNonceNew,
            maxAgeMs: maxAgeSeconds * 1000,
            maxPixels,
          });
          return judgeCapture(evidence, capturePolicyOf(command.caller.policy));
        },
      });
      return { ...assessment, photo: packet.photo };
    },
    async readPublicKeys() {
      const { current } = await keys.read();
      return { keys: [current.publicJwk] };
    },
  };
}

/** JPEG frames that the engine looks at beside the photo: each costs as much as a picture. */
const maxFurtherFrames = 3;

/** Takes the packet's nonce. A stale packet's is not looked at: it may have been forgotten. @returns whether it was new */
async function useUp(
  { header }: Packet,
  receivedAt: number,
  { store, maxAgeSeconds }: CaptureServiceOptions,
): Promise<boolean | undefined> {
  const age = receivedAt - header.createdAt;
  if (age > maxAgeSeconds * 1000 || age < -MAX_AHEAD_MS) return undefined;
  // A margin, should another replica's clock be behind.
  return takeNonce(store.db, header.nonce, header.createdAt + maxAgeSeconds * 1000 + MAX_AHEAD_MS);
}
