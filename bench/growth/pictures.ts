import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { selfie } from '../../test/fixtures/pictures.js';
import { type Bed, startAll } from './bed.js';
import { readMemory } from './installation.js';

/** The largest picture that the phases need to send. */
export const pictureSettings = { TRIFACE_MAX_IMAGE_BYTES: '104857600' } as const;

interface Phase {
  readonly format: 'jpeg' | 'png' | 'webp';
  readonly megapixels: number;
  readonly requests: number;
}
const phases: readonly Phase[] = [
  { format: 'jpeg', megapixels: 1, requests: 60 },
  { format: 'jpeg', megapixels: 12, requests: 90 },
  { format: 'jpeg', megapixels: 48, requests: 24 },
  { format: 'png', megapixels: 12, requests: 20 },
  { format: 'webp', megapixels: 48, requests: 8 },
  { format: 'jpeg', megapixels: 1, requests: 90 },
];
/** Seconds without a request at the end. */
const IDLE_SECONDS = 12;

/** The selfie at another size, with a camera's noise, which compresses as badly as that of a photograph. */
async function makePicture({ format, megapixels }: Phase): Promise<Buffer> {
  const height = Math.round(Math.sqrt((megapixels * 1_000_000 * 960) / 719));
  const noise = await sharp(Buffer.from(randomBytes(512 * 512 * 3).map((value) => 112 + (value >> 3))), {
    raw: { width: 512, height: 512, channels: 3 },
  })
    .png()
    .toBuffer();
  const picture = sharp(await selfie())
    .resize({ height })
    .composite([{ input: noise, tile: true, blend: 'overlay' }]);
  if (format === 'png') return picture.png({ compressionLevel: 3 }).toBuffer();
  return format === 'webp' ? picture.webp({ quality: 90 }).toBuffer() : picture.jpeg({ quality: 90 }).toBuffer();
}

/** Resident memory of the server after phases of pictures through contract B (base64), sent one after the other. */
export async function measurePictures(bed: Bed): Promise<void> {
  await startAll(bed);
  const recordMemory = (name: string): void => {
    for (const bench of bed.benches) {
      const { residentMb, anonymousMb } = readMemory(bench.installation.pid);
      bed.record(bench, `${name}: RSS`, [residentMb], 'MB');
      bed.record(bench, `${name}: anonymous memory`, [anonymousMb], 'MB');
    }
  };
  recordMemory('0. ready');
  for (const [index, phase] of phases.entries()) {
    const picture = await makePicture(phase);
    const json = { faceImageBase: picture.toString('base64') };
    const requests = bed.rounds < 30 ? Math.min(phase.requests, bed.rounds) : phase.requests;
    for (let round = 0; round < requests; round++)
      for (const { client } of bed.benches) await client.send('/api/v1/face/liveness', { as: 'basic', json });
    const kind = `${phase.megapixels} MP ${phase.format.toUpperCase()} (${(picture.length / 1e6).toFixed(1)} MB)`;
    recordMemory(`${index + 1}. after ${requests} × ${kind}`);
  }
  await sleep(IDLE_SECONDS * 1000);
  recordMemory(`${phases.length + 1}. after ${IDLE_SECONDS} s without a request`);
}
