import { ramp } from '../../base/statistics.js';
import { readJpegStructure } from '../../imaging/jpeg-structure.js';
import type { Signal } from '../signal.js';

/**
 * Whether photo, track and frames agree on their size: the JPEG is as large as the header says, no larger than the track, of the track's
 * shape (either way up), and every frame was taken from within it.
 */
export const judgeResolution: Signal = ({ header: { photo: told, camera, frames }, photo }) => {
  const jpeg = readJpegStructure(photo);
  const isAsTold = jpeg !== undefined && jpeg.width === told.width && jpeg.height === told.height;
  const { width = 0, height = 0 } = camera.settings;
  const isTold = width > 0 && height > 0;
  // phones turn the picture and may tell the track's size as the sensor has it
  const turned = told.width > told.height !== width > height;
  const [w, h] = turned ? [height, width] : [width, height];
  const shape = isTold ? Math.abs((told.width / told.height) * (h / w) - 1) : 0;
  const enlarged = isTold ? Math.max(told.width / w, told.height / h) : 1;
  const outside = isTold
    ? frames.filter(({ region }) => region.x + region.width > w + 1 || region.y + region.height > h + 1).length
    : 0;
  return {
    suspicion: Math.max(
      isAsTold ? 0 : 1,
      isTold ? 0 : 0.3,
      ramp(shape, 0.02, 0.05),
      ramp(enlarged, 1.01, 1.1),
      outside > 0 ? 1 : 0,
    ),
    evidence: { asTold: isAsTold ? 1 : 0, shape, enlarged, outside },
  };
};
