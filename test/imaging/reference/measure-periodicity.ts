import Fft from 'fft.js';
import type { TensorSpec } from '../../../src/imaging/crop.js';
import { type Box, boxCentre, cropMap } from '../../../src/imaging/geometry.js';
import type { RgbImage } from '../../../src/imaging/image.js';
import { sampleTensor } from './sample-tensor.js';

/** Side of the analysed patch, in pixels of the picture: resampling would remove the pattern. */
const size = 128;
const spec: TensorSpec = { width: size, height: size, layout: 'nchw', colour: 'grey', mean: [0], scale: [1] };
/**
 * Number of rings of spatial frequency up to the Nyquist frequency. Those below `firstRing` contain the face itself and are
 * ignored.
 */
const rings = 20;
const firstRing = 3;

const fft = new Fft(size);
/** Hann window: without it, the borders of the patch would be the strongest frequency. */
const taper = Float64Array.from({ length: size }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / (size - 1)));
/** The spectrum of real data is symmetric, so its left half including the middle column is sufficient. */
const halfWidth = size / 2 + 1;
/** For each ring, its points in the half spectrum, as indices x · size + y. */
const pointsOf = findRings();

function findRings(): Int32Array[] {
  const points: number[][] = Array.from({ length: rings }, () => []);
  for (let x = 0; x < halfWidth; x++) {
    for (let y = 0; y < size; y++) {
      const radius = Math.hypot(x, y < size / 2 ? y : y - size) / (size / 2);
      const ring = Math.floor(radius * rings);
      if (ring >= firstRing && ring < rings) points[ring]!.push(x * size + y);
    }
  }
  return points.slice(firstRing).map((ring) => Int32Array.from(ring));
}

/**
 * Periodicity of the middle of a face: the natural logarithm of the ratio of a ring's strongest frequency to its median, in the
 * ring of spatial frequencies where it is greatest. A display's raster, a printer's halftone or a weave stand out from their
 * ring; skin does not. About 2 for bona fide faces (98 % are below 2.6), above 3 for clearly periodic patterns.
 */
export function measurePeriodicity(image: RgbImage, face: Box): number {
  const { x, y } = boxCentre(face);
  const map = cropMap({ x1: x - size / 2, y1: y - size / 2, x2: x + size / 2, y2: y + size / 2 }, size, size);
  const grey = sampleTensor(image, map, spec, new Float32Array(size * size));
  const powers = transform(grey);
  let strongest = 1;
  for (const points of pointsOf) {
    const ring = Float64Array.from(points, (at) => powers[at]!).sort();
    strongest = Math.max(strongest, ring[ring.length - 1]! / Math.max(1e-12, ring[ring.length >> 1]!));
  }
  return Math.log(strongest) / 2;
}

const line: number[] = new Array(size).fill(0);
const spectrum: number[] = fft.createComplexArray();
const columns: number[][] = Array.from({ length: halfWidth }, () => fft.createComplexArray());

/**
 * Power spectrum of a patch after subtracting its mean and applying the window: the left half of the 2-D transform, column by
 * column.
 */
function transform(grey: Float32Array): Float64Array {
  const mean = grey.reduce((a, b) => a + b, 0) / grey.length;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) line[x] = (grey[y * size + x]! - mean) * taper[x]! * taper[y]!;
    fft.realTransform(spectrum, line);
    for (let x = 0; x < halfWidth; x++) {
      columns[x]![2 * y] = spectrum[2 * x]!;
      columns[x]![2 * y + 1] = spectrum[2 * x + 1]!;
    }
  }
  const powers = new Float64Array(halfWidth * size);
  for (let x = 0; x < halfWidth; x++) {
    fft.transform(spectrum, columns[x]);
    for (let y = 0; y < size; y++) powers[x * size + y] = spectrum[2 * y]! ** 2 + spectrum[2 * y + 1]! ** 2;
  }
  return powers;
}
