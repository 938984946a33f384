import { sampleTensor, type TensorSpec } from './crop.js';
import { type Detail, measureDetail } from './detail.js';
import { cropMap } from './geometry.js';
import type { RgbImage } from './image.js';
import { shrink } from './shrink.js';

/** Longer side of the shrunk picture, in pixels. */
const size = 160;

/** Measures brightness and detail of a whole picture. */
export function measureScene(image: RgbImage): Detail {
  const scale = size / Math.max(image.width, image.height);
  const width = Math.max(3, Math.round(image.width * scale));
  const height = Math.max(3, Math.round(image.height * scale));
  const reduced = shrink(image, Math.max(1, Math.floor(1 / scale)));
  const spec: TensorSpec = { width, height, layout: 'nchw', colour: 'grey', mean: [0], scale: [1] };
  const map = cropMap({ x1: 0, y1: 0, x2: reduced.width, y2: reduced.height }, width, height);
  const grey = sampleTensor(reduced, map, spec);
  return measureDetail(grey, width, { x1: 1, y1: 1, x2: width - 1, y2: height - 1 });
}
