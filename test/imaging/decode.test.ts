import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import sharp from 'sharp';
import { type Test, test } from 'tap';
import { type DecodedImage, DecodeError, type DecodeLimits, decodeImage } from '../../src/imaging/decode.js';
import { cpuSecondsSince } from '../cpu-time.js';
import { slowPicture } from '../fixtures/made-png.js';
import * as pictures from '../fixtures/pictures.js';

const limits: DecodeLimits = { maxPixels: 50_000_000, maxSide: 1600, timeoutSeconds: 30 };
const pixel = ({ data, width }: DecodedImage, x: number, y: number): number[] => [
  ...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
];
const isNear = (t: Test, actual: readonly number[], wanted: readonly number[], within: number, message: string): boolean =>
  t.ok(
    actual.length === wanted.length && actual.every((value, i) => Math.abs(value - wanted[i]!) <= within),
    `${message}: ${actual} for ${wanted}`,
  );
const meanDifference = (p: DecodedImage, q: DecodedImage): number =>
  p.data.reduce((sum, value, i) => sum + Math.abs(value - q.data[i]!), 0) / p.data.length;
const faultOf = async (bytes: Uint8Array, within: DecodeLimits = limits): Promise<string> => {
  try {
    const { width, height } = await decodeImage(bytes, within);
    return `${width}×${height}`;
  } catch (error) {
    if (error instanceof DecodeError) return error.fault;
    throw error;
  }
};

test('formats become the same upright 8-bit RGB', async (t) => {
  const reference = await decodeImage(await pictures.selfie(), limits);
  t.match(reference, { width: 719, height: 960, originalWidth: 719, originalHeight: 960, format: 'jpeg', frames: 1 });
  t.equal(reference.data.length, 719 * 960 * 3);
  const cases: [string, () => Promise<Buffer>, string, number][] = [
    ['png', pictures.asPng, 'png', 0],
    ['png of 16 bits', pictures.asPng16, 'png', 0.01],
    ['webp', pictures.asWebp, 'webp', 4],
    ['gif', pictures.asGif, 'gif', 8],
    // ink cannot print every colour of the screen
    ['cmyk', pictures.asCmyk, 'jpeg', 15],
    [
      'palette',
      async () =>
        sharp(await pictures.asPng())
          .png({ palette: true })
          .toBuffer(),
      'png',
      8,
    ],
    [
      'progressive',
      async () =>
        sharp(await pictures.asPng())
          .jpeg({ progressive: true, quality: 95 })
          .toBuffer(),
      'jpeg',
      3,
    ],
  ];
  for (const [name, make, format, off] of cases) {
    const image = await decodeImage(await make(), limits);
    t.match(image, { width: 719, height: 960, format }, name);
    const difference = meanDifference(image, reference);
    t.ok(difference <= off, `${name}: ${difference.toFixed(3)} apart on average`);
  }
  const grey = await decodeImage(
    await sharp(await pictures.selfie())
      .greyscale()
      .jpeg()
      .toBuffer(),
    limits,
  );
  t.equal(grey.data.length, 719 * 960 * 3, 'grey has three channels, too');
  const [r, g, b] = pixel(grey, 300, 300);
  t.ok(r === g && g === b);
});

test('unsupported formats are recognised by their first bytes', async (t) => {
  for (const [name, bytes] of Object.entries(await pictures.brokenFiles())) {
    const isAccepted = /jpeg|png|webp|gif/.test(name);
    const isKnown = await decodeImage(bytes, limits).then(
      () => true,
      (error: Error) => error.message !== 'not a JPEG, PNG, WebP or GIF',
    );
    t.equal(isKnown, isAccepted, name);
    t.equal(await faultOf(bytes), name.includes('bomb') ? 'too-large' : 'unreadable', name);
  }
  for (const start of ['', '\xff', '\x89PN', 'RIFF', 'RIFF0000WEB', 'GIF', '\xff\xd8'])
    t.equal(await faultOf(Buffer.from(start, 'latin1')), 'unreadable', JSON.stringify(start));
});

