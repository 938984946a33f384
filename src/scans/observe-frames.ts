import type { ImageObservation } from '../analysis/observation.js';
import { median } from '../base/statistics.js';

/** The liveness of a picture and of further frames of the same moment, each 0..1. */
export interface FrameLiveness {
  /** of the picture alone */
  readonly photoLiveness: number;
  /** of each further frame; null if not exactly one face was found in it: the frame does not count */
  readonly frameLiveness: readonly (number | null)[];
  /**
   * the mean of the photo's liveness and the median of the frames that count. The frames are smaller, and liveness is less
   * reliable on small pictures (docs/capture.md), so the three frames must not outvote the photo.
   */
  readonly fused: number;
}

/**
 * Analyses further frames one after the other, so that one request does not occupy every worker.
 * @param observe analyses one picture. If it throws because the engine is busy, the whole request must be repeated
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
