import sharp, { type Sharp } from 'sharp';
import { seedRandom } from '../../src/evaluation/bootstrap.js';

/** How a picture was impaired. */
export interface Degradation {
  readonly aspect: 'same' | 'height' | 'sharpness' | 'noise' | 'blockiness';
  /** @param picture encoded, @param face height of its face, pixels */
  readonly apply: (picture: Buffer, face: number) => Promise<Buffer>;
}

const scaled = async (picture: Buffer, factor: number): Promise<Sharp> => {
  const { width } = await sharp(picture).metadata();
  return sharp(picture).resize({ width: Math.max(16, Math.round(width * factor)), kernel: 'linear' });
};

/** Adds normally distributed noise. @param sigma grey levels */
async function addNoise(picture: Buffer, sigma: number): Promise<Buffer> {
  const { data, info } = await sharp(picture).raw().toBuffer({ resolveWithObject: true });
  const random = seedRandom(sigma);
  for (let i = 0; i < data.length; i++) {
    const noise = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    data[i] = Math.max(0, Math.min(255, data[i]! + sigma * noise));
  }
  return sharp(data, { raw: info }).jpeg({ quality: 95 }).toBuffer();
}

const smaller = (height: number): Degradation => ({
  aspect: 'height',
  apply: async (picture, face) => (await scaled(picture, Math.min(1, height / face))).jpeg({ quality: 95 }).toBuffer(),
});
const enlargedAgain = (height: number): Degradation => ({
  aspect: 'sharpness',
  apply: async (picture, face) => {
    const { width, height: whole } = await sharp(picture).metadata();
    const small = await (await scaled(picture, Math.min(1, height / face))).png().toBuffer();
    return sharp(small).resize({ width, height: whole, fit: 'fill', kernel: 'cubic' }).jpeg({ quality: 95 }).toBuffer();
  },
});
const blurred = (percent: number): Degradation => ({
  aspect: 'sharpness',
  apply: (picture, face) =>
    sharp(picture)
      .blur(Math.max(0.3, (percent / 100) * face))
      .jpeg({ quality: 95 })
      .toBuffer(),
});
const noisy = (sigma: number): Degradation => ({ aspect: 'noise', apply: (picture) => addNoise(picture, sigma) });
const compressed = (quality: number): Degradation => ({
  aspect: 'blockiness',
  apply: (picture) => sharp(picture).jpeg({ quality }).toBuffer(),
});

/** All degradations of a picture. */
export const degradations: readonly Degradation[] = [
  { aspect: 'same', apply: (picture) => sharp(picture).jpeg({ quality: 95 }).toBuffer() },
  ...[60, 80, 100, 120, 140, 160, 180, 210, 240].map(smaller),
  ...[40, 60, 90, 120, 160].map(enlargedAgain),
  ...[0.4, 0.8, 1.5, 2.5].map(blurred),
  ...[4, 8, 16, 24, 36].map(noisy),
  ...[70, 50, 30, 20, 10, 5].map(compressed),
];
