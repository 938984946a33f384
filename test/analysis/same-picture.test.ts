import sharp, { type Sharp } from 'sharp';
import { test } from 'tap';
import { isSamePicture, type PictureOfFace } from '../../src/analysis/same-picture.js';
import { drawCard } from '../fixtures/cards.js';
import { selfie } from '../fixtures/pictures.js';
import { startMeasuringEngine } from '../measuring-engine.js';

test('whether a document is the selfie itself', async (t) => {
  const engine = await startMeasuringEngine(1);
  t.teardown(() => engine.close());
  const look = async (bytes: Buffer, subject: 'prominent' | 'portrait'): Promise<PictureOfFace> => {
    const outcome = await engine.analyze({ bytes, subject, imprint: true });
    if (!('observation' in outcome)) throw new Error(outcome.reason);
    const { imprint, faces } = outcome.observation;
    return { imprint: imprint!, landmarks: faces[0]!.landmarks };
  };
  const bytes = await selfie();
  const first = await look(Buffer.from(bytes), 'prominent');
  const face = { left: 150, top: 150, width: 450, height: 600 };
  const of = (change: (picture: Sharp) => Sharp) => change(sharp(bytes)).jpeg({ quality: 80 }).toBuffer();
  const alterations = {
    'same bytes': Buffer.from(bytes),
    'encoded again': await sharp(bytes).jpeg({ quality: 30 }).toBuffer(),
    'another format': await sharp(bytes).webp().toBuffer(),
    smaller: await of((picture) => picture.resize(200)),
    larger: await of((picture) => picture.resize(1500)),
    stretched: await of((picture) => picture.resize({ width: 600, height: 600, fit: 'fill' })),
    cropped: await of((picture) => picture.extract(face)),
    mirrored: await of((picture) => picture.flop()),
    'mirrored and cropped': await of((picture) => picture.extract(face).flop().resize(300)),
    'turned by 90°': await of((picture) => picture.rotate(90)),
    'turned by 180°': await of((picture) => picture.rotate(180)),
    'turned by 270°': await of((picture) => picture.rotate(270)),
    brighter: await of((picture) => picture.modulate({ brightness: 1.15, saturation: 0.8 })),
    'more contrast': await of((picture) => picture.linear(1.2, -20)),
    grey: await of((picture) => picture.greyscale()),
  };
  for (const [name, altered] of Object.entries(alterations)) t.ok(isSamePicture(first, await look(altered, 'portrait')), name);
  const others = {
    'a card with the selfie': await drawCard(bytes),
    'a card with a large portrait': await drawCard(bytes, { portraitHeight: 480 }),
    'a card with the face alone': await drawCard(await of((picture) => picture.extract(face)), { portraitHeight: 480 }),
    'a turned card': await drawCard(bytes, { pattern: 'stripes', turn: 90 }),
    'another person': await selfie('other'),
  };
  for (const [name, other] of Object.entries(others)) t.notOk(isSamePicture(first, await look(other, 'portrait')), name);
});
