import type { LumaImage } from '../imaging/luma.js';
import type { FramePart, PacketHeader } from './packet/layout.js';

/** A frame of the packet as luma: as sent, or of a JPEG, reduced. */
export interface LumaFrame extends LumaImage {
  readonly part: FramePart;
}

/** All that the signals look at. */
export interface CaptureEvidence {
  readonly header: PacketHeader;
  /** the JPEG */
  readonly photo: Uint8Array;
  /** the photo, reduced to 96 pixels on its longer side; undefined: it cannot be decoded */
  readonly photoLuma: LumaImage | undefined;
  /** luma frames of kind `luma` that were taken without scaling, by time */
  readonly crops: readonly LumaFrame[];
  /** the other luma frames, by time */
  readonly wholes: readonly LumaFrame[];
  /** the JPEG frames as the photo; those that cannot be decoded are missing */
  readonly jpegs: readonly LumaFrame[];
  /** the photo's bytes have the hash that the header tells */
  readonly isHashRight: boolean;
  /** a selfie that came beside the packet is the photo; undefined: none came */
  readonly isSelfieSame: boolean | undefined;
  /** epoch ms at which the packet came */
  readonly receivedAt: number;
  /** ms after which it is stale */
  readonly maxAgeMs: number;
  /** its nonce had not been seen; undefined: a stale packet's is not looked at */
  readonly isNonceNew: boolean | undefined;
}

/** What a signal makes of it. */
export interface Measurement {
  /** 0 nothing suspicious .. 1 surely no honest capture */
  readonly suspicion: number;
  /** what was measured; numbers only */
  readonly evidence: Readonly<Record<string, number>>;
}

/** One signal: pure, and it never throws on a packet that the schema has passed. */
export type Signal = (evidence: CaptureEvidence) => Measurement;