test('EXIF orientation is applied: rows and columns as the standard names them', async (t) => {
  const [width, height] = [64, 32];
  const colours = { red: [255, 0, 0], green: [0, 255, 0], blue: [0, 0, 255], white: [255, 255, 255] } as const;
  const upright = (x: number, y: number) =>
    y < height / 2 ? (x < width / 2 ? colours.red : colours.green) : x < width / 2 ? colours.blue : colours.white;
  // where the stored row 0 and column 0 lie in the upright picture (EXIF 2.32, tag 274)
  const sides = [
    ['top', 'left'],
    ['top', 'right'],
    ['bottom', 'right'],
    ['bottom', 'left'],
    ['left', 'top'],
    ['right', 'top'],
    ['right', 'bottom'],
    ['left', 'bottom'],
  ] as const;
  for (const [i, [row0, column0]] of sides.entries()) {
    const isTurned = row0 === 'left' || row0 === 'right';
    const [storedWidth, storedHeight] = isTurned ? [height, width] : [width, height];
    const flip = (at: number, from: string, size: number) => (from === 'right' || from === 'bottom' ? size - 1 - at : at);
    const data = Buffer.alloc(width * height * 3);
    for (let row = 0; row < storedHeight; row++)
      for (let column = 0; column < storedWidth; column++) {
        const x = isTurned ? flip(row, row0, width) : flip(column, column0, width);
        const y = isTurned ? flip(column, column0, height) : flip(row, row0, height);
        data.set(upright(x, y), (row * storedWidth + column) * 3);
      }
    const stored = sharp(data, { raw: { width: storedWidth, height: storedHeight, channels: 3 } }).withMetadata({
      orientation: i + 1,
    });
    for (const [format, bytes] of [
      ['jpeg', await stored.clone().jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer()],
      ['webp', await stored.clone().webp({ lossless: true }).toBuffer()],
      ['png', await stored.clone().png().toBuffer()],
    ] as const) {
      const image = await decodeImage(bytes, limits);
      t.match(image, { width, height, originalWidth: width, originalHeight: height }, `${format}, orientation ${i + 1}`);
      for (const [x, y] of [
        [8, 8],
        [56, 8],
        [8, 24],
        [56, 24],
      ] as const)
        isNear(t, pixel(image, x, y), upright(x, y), 6, `${x},${y}`);
    }
  }
});

test('transparency is drawn on white', async (t) => {
  const make = (alpha: number, channels: 3 | 4 = 4) =>
    sharp({ create: { width: 40, height: 40, channels, background: { r: 200, g: 0, b: 0, alpha } } });
  isNear(t, pixel(await decodeImage(await make(0).png().toBuffer(), limits), 5, 5), [255, 255, 255], 0, 'nothing there');
  isNear(t, pixel(await decodeImage(await make(1).png().toBuffer(), limits), 5, 5), [200, 0, 0], 0, 'opaque');
  isNear(t, pixel(await decodeImage(await make(0.5).png().toBuffer(), limits), 5, 5), [227, 127, 127], 2, 'half');
  isNear(
    t,
    pixel(await decodeImage(await make(0.5).webp({ lossless: true }).toBuffer(), limits), 5, 5),
    [227, 127, 127],
    2,
    'webp',
  );
  isNear(t, pixel(await decodeImage(await make(0).gif().toBuffer(), limits), 5, 5), [255, 255, 255], 0, 'gif');
});

test('the first frame of an animation', async (t) => {
  const small = async (who: 'selfie' | 'other') =>
    decodeImage(
      await sharp(await pictures.selfie(who))
        .resize(360, 480)
        .png()
        .toBuffer(),
      limits,
    );
  const [first, second] = [await small('selfie'), await small('other')];
  const webp = await pictures.asAnimation();
  for (const bytes of [webp, await sharp(webp, { animated: true }).gif().toBuffer()]) {
    const image = await decodeImage(bytes, limits);
    t.match(image, { width: 360, height: 480, frames: 2 });
    t.ok(meanDifference(image, first) < 10 && meanDifference(image, second) > 30, image.format);
    t.equal(await faultOf(bytes, { ...limits, maxPixels: 2 * 360 * 480 - 1 }), 'too-large', 'all frames count as pixels');
    t.equal(await faultOf(bytes, { ...limits, maxPixels: 2 * 360 * 480 }), '360×480');
  }
});

