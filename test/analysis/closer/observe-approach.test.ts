import sharp from 'sharp';
import { t as file, test } from 'tap';
import type { PerspectiveMeasure } from '../../../src/analysis/closer/measure-perspective.js';
import { observeApproach } from '../../../src/analysis/closer/observe-approach.js';
import { findFaces } from '../../../src/analysis/find-faces.js';
import { findModelsDir } from '../../../src/base/installation.js';
import { decodeImage } from '../../../src/imaging/decode.js';
import { loadFaceModels } from '../../../src/inference/face-models.js';
import { noFace } from '../../fixtures/pictures.js';
import { type FilmedApproach, filmPortrait } from '../../rendering/film-portrait.js';

const limits = { maxPixels: 50_000_000, maxSide: 1600, timeoutSeconds: 10 };
const models = await loadFaceModels(findModelsDir(), 'cpu');
file.teardown(() => models.close());

/** @param photo default: the first frame */
async function observe(frames: readonly Uint8Array[], photo = frames[0]!): Promise<PerspectiveMeasure> {
  const image = await decodeImage(Uint8Array.from(photo), limits);
  const [face] = await findFaces(models, image);
  const box = face?.box ?? { x1: 0, y1: 0, x2: image.width, y2: image.height };
  return observeApproach(
    models,
    { image, turned: 0, box },
    frames.map((bytes, i) => ({ bytes: Uint8Array.from(bytes), at: i * 300 })),
    limits,
  );
}

const card = (faceWidth: number, bend = 0) => ({ presented: { kind: 'card', faceWidth, bend } as const });
const head = await filmPortrait();

test('rendered heads have depth, and photographs on cards have none', async (t) => {
  const heads: [string, FilmedApproach][] = [
    ['a head', {}],
    ['another, turned, of little depth', { who: 'other', yaw: -14, pitch: 8, presented: { kind: 'head', depth: 0.85 } }],
    ['a wide picture of few pixels', { camera: { width: 480, height: 360, focal: 420 }, from: 70, to: 40 }],
  ];
  for (const [what, approach] of heads) {
    const { relief, error, enlargement, compared } = await observe(await filmPortrait(approach));
    t.ok(relief! > 0.65 && relief! < 1.7, `${what}: ${relief} ± ${error}`);
    t.ok(enlargement! > 1.4 && compared >= 2);
  }
  const cards: [string, FilmedApproach][] = [
    ['a tablet held straight', card(12)],
    ['a print tilted by 35 degrees', { ...card(16), yaw: 35, pitch: 10 }],
    ['a phone, tilted on the way', { ...card(6), who: 'other', pitch: -20, drift: 10 }],
    ['a bent print', card(15, 1 / 20)],
  ];
  for (const [what, approach] of cards) {
    const { relief, error } = await observe(await filmPortrait(approach));
    t.ok(Math.abs(relief!) < 0.4, `${what}: ${relief} ± ${error}`);
  }
});

test('a still with synthetic zoom has no depth', async (t) => {
  const still = sharp(head[2]!);
  const frames = await Promise.all(
    [1, 1.15, 1.3, 1.5].map(async (zoom) => {
      const [width, height] = [Math.round(480 / zoom), Math.round(640 / zoom)];
      const [left, top] = [Math.round((480 - width) / 2), Math.round((640 - height) / 2)];
      return still.clone().extract({ left, top, width, height }).resize(480, 640).jpeg({ quality: 75 }).toBuffer();
    }),
  );
  const { relief } = await observe(frames);
  t.ok(Math.abs(relief!) < 0.15, String(relief));
});

test('frames that do not show it make no statement, for a reason', async (t) => {
  const other = await filmPortrait({ who: 'other' });
  const grey = await noFace();
  const wide = await Promise.all(head.map((frame) => sharp(frame).resize(640, 480, { fit: 'fill' }).jpeg().toBuffer()));
  const cases: [string, PerspectiveMeasure['reason'], readonly Uint8Array[], (Uint8Array | undefined)?][] = [
    ['no frames', 'no-face', [], head[0]],
    ['no faces', 'no-face', [grey, grey, grey, grey], head[0]],
    ['no pictures', 'no-face', head.map(() => Buffer.from('no picture')), head[0]],
    ['one frame again and again', 'not-closer', head.map(() => head[0]!)],
    ['moving away', 'not-closer', head.toReversed()],
    ['in the wrong order', 'not-closer', [head[0]!, head[5]!, head[2]!, head[4]!]],
    ['another person from the middle on', 'face-lost', [head[0]!, head[1]!, ...other.slice(2)]],
    ['another person in the photo', 'other-face', head, other[0]],
    ['of other sizes than the first', 'no-face', [head[0]!, ...wide.slice(1)]],
  ];
  for (const [what, reason, frames, photo] of cases) {
    const measured = await observe(frames, photo);
    t.match(measured, { relief: null, reason }, what);
  }
});
