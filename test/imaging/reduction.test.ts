import sharp, { type Sharp } from 'sharp';
import { type Test, test } from 'tap';
import { type DecodedImage, type DecodeLimits, decodeImage, scaleOf } from '../../src/imaging/decode.js';
import { chooseReduction } from '../../src/imaging/reduction.js';
import { segment, withSegments } from '../fixtures/made-jpeg.js';
import * as pictures from '../fixtures/pictures.js';

/** The engine's limits, ten times smaller. */
const sides = { maxSide: 160, leastSide: 128 };
const limits: DecodeLimits = { ...sides, maxPixels: 50_000_000, timeoutSeconds: 30 };
const jpegOf = (data: Buffer, width: number, height: number) =>
  sharp(data, { raw: { width, height, channels: 3 } }).jpeg({ quality: 100, chromaSubsampling: '4:4:4' });

/** Ratios of the longer side to `maxSide`, by the scale at which libjpeg is to decode. */
const ratios = {
  1: [1.01, 1.5, 1.99, 2.02, 2.2, 2.39],
  2: [2.4, 2.41, 2.5, 2.52, 2.75, 2.99, 3, 3.01, 3.5, 3.99],
  4: [4, 4.03, 4.5, 4.99, 5, 5.5, 6, 6.9],
  8: [8, 8.5, 8.99],
} as const;

test('the side to which a picture is reduced', (t) => {
  const linear = { side: 160, kernel: 'linear' };
  for (const longer of [1, 159, 160]) t.equal(chooseReduction('jpeg', longer, sides), undefined, `${longer} stays`);
  for (const longer of [161, 320, 321, 383, 480, 481, 639, 800, 1279, 1440])
    t.same(chooseReduction('jpeg', longer, sides), linear, `${longer}: to the greatest`);
  for (const [longer, side] of [
    [384, 128],
    [386, 128],
    [400, 133],
    [479, 159],
    [640, 128],
    [799, 159],
    [1280, 142],
    [1439, 159],
  ] as const)
    t.same(chooseReduction('jpeg', longer, sides), { side, kernel: 'lanczos3' }, `${longer}: to a third, fifth or ninth`);
  for (const format of ['png', 'webp', 'gif'] as const)
    t.same(chooseReduction(format, 400, sides), linear, `${format}: its decoder cannot halve`);
  t.same(chooseReduction('jpeg', 400, { maxSide: 160 }), linear, 'only where less than the greatest suffices');
  t.end();
});

/** Vertical stripes of the frequency that is coefficient number `frequency` of libjpeg's blocks of 8×8 pixels. */
async function stripes(side: number, frequency: number): Promise<Buffer> {
  const height = Math.ceil(side / 12);
  const row = Array.from({ length: side }, (_, x) =>
    Math.round(128 + 90 * Math.cos(((2 * (x % 8) + 1) * frequency * Math.PI) / 16)),
  );
  return jpegOf(Buffer.from(Array.from({ length: height }, () => row.flatMap((v) => [v, v, v])).flat()), side, height).toBuffer();
}

/** Standard deviation of the middle of the picture. */
function spread({ data, width, height }: DecodedImage): number {
  const values: number[] = [];
  for (let y = height >> 2; y < (3 * height) >> 2; y++)
    for (let x = width >> 2; x < (3 * width) >> 2; x++) values.push(data[(y * width + x) * 3]!);
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length);
}

test('a JPEG is decoded at the scale that costs least, at every ratio', async (t) => {
  // At a scale of 1/n, libjpeg leaves out the coefficients from 8/n on: stripes of that frequency vanish, of the next lower ones not.
  const vanishes = async (side: number, frequency: number) =>
    spread(await decodeImage(await stripes(side, frequency), limits)) < 0.8;
  for (const [scale, all] of Object.entries(ratios))
    for (const ratio of all) {
      const side = Math.round(ratio * sides.maxSide);
      t.equal(await vanishes(side, 4), Number(scale) >= 2, `${ratio}: half the size or less`);
      t.equal(await vanishes(side, 2), Number(scale) >= 4, `${ratio}: a quarter or less`);
      t.equal(await vanishes(side, 1), Number(scale) >= 8, `${ratio}: an eighth`);
    }
});

/** A picture that is smooth, and different everywhere. */
function slopes(width: number, height: number): Buffer {
  const data = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 3;
      data[at] = (x / width) * 255;
      data[at + 1] = (y / height) * 255;
      data[at + 2] = 128 + 100 * Math.sin((5 * x) / width + (3 * y) / height);
    }
  return data;
}

/** Differences in levels between a reduced picture and the whole one at the same places. */
function compare(reduced: DecodedImage, whole: DecodedImage): { readonly most: number; readonly mean: number } {
  const scale = scaleOf(reduced);
  const near = (at: number, length: number) => Math.min(length - 1, Math.round((at + 0.5) * scale - 0.5));
  let [most, sum] = [0, 0];
  for (let y = 0; y < reduced.height; y++)
    for (let x = 0; x < reduced.width; x++)
      for (let c = 0; c < 3; c++) {
        const source = whole.data[(near(y, whole.height) * whole.width + near(x, whole.width)) * 3 + c]!;
        const off = Math.abs(reduced.data[(y * reduced.width + x) * 3 + c]! - source);
        most = Math.max(most, off);
        sum += off;
      }
  return { most, mean: sum / reduced.data.length };
}

