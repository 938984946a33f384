import fc from 'fast-check';
import sharp from 'sharp';
import { test } from 'tap';
import { decodeImage } from '../../src/imaging/decode.js';
import { removeMetadata } from '../../src/imaging/remove-metadata.js';
import { segment, withSegments } from '../fixtures/made-jpeg.js';
import * as pictures from '../fixtures/pictures.js';
import { containers, secret, withMetadata } from '../fixtures/with-metadata.js';

const limits = { maxPixels: 50_000_000, maxSide: 1600, timeoutSeconds: 30 };
// Stricter, libvips takes what follows a GIF for a broken frame.
const headerOf = (file: Buffer) => sharp(file, { failOn: 'error' }).metadata();
const extras = fc.record({
  orientation: fc.integer({ min: 1, max: 8 }),
  hasExif: fc.boolean(),
  hasXmp: fc.boolean(),
  hasProfile: fc.boolean(),
  hasOthers: fc.boolean(),
  hasTrailer: fc.boolean(),
});

test('pixels, colours and orientation stay, everything else goes', async (t) => {
  for (const container of containers) {
    let carried = 0;
    await fc.assert(
      fc.asyncProperty(extras, fc.integer({ min: 1, max: 99 }), async (extras, seed) => {
        const file = await withMetadata(container, extras, seed);
        if (file.includes(secret)) carried++;
        const clean = removeMetadata(file);
        if (clean.includes(secret)) throw new Error('the secret is left');
        const [before, after] = [await headerOf(file), await headerOf(clean)];
        if ((before.orientation ?? 1) !== (after.orientation ?? 1)) throw new Error(`orientation ${after.orientation}`);
        if (!(before.icc ?? Buffer.alloc(0)).equals(after.icc ?? Buffer.alloc(0))) throw new Error('another profile');
        if (before.pages !== after.pages || after.xmp || after.iptc) throw new Error('frames or metadata');
        const [one, two] = [await decodeImage(file, limits), await decodeImage(clean, limits)];
        if (!Buffer.from(one.data).equals(Buffer.from(two.data))) throw new Error('other pixels');
        if (!removeMetadata(clean).equals(clean)) throw new Error('not the same again');
      }),
      { numRuns: 25, seed: 27 },
    );
    t.ok(carried > 5, `${container}: ${carried} of 25 carried something`);
  }
});

test('photographs of the fixtures: the same pixels, and files without metadata stay as they are', async (t) => {
  for (const make of [
    pictures.selfie,
    pictures.asPng,
    pictures.asPng16,
    pictures.asWebp,
    pictures.asGif,
    pictures.asCmyk,
    pictures.asAnimation,
  ]) {
    const file = await make();
    const clean = removeMetadata(file);
    t.ok(
      Buffer.from((await decodeImage(file, limits)).data).equals(Buffer.from((await decodeImage(clean, limits)).data)),
      make.name,
    );
  }
  for (const make of [pictures.selfie, pictures.asWebp]) {
    const file = await make();
    t.ok(removeMetadata(file).equals(file), make.name);
  }
  const text = Buffer.from('no picture');
  t.ok(removeMetadata(text).equals(text), 'what is not a picture');
});

test('JPEG: thumbnails, restart markers, two EXIF segments', async (t) => {
  const plain = await pictures.selfie();
  const jfif = Buffer.concat([Buffer.from('JFIF\0\x01\x02\0\0\x01\0\x01\x01\x03', 'latin1'), Buffer.from(secret)]);
  const thumbnail = withSegments(plain, [segment(0xe0, jfif)]);
  t.notOk(removeMetadata(thumbnail).includes(secret), 'a thumbnail in JFIF');
  const exif = (orientation: number) =>
    segment(
      0xe1,
      Buffer.concat([
        Buffer.from('Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0', 'latin1'),
        Buffer.of(orientation, 0, 0, 0, 0, 0, 0, 0),
      ]),
    );
  for (const orientations of [[6], [6, 3], [3, 6], [9], [0]]) {
    const file = withSegments(plain, orientations.map(exif));
    const [one, two] = [await decodeImage(file, limits), await decodeImage(removeMetadata(file), limits)];
    t.same([two.width, two.height], [one.width, one.height], `orientation ${orientations}`);
    t.ok(Buffer.from(one.data).equals(Buffer.from(two.data)), `orientation ${orientations}: pixels`);
  }
});
