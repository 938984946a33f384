import { base64url } from 'jose';
import { joinPacket, type PacketHeader, packetLimits } from '../../capture/packet/layout.js';
import { sealPacket } from '../../capture/packet/seal.js';
import { approachLimits } from './approach-recorder.js';
import type { Camera } from './camera.js';
import type { EncryptionKey } from './encryption-key.js';
import type { RecordedFrame } from './frame-recorder.js';
import { readCamera, readPage } from './page-facts.js';
import type { Photo } from './take-photo.js';

/** Defined at build time. */
declare const __VERSION__: string;

/** The content of a packet. */
export interface Capture {
  readonly photo: Photo;
  readonly frames: readonly RecordedFrame[];
  readonly timing: PacketHeader['timing'];
  readonly camera: Camera;
  /** text set by the page */
  readonly externalMeta: string;
  /** ms that the server's clock is ahead of this one */
  readonly clockOffset: number;
}

/**
 * Maximum size of the photo, in bytes, that keeps the sealed packet below 2 MB (small: 700 kB). Base64 adds a third, and the
 * other frames take at most 0.25 MB, and those of the closer mode what `approachLimits` allows.
 */
export const maxPhotoBytes = (isSmall: boolean, isCloser: boolean): number =>
  (isSmall ? 290_000 : 1_150_000) - (isCloser ? approachLimits(isSmall).bytes : 0);

/** Creates the packet, to be sent as `encrypted_file`. */
export async function sealCapture(capture: Capture, key: EncryptionKey): Promise<Blob> {
  const { photo, frames, timing, camera, externalMeta, clockOffset } = capture;
  const bytes = new Uint8Array(await photo.blob.arrayBuffer());
  const header: PacketHeader = {
    version: 1,
    createdAt: Date.now() + clockOffset,
    nonce: base64url.encode(crypto.getRandomValues(new Uint8Array(16))),
    library: { name: 'idlive-face-capture-web', version: __VERSION__ },
    externalMeta: externalMeta.slice(0, packetLimits.externalMeta),
    photo: {
      mediaType: 'image/jpeg',
      width: photo.width,
      height: photo.height,
      length: bytes.length,
      sha256: base64url.encode(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))),
      at: photo.at,
    },
    frames: frames.map(({ part }) => part),
    timing,
    camera: await readCamera(camera),
    page: readPage(),
  };
  const plaintext = joinPacket(
    header,
    bytes,
    frames.map((frame) => frame.bytes),
  );
  return new Blob([await sealPacket(plaintext, key.jwk, key.kid)], { type: 'application/jose' });
}
