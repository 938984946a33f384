import type { PerspectiveMeasure } from '../analysis/closer/measure-perspective.js';
import type { LumaImage } from '../imaging/luma.js';
import type { FramePart, PacketHeader } from './packet/layout.js';

/** A luma frame of the packet: sent as such, or decoded from a JPEG and reduced. */
export interface LumaFrame extends LumaImage {
  readonly part: FramePart;
}

/** Everything that signals evaluate. */
export interface CaptureEvidence {
  readonly header: PacketHeader;
  /** the JPEG */
  readonly photo: Uint8Array;
  /** the photo, reduced to 96 pixels on its longer side; undefined if it cannot be decoded */
  readonly photoLuma: LumaImage | undefined;
  /** frames of kind `luma` that were taken without scaling, in order of time */
  readonly crops: readonly LumaFrame[];
  /** the other frames of kind `luma`, in order of time */
  readonly wholes: readonly LumaFrame[];
  /** the JPEG frames, reduced like the photo; without those that cannot be decoded */
  readonly jpegs: readonly LumaFrame[];
  /** the photo's bytes match the hash in the header */
  readonly isHashRight: boolean;
  /** whether the selfie sent next to the packet is identical to the photo; undefined if none was sent */
  readonly isSelfieSame: boolean | undefined;
  /** of the frames in which the face came closer; undefined if there are none, or no face was found in the photo */
  readonly perspective: PerspectiveMeasure | undefined;
  /** whether the policy demands that the face has shown depth */
  readonly mustComeCloser: boolean;
  /** epoch ms at which the packet arrived */
  readonly receivedAt: number;
  /** ms after which the packet is stale */
  readonly maxAgeMs: number;
  /** whether the packet's nonce was new; undefined for a stale packet, whose nonce is not checked */
  readonly isNonceNew: boolean | undefined;
}

/** The result of a signal. */
export interface Measurement {
  /** 0 (nothing suspicious) .. 1 (certainly not a genuine capture) */
  readonly suspicion: number;
  /** the part of the suspicion that a stalled camera does not explain (default: all of it) */
  readonly ifStalled?: number;
  /** the packet lacks what the policy demands, and nothing else is suspicious: a repetition may show it (default false) */
  readonly isUnshown?: boolean;
  /** the measured values; numbers only */
  readonly evidence: Readonly<Record<string, number>>;
}

/** One signal. Pure. Never throws on a packet that passed the schema. */
export type Signal = (evidence: CaptureEvidence) => Measurement;
