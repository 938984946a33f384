import fc from 'fast-check';
import t from 'tap';
import { measureBlockiness } from '../../../src/imaging/blockiness.js';
import { cutInnerFace, cutMiddle, type FacePatch } from '../../../src/imaging/face-patch.js';
import { measureTexture } from '../../../src/imaging/fine-texture.js';
import type { RgbImage } from '../../../src/imaging/image.js';
import { measurePeriodicity } from '../../../src/imaging/periodicity.js';
import { measureNoise } from '../../../src/imaging/pixel-noise.js';
import { measureToneSteps } from '../../../src/imaging/tone-steps.js';
import { Random } from '../../random.js';
import * as faces from '../reference/face-patch.js';
import { measureBlockiness as blockinessReference } from '../reference/measure-blockiness.js';
import { measureNoise as noiseReference } from '../reference/measure-noise.js';
import { measurePeriodicity as periodicityReference } from '../reference/measure-periodicity.js';
import { measureTexture as textureReference } from '../reference/measure-texture.js';
import { measureToneSteps as toneReference } from '../reference/measure-tone-steps.js';

/** Smooth shades with noise, and for `period` stripes: what makes all measures speak. */
function paint(width: number, height: number, seed: number, period = 0): RgbImage {
  const random = new Random(seed);
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i++) {
    const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    const stripes = period ? 20 * Math.sin((2 * Math.PI * (x + y / 3)) / period) : 0;
    data[i] = Math.min(255, Math.max(0, 120 + 70 * Math.sin(x / 37 + y / 23 + seed) + stripes + random.whole(-9, 9)));
  }
  return { width, height, data };
}

const patches = fc
  .record({
    width: fc.integer({ min: 8, max: 90 }),
    height: fc.integer({ min: 8, max: 90 }),
    seed: fc.nat(1e6),
    bright: fc.nat(2),
  })
  .map(({ width, height, seed, bright }): FacePatch => {
    const random = new Random(seed);
    const luma = Float32Array.from({ length: width * height }, (_, i) =>
      Math.min(255, Math.max(0, [30, 128, 240][bright]! + 25 * Math.sin((i % width) / 9) + random.whole(-30, 30) / 2)),
    );
    return { luma, width, height };
  });

/** Equal but for the rounding of float32 sums. */
function demandNear(found: number | undefined, expected: number | undefined, relative: number): void {
  if (found === expected) return;
  if (
    found === undefined ||
    expected === undefined ||
    !(Math.abs(found - expected) <= relative * Math.max(1, Math.abs(expected)))
  )
    throw new Error(`${found} instead of ${expected}`);
}

t.test('noise, blocks, tones and texture are those of plain JavaScript', async () => {
  fc.assert(
    fc.property(patches, (patch) => {
      demandNear(measureNoise(patch), noiseReference(patch), 1e-5);
      demandNear(measureBlockiness(patch), blockinessReference(patch), 1e-4);
      demandNear(measureToneSteps(patch), toneReference(patch), 1e-12);
      const [found, expected] = [measureTexture(patch), textureReference(patch)];
      demandNear(found?.nextStep, expected?.nextStep, 1e-4);
      // A gradient at the border of two bins may fall into either: by a 32nd of a grey level.
      demandNear(found?.edges, expected?.edges, 0.02);
    }),
    { numRuns: 300 },
  );
});

t.test('patches are cut as in plain JavaScript', async (t) => {
  const image = paint(300, 260, 1);
  for (const [x1, y1, x2, y2] of [
    [20, 10, 260, 250],
    [-80, -60, 150, 200],
    [150.4, 99.6, 330, 280],
    [100, 100, 130, 140],
  ] as const) {
    for (const height of [40, 64, 120, 1000]) {
      const box = { x1, y1, x2, y2 };
      const pairs = [
        [cutInnerFace(image, box, height), faces.cutInnerFace(image, box, height)],
        [cutMiddle(image, box, height), faces.cutMiddle(image, box, height)],
      ];
      for (const [found, expected] of pairs) {
        t.equal(found?.width, expected?.width);
        t.equal(found?.height, expected?.height);
        const most = Math.max(0, ...(expected?.luma ?? []).map((value, i) => Math.abs(value - found!.luma[i]!)));
        t.ok(most < 1e-3, `${height}: at most ${most.toExponential(1)} grey levels apart`);
      }
    }
  }
});

t.test('periodicity is that of plain JavaScript', async (t) => {
  let strongest = 0;
  for (const [seed, period] of [
    [1, 0],
    [2, 2.3],
    [3, 4],
    [4, 7.7],
    [5, 12],
  ] as const) {
    const image = paint(310, 240, seed, period);
    for (const centre of [
      { x: 150, y: 120 },
      { x: 30.3, y: 200.7 },
      { x: 290, y: -20 },
      { x: -500, y: 50 },
    ]) {
      const box = { x1: centre.x - 50, y1: centre.y - 60, x2: centre.x + 50, y2: centre.y + 60 };
      const [found, expected] = [measurePeriodicity(image, box), periodicityReference(image, box)];
      t.ok(
        Math.abs(found - expected) < 0.01,
        `${period} at ${centre.x}, ${centre.y}: ${found.toFixed(4)}, ${expected.toFixed(4)}`,
      );
      strongest = Math.max(strongest, found);
    }
  }
  t.ok(strongest > 4, 'a pattern was seen');
});
