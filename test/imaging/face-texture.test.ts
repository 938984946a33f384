import sharp from 'sharp';
import t from 'tap';
import { seedRandom } from '../../src/evaluation/bootstrap.js';
import { measureBlockiness } from '../../src/imaging/blockiness.js';
import { cutInnerFace, cutMiddle } from '../../src/imaging/face-patch.js';
import { measureTexture } from '../../src/imaging/fine-texture.js';
import { measureNoise } from '../../src/imaging/pixel-noise.js';
import { measureToneSteps } from '../../src/imaging/tone-steps.js';

const width = 240;
const height = 200;
/** A patch by a function of place. */
const patch = (value: (x: number, y: number) => number) => ({
  luma: Float32Array.from({ length: width * height }, (_, i) => value(i % width, Math.floor(i / width))),
  width,
  height,
});
/** Smooth shades from dark to bright, as light on a ball. */
const shade = (x: number, y: number): number => 30 + 180 * Math.exp(-((x - 120) ** 2 + (y - 90) ** 2) / 9000) + x / 9;
/** Normally distributed noise of standard deviation 1. */
function makeNoise(seed: number): () => number {
  const random = seedRandom(seed);
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

t.test('noise is measured in grey levels, whatever the shades', async (t) => {
  for (const sigma of [1, 4, 12]) {
    const noise = makeNoise(sigma);
    const measured = measureNoise(patch((x, y) => shade(x, y) + sigma * noise()))!;
    t.ok(Math.abs(measured / sigma - 1) < 0.05, `${sigma}: ${measured}`);
  }
  t.ok(measureNoise(patch(shade))! < 0.1, 'shades are no noise');
  t.ok(measureNoise(patch((x) => (x < 100 ? 40 : 200)))! < 0.1, 'nor is a straight edge');
  t.equal(measureNoise({ luma: new Float32Array(100), width: 10, height: 10 }), undefined, 'too small');
});

t.test('the block grid of compression stands out, at any offset, and more the stronger it is', async (t) => {
  const noise = makeNoise(1);
  const { luma } = patch((x, y) => shade(x, y) + 2 * noise() + 12 * Math.sin(x / 5) * Math.sin(y / 7));
  const compress = async (quality: number, offset = 0) => {
    const bytes = await sharp(Buffer.from(Uint8Array.from(luma)), { raw: { width, height, channels: 1 } })
      .jpeg({ quality })
      .toBuffer();
    const size = { left: offset, top: offset, width: width - 16, height: height - 16 };
    const grey = await sharp(bytes).extract(size).greyscale().raw().toBuffer();
    return measureBlockiness({ luma: Float32Array.from(grey), width: size.width, height: size.height });
  };
  const measured = [await compress(95), await compress(30), await compress(15), await compress(5)];
  t.ok(measured[0]! < 2, `${measured}`);
  t.ok(
    measured.every((value, i) => i === 0 || value > measured[i - 1]!),
    `${measured}`,
  );
  const moved = await compress(15, 3);
  t.ok(moved > 4, `moved ${moved}`);
});

t.test(
  'a picture of few tones has an uneven histogram, a photograph of low contrast or one that is clipped has not',
  async (t) => {
    const noise = makeNoise(2);
    const photograph = patch((x, y) => Math.max(0, Math.min(255, shade(x, y) + noise())));
    const map = (change: (value: number) => number) => ({ ...photograph, luma: photograph.luma.map(change) });
    t.ok(measureToneSteps(photograph) < 0.1, `${measureToneSteps(photograph)}`);
    t.ok(measureToneSteps(map((v) => 120 + v / 5)) < 0.2, 'low contrast');
    t.ok(measureToneSteps(map((v) => Math.min(255, v * 2.2))) < 0.2, 'overexposed');
    for (const tones of [4, 8, 12])
      t.ok(measureToneSteps(map((v) => (Math.round((v / 255) * (tones - 1)) * 255) / (tones - 1))) > 0.3, `${tones} tones`);
    t.equal(measureToneSteps(map((v) => (v > 120 ? 255 : 0))), 2, 'black and white');
  },
);

t.test('isolated steps between plain areas are told from shades and from noise', async (t) => {
  const noise = makeNoise(3);
  const strokes = measureTexture(patch((x, y) => shade(x - (x % 9), y - (y % 9))))!;
  t.ok(Math.abs(strokes.nextStep) < 0.05 && strokes.edges > 20, JSON.stringify(strokes));
  t.ok(measureTexture(patch(shade))!.nextStep > 0.9, 'shades');
  t.ok(measureTexture(patch((x, y) => shade(x, y) + 8 * noise()))!.nextStep < -0.3, 'noise');
  t.equal(measureTexture(patch(() => 255)), undefined, 'clipped');
});

t.test('the patch is the inner face, at its own pixels or shrunk by a whole factor', async (t) => {
  const image = { data: new Uint8Array(1000 * 800 * 3).fill(100), width: 1000, height: 800 };
  const box = { x1: 200, y1: 100, x2: 700, y2: 700 };
  t.match(cutMiddle(image, box, 160), { width: 160, height: 160 });
  t.match(cutInnerFace(image, box, 300), { width: 190, height: 216 });
  t.match(cutInnerFace(image, box, 1000), { width: 380, height: 432 });
  t.ok(Math.abs(cutInnerFace(image, box, 300)!.luma[0]! - 100) < 1e-3);
  t.match(cutInnerFace(image, { x1: -300, y1: 100, x2: 200, y2: 700 }, 1000)!.width, 140, 'the part within the picture');
  t.equal(cutInnerFace(image, { x1: -300, y1: 100, x2: 3, y2: 700 }, 1000), undefined);
  t.equal(cutMiddle(image, { x1: 10, y1: 10, x2: 17, y2: 20 }, 160), undefined, 'too small');
});
