import type { FramePart } from '../../src/capture/packet/layout.js';
import type { MadeCapture } from './made-capture.js';

/** How the camera of a made capture stalls. */
export interface StallKind {
  /** frames that the camera delivers; the packet has a pair of luma frames of each */
  readonly frames: number;
  /** ms between two of them (default 500) */
  readonly every?: number;
  /** ms between the last of them and the capture (default 100) */
  readonly before?: number;
  /** whether the browser presents the last frame again, and the component records it, until there are 14 */
  readonly isRepeated?: boolean;
}

/** A made capture as it would have been recorded with a camera that stalls. */
export function stall({ header, photo, frames: bytes }: MadeCapture, kind: StallKind): MadeCapture {
  const { frames, every = 500, before = 100, isRepeated = false } = kind;
  const { timing } = header;
  const capturedAt = timing.capturedAt + 10_000;
  const recorded = Array.from({ length: isRepeated ? 14 : frames }, (_, i) => Math.min(i, frames - 1));
  const times = recorded.map((_, i) => capturedAt - before - (recorded.length - 1 - i) * (isRepeated ? 33 : every));
  const parts = header.frames.map((part, i) => ({ part, bytes: bytes[i]! }));
  const stills = parts.filter(({ part }) => part.kind === 'jpeg').map((still) => at(still, times[0]!));
  const luma = parts.filter(({ part }) => part.kind === 'luma');
  // Crops and whole frames alternate; the photo is of the last pair.
  const pairs = recorded.flatMap((frame, i) => {
    const pair = luma.length / 2 - frames + frame;
    return luma.slice(2 * pair, 2 * pair + 2).map((one) => at(one, times[i]!));
  });
  return {
    photo,
    frames: [...stills, ...pairs].map((one) => one.bytes),
    header: {
      ...header,
      photo: { ...header.photo, at: times.at(-1)! },
      frames: [...stills, ...pairs].map(({ part }) => part),
      timing: {
        ...timing,
        capturedAt,
        frameTimes: times,
        mediaTimes: recorded.map((frame) => 1000 + frame * every),
        presentedFrames: frames,
      },
    },
  };
}

const at = <T extends { readonly part: FramePart }>(frame: T, time: number): T => ({
  ...frame,
  part: { ...frame.part, at: time },
});
