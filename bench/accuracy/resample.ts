import sharp from 'sharp';

/**
 * A picture as a camera of more or fewer pixels could have sent it: Lanczos, JPEG. Enlarged pictures have no more detail than before.
 * @param side the longer side, in pixels
 * @param qualities of the JPEGs, 1..100
 * @returns one file for each quality; undefined for each if the picture cannot be decoded
 */
export async function resample(picture: Buffer, side: number, qualities: readonly number[]): Promise<(Buffer | undefined)[]> {
  const resized = await sharp(picture, { failOn: 'none' })
    .autoOrient()
    .flatten({ background: '#ffffff' })
    .resize({ width: side, height: side, fit: 'inside', kernel: 'lanczos3' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch(() => undefined);
  if (!resized) return qualities.map(() => undefined);
  const { width, height, channels } = resized.info;
  const files = new Map<number, Promise<Buffer>>();
  for (const quality of qualities)
    if (!files.has(quality))
      files.set(quality, sharp(resized.data, { raw: { width, height, channels } }).jpeg({ quality }).toBuffer());
  return Promise.all(qualities.map((quality) => files.get(quality)!));
}
