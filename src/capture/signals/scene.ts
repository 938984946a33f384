import { median, ramp } from '../../base/statistics.js';
import { correlate, type LumaImage, meanDifference, toGrid } from '../../imaging/luma.js';
import type { CaptureEvidence, LumaFrame, Signal } from '../signal.js';

/** Number of cells per side of the grid on which pictures are compared. */
const cells = 24;
const grid = (image: LumaImage): Float64Array => toGrid(image, cells, cells);

/**
 * Whether photo and frames show the same scene. A substituted photo does not resemble the frames, and crops of another stream do
 * not fit into the whole frames of the same moment.
 */
export const judgeScene: Signal = (evidence) => {
  const { photoLuma, wholes, jpegs } = evidence;
  if (!photoLuma || wholes.length === 0 || jpegs.length === 0)
    return { suspicion: 1, evidence: { decodable: photoLuma ? 1 : 0, wholes: wholes.length, jpegs: jpegs.length } };
  const photo = grid(photoLuma);
  const best = (frames: readonly LumaFrame[]): number => Math.max(...frames.map((frame) => correlate(photo, grid(frame))));
  const [likeWholes, likeJpegs] = [best(wholes), best(jpegs)];
  const misfit = measureMisfit(evidence);
  return {
    suspicion: Math.max(ramp(Math.min(likeWholes, likeJpegs), 0.8, 0.55), ramp(misfit, 10, 24)),
    evidence: { wholes: wholes.length, jpegs: jpegs.length, likeWholes, likeJpegs, misfit },
  };
};

/** Number of cells for a length in pixels: at most one per pixel. */
const toCount = (length: number): number => Math.min(cells, Math.max(1, Math.floor(length)));

/**
 * Median difference, in grey levels, between each crop and its region in the whole frame of the same video frame; 255 without
 * such a pair.
 */
function measureMisfit({ crops, wholes }: CaptureEvidence): number {
  const misfits = crops.flatMap((crop) => {
    const whole = wholes.find(({ part }) => part.at === crop.part.at);
    if (!whole) return [];
    const { region } = whole.part;
    const [sx, sy] = [whole.width / region.width, whole.height / region.height];
    const area = {
      x: (crop.part.region.x - region.x) * sx,
      y: (crop.part.region.y - region.y) * sy,
      width: crop.part.region.width * sx,
      height: crop.part.region.height * sy,
    };
    const [columns, rows] = [toCount(area.width), toCount(area.height)];
    return [meanDifference(toGrid(crop, columns, rows), toGrid(whole, columns, rows, area))];
  });
  return misfits.length > 0 ? median(misfits) : 255;
}