test('limits', async (t) => {
  const selfie = await pictures.selfie();
  t.equal(await faultOf(selfie, { ...limits, maxPixels: 719 * 960 }), '719×960');
  t.equal(await faultOf(selfie, { ...limits, maxPixels: 719 * 960 - 1 }), 'too-large');
  const large = await decodeImage(await pictures.enlarged(2400), limits);
  t.match(large, { height: 1600, originalWidth: 2400 }, 'reduced to 1600');
  t.ok(Math.abs(large.width / large.height - large.originalWidth / large.originalHeight) < 0.001, 'in its own shape');
  const turned = await sharp(await pictures.enlarged(2400))
    .rotate(90)
    .withMetadata({ orientation: 8 })
    .jpeg()
    .toBuffer();
  t.match(await decodeImage(turned, limits), { height: 1600, originalWidth: 2400 }, 'sizes are of the upright picture');
  t.equal(await faultOf(await pictures.enlarged(1600), { ...limits, maxSide: 100 }), '75×100');
});

test('a truncated file is refused, wherever it ends', async (t) => {
  const whole = { jpeg: await pictures.selfie(), png: await pictures.asPng(), webp: await pictures.asWebp() };
  for (const [format, bytes] of Object.entries(whole))
    for (const part of [0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99])
      t.equal(await faultOf(bytes.subarray(0, Math.floor(bytes.length * part))), 'unreadable', `${format}, ${part} of it`);
  const progressive = await sharp(whole.png).jpeg({ progressive: true }).toBuffer();
  t.equal(await faultOf(progressive.subarray(0, progressive.length / 2)), 'unreadable', 'a progressive one as well');
  t.equal(await faultOf(Buffer.concat([whole.jpeg, Buffer.alloc(5000, 1)])), '719×960', 'what follows its end does no harm');
});

test('a file that only lacks its end is read, and one that lacks pixels is not', async (t) => {
  const small = sharp(await pictures.selfie()).resize(180, 240);
  const progressive = await small.clone().jpeg({ progressive: true }).toBuffer();
  const files: [string, Buffer, readable: readonly number[], unreadable: readonly number[]][] = [
    ['jpeg', await small.clone().jpeg().toBuffer(), [1, 2], [4, 8, 20, 200]],
    ['progressive', progressive, [1, 2], [4, 8, 20, 200]],
    ['png', await small.clone().png().toBuffer(), [1, 4, 8, 11, 12], [24, 40, 200]],
    ['webp', await small.clone().webp().toBuffer(), [], [2, 8, 200]],
    ['lossless webp', await small.clone().webp({ lossless: true }).toBuffer(), [], [2, 8, 200]],
    ['gif', await small.clone().gif().toBuffer(), [1, 2], [8, 20, 200]],
  ];
  for (const [name, file, readable, unreadable] of files) {
    const whole = await decodeImage(file, limits);
    for (const cut of readable) {
      const { data } = await decodeImage(file.subarray(0, -cut), limits);
      t.ok(Buffer.from(data).equals(Buffer.from(whole.data)), `${name} without its last ${cut} bytes`);
    }
    for (const cut of unreadable) t.equal(await faultOf(file.subarray(0, -cut)), 'unreadable', `${name} without ${cut} bytes`);
    for (const part of [0.3, 0.5, 0.9])
      t.equal(await faultOf(file.subarray(0, file.length * part)), 'unreadable', `${name}: ${part} of it`);
  }
  const scans = [...progressive.keys()].filter((at) => progressive[at] === 0xff && progressive[at + 1] === 0xda);
  t.ok(scans.length > 3);
  // Each scan is preceded by its tables.
  for (const at of scans.slice(1)) {
    const tables = progressive.lastIndexOf(Buffer.from([0xff, 0xc4]), at);
    const end = Buffer.from([0xff, 0xd9]);
    t.equal(await faultOf(Buffer.concat([progressive.subarray(0, tables), end])), 'unreadable', `scans end before ${at}`);
  }
});

