import { sampleInto, type TensorSpec } from './crop.js';
import { type Box, cropMap, fitInside, squareAround } from './geometry.js';
import type { RgbImage } from './image.js';
import { KernelNumbers } from './kernels/pixel-memory.js';

const size = 128;
const spec: TensorSpec = { width: size, height: size, layout: 'nchw', colour: 'grey', mean: [0], scale: [1] };
/** Side of the analysed square, in box heights. */
const scene = 2.7;
/** Columns and rows (of 128) occupied by the head, whose own edges are irrelevant. */
const headColumns = [39, 90] as const;
const headRows = [31, 98] as const;

let patch: KernelNumbers | undefined;

/**
 * Strength of straight vertical or horizontal edges in the scene around the head: the natural logarithm of the greatest mean
 * brightness step of a column or row over the median one. The edge of a sheet, a bezel or a phone's frame stands out; so may a
 * door frame or a window. About 1.1 for bona fide faces (95 % are below 1.9).
 */
export function measureStraightEdges(image: RgbImage, face: Box): number {
  patch ??= new KernelNumbers(size * size);
  const crop = fitInside(squareAround(face, scene), image.width, image.height);
  const grey = sampleInto(image, cropMap(crop, size, size), spec, patch);
  const columns: number[] = [];
  const rows: number[] = [];
  for (let i = 1; i < size; i++) {
    let across = 0;
    let down = 0;
    for (let j = 0; j < size; j++) {
      across += Math.abs(grey[j * size + i]! - grey[j * size + i - 1]!);
      down += Math.abs(grey[i * size + j]! - grey[(i - 1) * size + j]!);
    }
    if (i < headColumns[0] || i >= headColumns[1]) columns.push(across / size);
    if (i < headRows[0] || i >= headRows[1]) rows.push(down / size);
  }
  return Math.log(Math.max(standOut(columns), standOut(rows)));
}

/** Maximum over median. The median is raised by one brightness level, so that noise in a plain scene does not stand out. */
function standOut(steps: number[]): number {
  const sorted = steps.sort((a, b) => a - b);
  return Math.max(1e-3, sorted[sorted.length - 1]! / (sorted[sorted.length >> 1]! + 1));
}
