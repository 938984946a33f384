import { sampleInto, type TensorSpec } from './crop.js';
import { type Box, boxCentre } from './geometry.js';
import type { RgbImage } from './image.js';
import { kernels } from './kernels/load-kernels.js';
import { KernelNumbers } from './kernels/pixel-memory.js';

/** Side of the analysed patch, in pixels of the picture: resampling would remove the pattern. */
const size = 128;
const spec: TensorSpec = { width: size, height: size, layout: 'nchw', colour: 'grey', mean: [0], scale: [1] };
/**
 * Number of rings of spatial frequency up to the Nyquist frequency. Those below `firstRing` contain the face itself and are
 * ignored.
 */
const rings = 20;
const firstRing = 3;
/** The spectrum of real data is symmetric, so its left half including the middle column is sufficient. */
const halfWidth = size / 2 + 1;
/** Columns of the half spectrum as the kernel writes it: a multiple of four. */
const columns = 68;

/** Tables and room for the kernel, made when they are first needed. */
let tables: ReturnType<typeof makeTables> | undefined;

function makeTables() {
  const [patch, taper, turns] = [new KernelNumbers(size * size), new KernelNumbers(size), new KernelNumbers(size)];
  const [work, powers] = [new KernelNumbers(2 * size * 4 + 2 * size * columns), new KernelNumbers(size * columns)];
  // Hann window: without it, the borders of the patch would be the strongest frequency.
  for (let i = 0; i < size; i++) taper.values[i] = 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / (size - 1));
  for (let k = 0; k < size / 2; k++) {
    turns.values[2 * k] = Math.cos((2 * Math.PI * k) / size);
    turns.values[2 * k + 1] = -Math.sin((2 * Math.PI * k) / size);
  }
  const ringTables = findRings().map((points) => {
    const table = new KernelNumbers(points.length);
    // The kernel reads them as whole numbers of 32 bits.
    new Uint32Array(table.values.buffer, table.address, points.length).set(points);
    return table;
  });
  return { patch, taper, turns, work, powers, rings: ringTables };
}

/** For each ring, the offsets of its points in the half spectrum, in bytes. */
function findRings(): number[][] {
  const points: number[][] = Array.from({ length: rings }, () => []);
  for (let x = 0; x < halfWidth; x++) {
    for (let y = 0; y < size; y++) {
      const radius = Math.hypot(x, y < size / 2 ? y : y - size) / (size / 2);
      const ring = Math.floor(radius * rings);
      if (ring >= firstRing && ring < rings) points[ring]!.push((y * columns + x) * 4);
    }
  }
  return points.slice(firstRing);
}

/**
 * Periodicity of the middle of a face: the natural logarithm of the ratio of a ring's strongest frequency to its median, in the
 * ring of spatial frequencies where it is greatest. A display's raster, a printer's halftone or a weave stand out from their
 * ring; skin does not. About 2 for bona fide faces (98 % are below 2.6), above 3 for clearly periodic patterns.
 */
export function measurePeriodicity(image: RgbImage, face: Box): number {
  tables ??= makeTables();
  const { patch, taper, turns, work, powers } = tables;
  const { x, y } = boxCentre(face);
  // Column by column, as the kernel reads it: the output's axes are exchanged.
  sampleInto(image, { a: 0, b: 1, tx: x - size / 2, c: 1, d: 0, ty: y - size / 2 }, spec, patch);
  kernels().measureSpectrum(patch.address, taper.address, turns.address, work.address, powers.address);
  let strongest = 1;
  for (const { address, length } of tables.rings)
    strongest = Math.max(strongest, kernels().standOut(powers.address, address, length, work.address));
  return Math.log(strongest) / 2;
}