test('bytes that are lost in a PNG, WebP or base64 are noticed', async (t) => {
  for (const make of [pictures.asPng, pictures.asWebp]) {
    const file = await make();
    for (const part of [0.3, 0.5, 0.8]) {
      const at = Math.floor(file.length * part);
      t.equal(
        await faultOf(Buffer.concat([file.subarray(0, at), file.subarray(at + 5)])),
        'unreadable',
        `${make.name} at ${part}`,
      );
    }
  }
  for (const make of [pictures.selfie, pictures.asPng, pictures.asWebp]) {
    const garbage = Buffer.from((await make()).toString('base64').replaceAll('+', ''), 'base64');
    t.equal(await faultOf(garbage), 'unreadable', `${make.name} whose base64 lost its plus signs`);
  }
});

test('bombs are refused by their header, without decoding them or allocating their memory', async (t) => {
  const gif = Buffer.concat([Buffer.from('GIF89a'), Buffer.from([0xff, 0xff, 0xff, 0xff, 0x80, 0, 0]), Buffer.alloc(200)]);
  const bombs: Record<string, Buffer> = {
    'png of 900 megapixels': (await pictures.brokenFiles())['png bomb']!,
    'png of 256 megapixels': slowPicture(),
    'jpeg of 65,500 rows and columns': await widened(await pictures.claimingRows(65_500), 65_500),
  };
  await faultOf(await pictures.selfie());
  for (const [name, bytes] of Object.entries(bombs)) {
    const [before, used] = [process.memoryUsage().rss, process.cpuUsage()];
    t.equal(await faultOf(bytes), 'too-large', name);
    t.ok(cpuSecondsSince(used) < 1, `${cpuSecondsSince(used)} s of CPU time`);
    const grown = (process.memoryUsage().rss - before) / 1e6;
    t.ok(grown < 40, `${grown.toFixed(1)} MB`);
  }
  t.ok(['too-large', 'unreadable'].includes(await faultOf(gif)), 'gif of 65,535²');
});

test('decoding is stopped at its time limit', async (t) => {
  const used = process.cpuUsage();
  t.equal(await faultOf(slowPicture(), { maxPixels: 268_000_000, maxSide: 1600, timeoutSeconds: 1 }), 'timeout');
  t.ok(cpuSecondsSince(used) < 10);
});

/** The JPEG with another width in its frame header. */
async function widened(jpegFile: Buffer, columns: number): Promise<Buffer> {
  const changed = Buffer.from(jpegFile);
  const at = Math.max(changed.indexOf(Buffer.from([0xff, 0xc0])), changed.indexOf(Buffer.from([0xff, 0xc2])));
  changed.writeUInt16BE(columns, at + 7);
  return changed;
}

test('a thread that starts does not disturb the others: the list of loaders is set once in the process', async (t) => {
  const decode = new URL('../../src/imaging/decode.js', import.meta.url).href;
  const code = `
    const { parentPort } = require('node:worker_threads');
    const sharp = require('sharp');
    const calls = [];
    for (const name of ['block', 'unblock']) sharp[name] = () => calls.push(name);
    import(${JSON.stringify(decode)}).then(() => parentPort.postMessage(calls));`;
  const [calls] = await once(new Worker(code, { eval: true }), 'message');
  t.same(calls, [], 'while they are set, every decoding in another thread fails');
  t.equal(await faultOf(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')), 'unreadable');
  await t.rejects(
    sharp(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')).toBuffer(),
    'they stay blocked',
  );
});
