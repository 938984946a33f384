import type { ImageObservation } from '../analysis/observation.js';
import { median } from '../base/statistics.js';

/** The liveness of a picture and of further ones of the same moment, each 0..1. */
export interface FrameLiveness {
  /** of the picture alone */
  readonly photoLiveness: number;
  /** of each further frame; null: no single face was found in it, it does not count */
  readonly frameLiveness: readonly (number | null)[];
  /**
   * the mean of the photo's and of the median of the frames that count: the frames are smaller, and the liveness of smaller pictures tells
   * less (docs/capture.md), so that three of them may not outvote the photo
   */
  readonly fused: number;
}

/**
 * Looks at further frames, one after the other, so that one request does not take every worker.
 * @param observe looks at one picture. Throws when the engine is busy: then the whole request is to be repeated
 */
export async function observeFrames(
  photoLiveness: number,
  frames: readonly Uint8Array[],
  observe: (bytes: Uint8Array) => Promise<{ readonly observation?: ImageObservation }>,
): Promise<FrameLiveness> {
  const frameLiveness: (number | null)[] = [];
  for (const frame of frames) {
    const { observation } = await observe(frame);
    frameLiveness.push(observation?.outlines.length === 1 ? (observation.faces[0]?.liveness ?? null) : null);
  }
  const counted = frameLiveness.filter((liveness) => liveness !== null);
  const fused = counted.length === 0 ? photoLiveness : (photoLiveness + median(counted)) / 2;
  return { photoLiveness, frameLiveness, fused: Math.round(fused * 1e7) / 1e7 };
}
