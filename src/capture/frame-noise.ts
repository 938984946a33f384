import { median } from '../base/statistics.js';
import { correlate, type LumaImage } from '../imaging/luma.js';

/** The noise in a run of frames. */
export interface FrameNoise {
  /** standard deviation in one frame, grey levels, over the smooth half of the picture */
  readonly sigma: number;
  /** correlation of the differences of successive frames: −0.5 for noise that is independent from frame to frame */
  readonly dependence: number;
}

/**
 * The mean absolute value of the high-passed difference of two frames with independent noise of standard deviation 1: √2.5 ·
 * √(2/π).
 */
const perSigma = Math.sqrt(2.5) * Math.sqrt(2 / Math.PI);

/** Measures the noise. @param frames at least three, of the same size, in order of time */
export function measureNoise(frames: readonly LumaImage[]): FrameNoise {
  const first = frames[0];
  if (!first || frames.length < 3) return { sigma: 0, dependence: 0 };
  const smooth = findSmooth(first);
  if (smooth.length === 0) return { sigma: 0, dependence: 0 };
  const differences = frames.slice(1).map((frame, i) => highPass(frames[i]!, frame, smooth));
  const sigmas = differences.map((values) => values.reduce((sum, value) => sum + Math.abs(value), 0) / values.length / perSigma);
  const dependences = differences.slice(1).map((values, i) => correlate(differences[i]!, values));
  return { sigma: median(sigmas), dependence: median(dependences) };
}

/** Pixels away from the border whose gradient is at most the median, without clipped ones: changes there are not moving edges. */
function findSmooth({ data, width, height }: LumaImage): Int32Array {
  const gradients = new Int16Array(width * height).fill(-1);
  const counts = new Int32Array(511);
  let n = 0;
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x;
      if (data[at]! < 4 || data[at]! > 251) continue;
      const gradient = Math.abs(data[at + 1]! - data[at - 1]!) + Math.abs(data[at + width]! - data[at - width]!);
      gradients[at] = gradient;
      counts[gradient]!++;
      n++;
    }
  }
  let [limit, below] = [0, counts[0]!];
  while (below < n / 2) below += counts[++limit]!;
  const places: number[] = [];
  for (let at = 0; at < gradients.length; at++) if (gradients[at]! >= 0 && gradients[at]! <= limit) places.push(at);
  return Int32Array.from(places);
}

/**
 * The difference of two frames minus the mean of its four neighbours, at the given pixels. Removes slow changes and small
 * movements.
 */
function highPass(from: LumaImage, to: LumaImage, places: Int32Array): Float64Array {
  const { width } = from;
  const d = (at: number): number => (to.data[at] ?? 0) - (from.data[at] ?? 0);
  return Float64Array.from(places, (at) => d(at) - (d(at - 1) + d(at + 1) + d(at - width) + d(at + width)) / 4);
}
