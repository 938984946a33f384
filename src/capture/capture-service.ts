import type { CaptureKey } from '../keys/capture-key.js';
import type { FaceAssessor } from '../scans/face-assessor.js';
import { assessPacket, type PacketParts } from './assess-packet.js';

/**
 * Liveness Plus, as contracts see it: judges plain pictures and capture packets, and publishes the key that packets are sealed
 * for.
 */
export interface CaptureService extends FaceAssessor {
  /** The current public key, as a JWK set (RFC 7517). */
  readPublicKeys(): Promise<{ keys: CaptureKey['publicJwk'][] }>;
}

/** Creates the service. */
export function createCaptureService(parts: PacketParts): CaptureService {
  const { scans, keys } = parts;
  return {
    async assess({ sent, ...command }) {
      if ('packet' in sent) return assessPacket(parts, command, sent);
      return { ...(await scans.assess({ ...command, bytes: sent.picture })), photo: undefined };
    },
    async readPublicKeys() {
      const { current } = await keys.read();
      return { keys: [current.publicJwk] };
    },
  };
}
