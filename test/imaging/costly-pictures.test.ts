import t from 'tap';
import { DecodeError, decodeImage } from '../../src/imaging/decode.js';
import { estimateDecoding } from '../../src/imaging/decode-cost.js';
import { cpuSecondsSince } from '../cpu-time.js';
import { costlyPictures } from '../fixtures/costly-pictures.js';
import { selfie } from '../fixtures/pictures.js';

/** A quarter of the default, so that making the pictures takes less time. */
const limits = { maxPixels: 16_777_216, maxSide: 1600, timeoutSeconds: 30 };
/** Seconds of CPU time: each takes a third where the factors were measured. */
const mostSeconds = 4;

const outcomeOf = (bytes: Uint8Array): Promise<string> =>
  decodeImage(bytes, limits).then(
    () => 'decoded',
    (error: unknown) => {
      if (error instanceof DecodeError) return error.fault;
      throw error;
    },
  );

t.test('pictures that are cheap to send and dear to decode are refused, or decoded in bounded time', async (t) => {
  for (const { name, expected, make } of costlyPictures(0.5)) {
    const bytes = await make();
    const used = process.cpuUsage();
    t.equal(await outcomeOf(bytes), expected, name);
    const seconds = cpuSecondsSince(used);
    t.ok(seconds < (expected === 'decoded' ? mostSeconds : 1), `${seconds.toFixed(2)} s of CPU time`);
    if (expected !== 'decoded') continue;
    const half = bytes.subarray(0, Math.floor(bytes.length / 2));
    const usedAgain = process.cpuUsage();
    await outcomeOf(half);
    t.ok(cpuSecondsSince(usedAgain) < mostSeconds, 'the first half of it takes no longer');
  }
});

t.test('millions of empty segments are refused in bounded time, also where the estimate does not see them', async (t) => {
  const whole = await selfie();
  const millions = (unit: string) => Buffer.alloc(20_000_000, Buffer.from(unit, 'hex'));
  const webp = Buffer.concat([Buffer.from('RIFF\0\0\0\0WEBP', 'latin1'), millions('5650382000000000')]);
  webp.writeUInt32LE(webp.length - 8, 4);
  const files: Record<string, Buffer> = {
    'JPEG, scans without content': Buffer.concat([whole.subarray(0, -2), millions('ffda0002')]),
    'JPEG, tables': Buffer.concat([whole.subarray(0, 2), millions('ffdb0002'), whole.subarray(2)]),
    'JPEG, frames of 255 components': Buffer.concat([
      whole.subarray(0, -2),
      Buffer.alloc(20_000_000, Buffer.concat([Buffer.from('ffc00305', 'hex'), Buffer.alloc(771, 0xff)])),
    ]),
    PNG: Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), millions('0000000074524e5300000000')]),
    WebP: webp,
    GIF: Buffer.concat([Buffer.from('47494638396101000100000000', 'hex'), millions('2c0000000000000000000000')]),
  };
  for (const [name, bytes] of Object.entries(files)) {
    const used = process.cpuUsage();
    t.not(await outcomeOf(bytes), 'decoded', name);
    t.ok(cpuSecondsSince(used) < mostSeconds, `${cpuSecondsSince(used).toFixed(2)} s of CPU time`);
  }
});

t.test('the estimate for the queue takes no time worth mentioning, whatever the bytes', async (t) => {
  const makers: Record<string, (size: number) => Buffer> = {
    'markers only': (size) => Buffer.alloc(size, 0xff),
    zeros: (size) => Buffer.alloc(size),
    comments: (size) => Buffer.alloc(size, Buffer.from([0xff, 0xfe, 0, 2])),
  };
  const starts = { jpeg: 'ffd8ff', png: '89504e470d0a1a0a', webp: '524946460000000057454250', gif: '474946383961' };
  for (const [name, make] of Object.entries(makers))
    for (const [format, start] of Object.entries(starts)) {
      const bytes = make(26_214_400);
      bytes.write(start, 'hex');
      const used = process.cpuUsage();
      const cost = estimateDecoding(bytes);
      t.ok(cpuSecondsSince(used) < 0.3, `${format}, ${name}: ${cost}, ${cpuSecondsSince(used)} s`);
    }
});
