import sharp from 'sharp';
import t from 'tap';
import { analysedSides } from '../../src/analysis/analysed-sides.js';
import { analyzeImage } from '../../src/analysis/analyze-image.js';
import { loadLivenessFusion } from '../../src/analysis/liveness-fusion.js';
import { loadMotionFusion } from '../../src/analysis/motion-fusion.js';
import { presetNames, resolvePolicy } from '../../src/analysis/policy.js';
import { judge } from '../../src/analysis/verdict.js';
import { findLivenessFusion, findModelsDir, findMotionFusion } from '../../src/base/installation.js';
import { decodeImage } from '../../src/imaging/decode.js';
import { boxHeight } from '../../src/imaging/geometry.js';
import { loadFaceModels } from '../../src/inference/face-models.js';
import { enlarged, selfie } from '../fixtures/pictures.js';

const limits = { maxPixels: 50_000_000, ...analysedSides, timeoutSeconds: 60 };
const learned = { fusion: loadLivenessFusion(findLivenessFusion()), motionFusion: loadMotionFusion(findMotionFusion()) };

t.test('a large picture is analysed as the small one: same verdict, places in pixels as sent', async (t) => {
  const models = await loadFaceModels(findModelsDir(), 'cpu');
  t.teardown(() => models.close());
  const look = (bytes: Buffer) => analyzeImage(models, bytes, { limits, maxFaces: 1, ...learned });
  const small = await look(await selfie());
  const face = small.faces[0]!;
  const lying = await sharp(await enlarged(3024))
    .rotate(270)
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();
  // The last one is odd in both directions, and not in the small picture's shape.
  const cases: [name: string, bytes: Buffer, analysed: number][] = [
    ['12 megapixels', await enlarged(3024), 1346],
    ['12 megapixels, turned by EXIF', lying, 1346],
    ['37 megapixels', await enlarged(5250), 1402],
    ['48 megapixels', await enlarged(6000), 1600],
    [
      'odd',
      await sharp(await enlarged(3024))
        .extract({ left: 0, top: 0, width: 3021, height: 3989 })
        .jpeg()
        .toBuffer(),
      1329,
    ],
  ];
  for (const [name, bytes, side] of cases) {
    const { width, height } = await decodeImage(bytes, limits);
    t.equal(Math.max(width, height), side, `${name}: the size at which it is analysed`);
    const seen = await look(bytes);
    const large = seen.faces[0]!;
    const scale = name === 'odd' ? 3024 / 719 : seen.width / 719;
    const within = (actual: number, wanted: number, what: string) =>
      t.ok(Math.abs(actual - wanted) < 0.02 * scale * boxHeight(face.box), `${name}, ${what}: ${actual} for ${wanted}`);
    for (const edge of ['x1', 'y1', 'x2', 'y2'] as const) within(large.box[edge], face.box[edge] * scale, edge);
    for (const i of [0, 8, 16, 30, 36, 45, 57]) {
      within(large.landmarks[i]!.x, face.landmarks[i]!.x * scale, `x of point ${i}`);
      within(large.landmarks[i]!.y, face.landmarks[i]!.y * scale, `y of point ${i}`);
    }
    within(large.eyeDistance, face.eyeDistance * scale, 'eye distance');
    for (const preset of presetNames) {
      const policy = resolvePolicy({ preset, thresholds: {} });
      t.same(judge(seen, policy).findings[0], judge(small, policy).findings[0], `${name}: ${preset}`);
    }
  }
});
