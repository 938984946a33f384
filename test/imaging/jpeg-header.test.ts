import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { test } from 'tap';
import { findInstallation } from '../../src/base/installation.js';
import { DecodeError, decodeImage } from '../../src/imaging/decode.js';
import { readJpegHeader } from '../../src/imaging/jpeg-header.js';
import { sniffFormat } from '../../src/imaging/picture-format.js';
import { removeMetadata } from '../../src/imaging/remove-metadata.js';
import { segment, withSegments } from '../fixtures/made-jpeg.js';
import * as pictures from '../fixtures/pictures.js';

const limits = { maxPixels: 50_000_000, maxSide: 1600, timeoutSeconds: 30 };

/** The header as libvips reads it; undefined if it refuses it. */
const askLibvips = (file: Buffer) =>
  sharp(file, { failOn: 'warning', limitInputPixels: false })
    .metadata()
    .then(
      ({ autoOrient, pages = 1, hasAlpha, hasProfile, channels }) => ({
        ...autoOrient,
        frames: pages,
        hasAlpha,
        hasRgbProfile: hasProfile && channels === 3,
      }),
      () => undefined,
    );
const faultOf = (bytes: Buffer, maxPixels = limits.maxPixels): Promise<string> =>
  decodeImage(bytes, { ...limits, maxPixels }).then(
    ({ width, height }) => `${width}×${height}`,
    (error: unknown) => {
      if (error instanceof DecodeError) return error.fault;
      throw error;
    },
  );

/** JPEGs of many kinds. */
async function kinds(): Promise<Record<string, Buffer>> {
  const selfie = await pictures.selfie();
  const small = sharp(selfie).resize(151, 203);
  const files: Record<string, Buffer> = {
    selfie,
    cmyk: await pictures.asCmyk(),
    grey: await small.clone().greyscale().jpeg().toBuffer(),
    'colour profile': await small.clone().withIccProfile('p3').jpeg().toBuffer(),
    'cmyk with a profile': await small.clone().toColourspace('cmyk').withIccProfile('cmyk').jpeg().toBuffer(),
    progressive: await small.clone().jpeg({ progressive: true }).toBuffer(),
    'one pixel': await small.clone().resize(1, 1).jpeg().toBuffer(),
    'two EXIF segments': withSegments(await pictures.exifRotated(6), [segment(0xe1, Buffer.from('Exif\0\0MM'))]),
    'EXIF that is none': withSegments(selfie, [segment(0xe1, Buffer.from('Exif\0\0no directory here'))]),
    'empty segments': withSegments(selfie, [segment(0xe1, Buffer.alloc(0)), segment(0xfe, Buffer.alloc(0))]),
  };
  for (let orientation = 1; orientation <= 8; orientation++)
    files[`orientation ${orientation}`] = await pictures.exifRotated(orientation);
  const folder = join(findInstallation(), 'test/fixtures/prepared');
  for (const name of readdirSync(folder)) {
    const file = name.endsWith('.jpg') ? readFileSync(join(folder, name)) : Buffer.alloc(0);
    if (sniffFormat(file) === 'jpeg') files[name] = file;
  }
  return files;
}

test('the header of a JPEG is read as libvips reads it', async (t) => {
  for (const [name, bytes] of Object.entries(await kinds())) {
    const file = removeMetadata(bytes);
    t.same(readJpegHeader(file), await askLibvips(file), name);
  }
});

test('where a JPEG ends early, the header is as libvips reads it, or both see none, or decoding finds the fault', async (t) => {
  const whole = await pictures.exifRotated(8);
  const scan = whole.indexOf(Buffer.from([0xff, 0xda]));
  for (let end = 3; end < scan + 40; end += 7) {
    const file = removeMetadata(whole.subarray(0, end));
    const [own, theirs] = [readJpegHeader(file), await askLibvips(file)];
    if (theirs) t.same(own, theirs, `the first ${end} bytes`);
    else if (own) t.equal(await faultOf(whole.subarray(0, end)), 'unreadable', `the first ${end} bytes`);
  }
});

/** A frame that claims a size, and nothing else. */
const frameOf = (width: number, height: number): Buffer => {
  const content = Buffer.from([8, 0, 0, 0, 0, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0]);
  content.writeUInt16BE(height, 1);
  content.writeUInt16BE(width, 3);
  return segment(0xc0, content);
};

test('a file that is corrupt is called corrupt, whatever size it claims', async (t) => {
  const start = Buffer.from([0xff, 0xd8]);
  for (const [width, height] of [
    [8000, 8000],
    [20_000, 100],
    [400, 300],
    [0, 300],
    [0, 0],
  ] as const)
    t.equal(await faultOf(Buffer.concat([start, frameOf(width, height)])), 'unreadable', `${width}×${height}`);
  const selfie = await pictures.selfie();
  t.equal(await faultOf(Buffer.concat([selfie.subarray(0, 2), frameOf(9, 9), selfie.subarray(2)])), 'unreadable', 'two frames');
  const scan = selfie.indexOf(Buffer.from([0xff, 0xda]));
  const second = Buffer.concat([selfie.subarray(0, scan), frameOf(8000, 8000), selfie.subarray(scan)]);
  t.equal(await faultOf(second), 'unreadable', 'two frames, of which the second claims too much');
});

test('a whole file that is too large is called too large', async (t) => {
  t.equal(await faultOf(await pictures.selfie(), 719 * 960 - 1), 'too-large');
  t.equal(await faultOf(await pictures.exifRotated(6), 719 * 960 - 1), 'too-large');
  const long = (width: number, height: number) =>
    sharp({ create: { width, height, channels: 3, background: '#808080' } })
      .jpeg()
      .toBuffer();
  t.equal(await faultOf(await long(16_385, 1000)), 'too-large', 'too long');
  t.equal(await faultOf(await long(100, 2001)), 'too-large', 'too thin');
  t.equal(await faultOf(await long(100, 2000)), '80×1600');
});