test('places and colours stay, at every ratio, at odd sizes and in every orientation', async (t) => {
  const check = async (t: Test, bytes: Buffer, name: string) => {
    const whole = await decodeImage(bytes, { ...limits, maxSide: 10_000 });
    const reduced = await decodeImage(bytes, limits);
    t.match(reduced, { originalWidth: whole.width, originalHeight: whole.height }, `${name}: the size as sent`);
    const [width, height] = [whole.width, whole.height].map((length) => length / scaleOf(reduced)) as [number, number];
    const off = Math.max(Math.abs(reduced.width - width), Math.abs(reduced.height - height));
    // An incomplete row or column of the scaled blocks is left out.
    t.ok(off < 1.5, `${name}: ${reduced.width}×${reduced.height}, in its own shape`);
    const { most, mean } = compare(reduced, whole);
    const onePixel = 500 / reduced.width + 300 / reduced.height;
    t.ok(most < onePixel + 2 && mean < 1.5, `${name}: ${most} levels apart at most, ${mean.toFixed(2)} on average`);
  };
  for (const ratio of Object.values(ratios).flat())
    for (const odd of [0, 1]) {
      const [longer, shorter] = [Math.round(ratio * sides.maxSide) + odd, Math.round(ratio * sides.maxSide * 0.61) + odd];
      await check(t, await jpegOf(slopes(longer, shorter), longer, shorter).toBuffer(), `${longer}×${shorter}`);
      await check(t, await jpegOf(slopes(shorter, longer), shorter, longer).toBuffer(), `${shorter}×${longer}`);
    }
  for (let orientation = 1; orientation <= 8; orientation++) {
    const bytes = await jpegOf(slopes(403, 301), 403, 301).withMetadata({ orientation }).toBuffer();
    await check(t, bytes, `orientation ${orientation}`);
    const { width, height } = await decodeImage(bytes, limits);
    t.same([width, height], orientation < 5 ? [134, 100] : [100, 134], 'a third, upright');
  }
});

test('a photograph at half the size is the photograph', async (t) => {
  const bytes = await sharp(await pictures.selfie())
    .resize(300, 400)
    .jpeg({ quality: 95 })
    .toBuffer();
  const progressive = await sharp(await pictures.selfie())
    .resize(300, 400)
    .jpeg({ quality: 95, progressive: true })
    .toBuffer();
  for (const [name, file] of Object.entries({ bytes, progressive })) {
    const { data, width, height } = await decodeImage(file, limits);
    t.same([width, height], [100, 133], name);
    const exact = await sharp(file)
      .resize(width, height, { fit: 'fill', kernel: 'lanczos3', fastShrinkOnLoad: false })
      .raw()
      .toBuffer();
    const off = data.reduce((sum, value, i) => sum + Math.abs(value - exact[i]!), 0) / data.length;
    t.ok(off < 1.5, `${name}: ${off.toFixed(2)} levels apart on average`);
  }
});

test('a colour profile is converted, at every ratio and in every format', async (t) => {
  for (const ratio of [0.9, ...Object.values(ratios).flat()]) {
    const side = Math.round(ratio * sides.maxSide);
    const picture = sharp(slopes(side, side), { raw: { width: side, height: side, channels: 3 } });
    const p3 = picture.clone().withIccProfile('p3');
    const files: Record<string, Sharp> = { jpeg: p3.clone().jpeg({ quality: 100, chromaSubsampling: '4:4:4' }) };
    // A PNG is decoded whole at every ratio, and a WebP is scaled from 2 on.
    if (ratio <= 2.5)
      Object.assign(files, {
        png: p3.clone().png(),
        'png with alpha': p3.clone().ensureAlpha().png(),
        'png of 16 bits': picture.clone().toColourspace('rgb16').withIccProfile('p3').png(),
        webp: p3.clone().webp({ lossless: true }),
      });
    const plain = await decodeImage(await picture.png().toBuffer(), { ...limits, maxSide: 10_000 });
    for (const [name, file] of Object.entries(files)) {
      const { mean } = compare(await decodeImage(await file.toBuffer(), limits), plain);
      // Dark and saturated colours are coarser in the wider space; unconverted, the mean is above 10.
      t.ok(mean < 1.5, `${name}, ${ratio}: ${mean.toFixed(2)} levels apart on average`);
    }
  }
});

test('a colour profile that is damaged or of other channels changes nothing', async (t) => {
  const selfie = await sharp(await pictures.selfie())
    .resize(240, 320)
    .jpeg()
    .toBuffer();
  const plain = await decodeImage(selfie, limits);
  const profileOf = async (picture: Sharp, name: string) =>
    (await sharp(await picture.withIccProfile(name).jpeg().toBuffer()).metadata()).icc!;
  const p3 = await profileOf(sharp(selfie), 'p3');
  const grey = Buffer.from(p3);
  grey.write('GRAY', 16, 'latin1');
  const profiles = {
    empty: Buffer.alloc(0),
    'no profile': Buffer.alloc(500, 7),
    'cut off': p3.subarray(0, 300),
    grey,
    CMYK: (await profileOf(sharp(selfie).toColourspace('cmyk'), 'cmyk')).subarray(0, 60_000),
  };
  for (const [name, profile] of Object.entries(profiles)) {
    const file = withSegments(selfie, [segment(0xe2, Buffer.concat([Buffer.from('ICC_PROFILE\0\u0001\u0001'), profile]))]);
    t.equal(Buffer.compare((await decodeImage(file, limits)).data, plain.data), 0, name);
  }
});
