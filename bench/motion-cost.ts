import { type MotionFrame, measureMotion } from '../src/analysis/face-motion.js';
import { reduceGrey } from '../src/imaging/decode.js';
import { makeTexture } from '../test/imaging/textured.js';
import { percentile } from './bare-models.js';

// What the motion of a capture packet costs in a worker: a photo of 1600×900 pixels and three frames of 480×270 with texture everywhere, the
// most corners that there can be. Decoding, detection and liveness are not part of it.
const [rounds, warm] = [60, 20];
const texture = makeTexture(1);

function film(width: number, height: number, shift: number) {
  const data = new Uint8Array(width * height * 3);
  const scale = 480 / width;
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [((i % width) + 0.5) * scale, (Math.floor(i / width) + 0.5) * scale];
    const isHead = ((x - 240) / 55) ** 2 + ((y - 135) / 75) ** 2 < 1;
    data.fill(texture(x - shift * (isHead ? 2 : 1), y), 3 * i, 3 * i + 3);
  }
  return { data, width, height };
}

const pictures = [film(480, 270, 0), film(480, 270, 0.7), film(480, 270, 1.1), film(1600, 900, 0.2)];
const reducing: number[] = [];
const measuring: number[] = [];
for (let round = 0; round < rounds + warm; round++) {
  const start = performance.now();
  const frames: MotionFrame[] = [];
  for (const [i, picture] of pictures.entries())
    frames.push({
      at: 600 * i,
      grey: await reduceGrey(picture, 480, 270),
      box: { x1: 185, y1: 60, x2: 295, y2: 210 },
      eyeDistance: 50,
    });
  const reduced = performance.now();
  const motion = measureMotion(frames);
  const end = performance.now();
  if (typeof motion === 'string') throw new Error(`no statement: ${motion}`);
  if (round < warm) continue;
  reducing.push(reduced - start);
  measuring.push(end - reduced);
}
const describe = (times: readonly number[]): string =>
  `${percentile(times, 0.5).toFixed(1)} ms (90 %: ${percentile(times, 0.9).toFixed(1)})`;
console.log(`reducing the four pictures: ${describe(reducing)}; motion: ${describe(measuring)}`);
