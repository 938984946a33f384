import sharp from 'sharp';
import { shrink } from '../../src/imaging/shrink.js';
import type { Random } from '../random.js';
import { type PinholeCamera, rasterize, type Surface } from './rasterize.js';

/** The frames' camera and sensor. */
export interface FilmCamera extends PinholeCamera {
  /** deviation of the sensor's noise, in grey levels */
  readonly noise: number;
  /** of the JPEG, 1..100 */
  readonly quality: number;
}

/** Renders one frame as a camera delivers it: smoothed edges, noise, JPEG. */
export async function filmFrame(
  surfaces: readonly Surface[],
  camera: FilmCamera,
  random: Random,
): Promise<Uint8Array<ArrayBuffer>> {
  const { width, height, focal, noise, quality } = camera;
  const { data } = shrink(rasterize(surfaces, { width: width * 2, height: height * 2, focal: focal * 2 }), 2);
  const grain = grainOf(random);
  let from = 0;
  const noisy = new Uint8ClampedArray(data.length);
  for (let i = 0; i < data.length; i++) {
    if (i % width === 0) from = random.whole(0, grain.length - 1);
    noisy[i] = data[i]! + noise * grain[(from + i) % grain.length]!;
  }
  return Uint8Array.from(
    await sharp(noisy, { raw: { width, height, channels: 3 } })
      .jpeg({ quality })
      .toBuffer(),
  );
}

let grains: Float32Array | undefined;
/** Noise is read from here, from a random place per row: generating it for every pixel is slow. */
function grainOf(random: Random): Float32Array {
  grains ??= Float32Array.from({ length: 65_537 }, () => random.normal());
  return grains;
}
