import { ramp } from '../../base/statistics.js';
import { readJpegStructure } from '../../imaging/jpeg-structure.js';
import type { Signal } from '../signal.js';

/**
 * Whether the sizes of photo, track and frames are consistent: the JPEG has the size in the header, is not larger than the track,
 * has the track's aspect ratio (in either orientation), and every frame's region is inside the video.
 */
export const judgeResolution: Signal = ({ header: { photo: told, camera, frames }, photo }) => {
  const jpeg = readJpegStructure(photo);
  const isAsTold = jpeg !== undefined && jpeg.width === told.width && jpeg.height === told.height;
  const { width = 0, height = 0 } = camera.settings;
  const isTold = width > 0 && height > 0;
  // phones rotate the picture, and may report the track's size in the sensor's orientation
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
