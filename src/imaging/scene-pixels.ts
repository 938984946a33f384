import { sampleTensor, type TensorSpec } from './crop.js';
import { type Detail, measureDetail } from './detail.js';
import { cropMap } from './geometry.js';
import type { RgbImage } from './image.js';

/** Longer side of the shrunk picture, in pixels. */
const size = 160;

/** Measures brightness and detail of a whole picture. */
export function measureScene(image: RgbImage): Detail {
  const scale = size / Math.max(image.width, image.height);
  const width = Math.max(3, Math.round(image.width * scale));
  const height = Math.max(3, Math.round(image.height * scale));
  const factor = Math.max(1, Math.floor(1 / scale));
  const spec: TensorSpec = { width, height, layout: 'nchw', colour: 'grey', mean: [0], scale: [1] };
  const map = cropMap(
    { x1: 0, y1: 0, x2: Math.floor(image.width / factor), y2: Math.floor(image.height / factor) },
    width,
    height,
  );
  const grey = sampleTensor(image, map, spec, factor);
  return measureDetail(grey, width, { x1: 1, y1: 1, x2: width - 1, y2: height - 1 });
}
