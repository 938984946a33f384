import sharp from 'sharp';
import { selfie } from '../../test/fixtures/pictures.js';

export const formats = ['JPEG', 'PNG', 'WebP'] as const;
export type Format = (typeof formats)[number];

/** Greatest change of a value by the noise. */
const amplitude = 4;

/**
 * The selfie at another size, with a camera's noise, so that the file is not smaller than a photograph's. It is the same in every run. The noise
 * is weak: an uncertain liveness score would be asked again, and the cost of that would hide that of the size.
 * @param megapixels the height is 4/3 of the width
 */
export async function makeSized(megapixels: number): Promise<(format: Format) => Promise<Buffer>> {
  const height = Math.round(Math.sqrt((megapixels * 1_000_000 * 960) / 719));
  const width = Math.round((height * 719) / 960);
  const pixels = await sharp(await selfie())
    .resize(width, height)
    .removeAlpha()
    .raw()
    .toBuffer();
  let seed = 1;
  for (let i = 0; i < pixels.length; i++) {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    const value = pixels[i]! + ((seed >>> 24) % (2 * amplitude + 1)) - amplitude;
    pixels[i] = Math.min(255, Math.max(0, value));
  }
  const picture = () => sharp(pixels, { raw: { width, height, channels: 3 } });
  return (format) => {
    if (format === 'PNG') return picture().png({ compressionLevel: 1 }).toBuffer();
    return (format === 'WebP' ? picture().webp({ quality: 95, effort: 0 }) : picture().jpeg({ quality: 90 })).toBuffer();
  };
}

/** Faces that a picture of `makeFaces` has at most. */
export const mostFaces = 10;

/** A JPEG of 1600×1200 with faces of one size, of two persons in turns. @param count 0 to 10 */
export async function makeFaces(count: number): Promise<Buffer> {
  const [width, height, portraitWidth, portraitHeight] = [1600, 1200, 300, 400];
  const persons = [await selfie(), await selfie('other')];
  const portraits = await Promise.all(
    persons.map((person) => sharp(person).resize(portraitWidth, portraitHeight).png({ compressionLevel: 1 }).toBuffer()),
  );
  const tiles = Array.from({ length: count }, (_, i) => ({
    input: portraits[i % 2]!,
    left: 10 + 320 * (i % 5),
    top: 100 + 550 * Math.floor(i / 5),
  }));
  const wall = { width, height, channels: 3, background: '#000', noise: { type: 'gaussian', mean: 140, sigma: 8 } } as const;
  return sharp({ create: wall }).composite(tiles).jpeg({ quality: 90 }).toBuffer();
}
