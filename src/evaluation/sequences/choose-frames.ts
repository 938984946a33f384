import type { SequenceFrame } from './sequence-sample.js';

/** How many frames of a sequence are analysed: those of a capture packet, three and the photo. */
export const mostFrames = 4;
/** How far the chosen frames of a longer sequence lie apart, in ms: as far as those of a capture packet. */
export const frameSpacing = 600;

/**
 * Chooses the frames of a sequence that are analysed. Of a sequence with more than `mostFrames` frames, these are the last one, and
 * those nearest to `frameSpacing`, twice and three times as long before it.
 * @param frames in order of time, at least one
 */
export function chooseFrames(frames: readonly SequenceFrame[]): readonly SequenceFrame[] {
  if (frames.length <= mostFrames) return frames;
  const picture = frames.at(-1)!;
  const left = new Set(frames.slice(0, -1));
  for (let back = mostFrames - 1; back > 0; back--) {
    const wanted = picture.at - back * frameSpacing;
    const nearest = [...left].reduce((a, b) => (Math.abs(b.at - wanted) < Math.abs(a.at - wanted) ? b : a));
    left.delete(nearest);
  }
  return frames.filter((frame) => !left.has(frame));
}
