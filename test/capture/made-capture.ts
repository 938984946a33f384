import { createHash, randomBytes } from 'node:crypto';
import sharp from 'sharp';
import { type FramePart, joinPacket, type PacketHeader } from '../../src/capture/packet/layout.js';
import { sealPacket } from '../../src/capture/packet/seal.js';
import { toGrid, toLuma } from '../../src/imaging/luma.js';
import type { CaptureKey } from '../../src/keys/capture-key.js';
import { selfie } from '../fixtures/pictures.js';
import { rememberInRun } from '../run-memory.js';

/** The scene and the camera. */
export interface CaptureScene {
  /** `live`: the head sways before its surroundings, the hand with the camera trembles, and the sensor is noisy; `panned`: the same of a
   *  picture, which moves as a whole; `still`: the very same picture again and again; `loop`: five live frames, repeated;
   *  `noisy-still`: no movement, noise painted over; `smooth`: moves, without any noise */
  readonly kind: 'live' | 'panned' | 'still' | 'loop' | 'noisy-still' | 'smooth';
  /** deviation of the sensor's noise, grey levels (default 2) */
  readonly sigma?: number;
  /** the picture (default the fixture's selfie) */
  readonly picture?: Buffer;
  readonly seed?: number;
  /** width of the luma frames, pixels (default 96) */
  readonly lumaWidth?: number;
}

/** A capture as the component would make it, before it is joined and sealed. */
export interface MadeCapture {
  readonly header: PacketHeader;
  readonly photo: Uint8Array;
  readonly frames: readonly Uint8Array[];
}

/** Mulberry32: the same numbers for the same seed. */
export function makeRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const gaussian = (random: () => number): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** Noise is read from here, from a random place for each row of each frame: generating it for every pixel takes seconds. */
const grains = 1 << 18;
const makeGrain = (random: () => number, sigma: number): Float32Array =>
  Float32Array.from({ length: grains }, () => sigma * gaussian(random));

const runLength = 14;
const interval = 1000 / 30;

/** Creates a capture with the current time. The same scene is filmed once per test run. */
export async function makeCapture({ picture, ...scene }: CaptureScene = { kind: 'live' }): Promise<MadeCapture> {
  const filmed = picture ?? (await selfie());
  const capture = await rememberInRun(`capture ${JSON.stringify(scene)} ${hash(filmed)}`, () =>
    filmScene({ ...scene, picture: filmed }),
  );
  const header = { ...capture.header, createdAt: Date.now(), nonce: randomBytes(16).toString('base64url') };
  return { ...capture, header };
}

/**
 * Films a picture with a camera that does not exist: sub-pixel movement, noise, JPEG and luma frames, frame times with a camera's
 * jitter.
 */
async function filmScene(scene: CaptureScene & { readonly picture: Buffer }): Promise<MadeCapture> {
  const { kind, sigma = 2, picture, seed = 1, lumaWidth = 96 } = scene;
  const random = makeRandom(seed);
  const { data, info } = await sharp(picture).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const moves = kind !== 'still' && kind !== 'noisy-still';
  const grain = kind === 'still' || kind === 'smooth' ? new Float32Array(grains) : makeGrain(random, sigma);
  // How far each column and row goes with the head, whose middle is that of the picture: 1 there, 0 beyond the shoulders.
  const bell = (length: number, middle: number): Float64Array =>
    Float64Array.from({ length }, (_, i) => Math.exp(-(((i / length - middle) / 0.22) ** 4)));
  const [across, down] = [bell(width, 0.5), bell(height, 0.45)];
  /** one video frame: the picture moved by some tenths of a pixel, the head of a living person by some pixels more, with noise */
  const film = (frame: number): Buffer => {
    const pan = kind === 'panned' ? 6 : 1;
    const [dx, dy] = moves ? [(1.5 + 1.2 * Math.sin(frame / 6)) * pan, (1.5 + 0.9 * Math.cos(frame / 7)) * pan] : [1, 1];
    const sways = moves && kind !== 'panned';
    const [headX, headY] = sways ? [3 * Math.sin(frame / 9), 2 * Math.cos(frame / 11)] : [0, 0];
    const clamped = new Uint8ClampedArray(data.length);
    for (let y = 0; y < height; y++) {
      const offset = Math.floor(random() * grains);
      for (let x = 0; x < width; x++) {
        const share = across[x]! * down[y]!;
        const sx = Math.min(width - 1, Math.max(0, x + dx + headX * share));
        const sy = Math.min(height - 1, Math.max(0, y + dy + headY * share));
        const left = Math.floor(sx);
        const top = Math.floor(sy);
        const fx = sx - left;
        const fy = sy - top;
        const noise = grain[(offset + x) & (grains - 1)]!;
        const p = (top * width + left) * 3;
        const q = p + (left + 1 < width ? 3 : 0);
        const down1 = top + 1 < height ? width * 3 : 0;
        const to = (y * width + x) * 3;
        for (let c = 0; c < 3; c++)
          clamped[to + c] =
            (data[p + c]! * (1 - fx) + data[q + c]! * fx) * (1 - fy) +
            (data[p + down1 + c]! * (1 - fx) + data[q + down1 + c]! * fx) * fy +
            noise;
      }
    }
    return Buffer.from(clamped.buffer);
  };
  const opened = 1000 + 100 * random();
  const frameTimes: number[] = [];
  for (let i = 0; i < 60; i++) frameTimes.push(round(opened + 200 + i * interval + 0.8 * gaussian(random)));
  const ended = frameTimes.length - 1;
  const jpeg = (pixels: Buffer, wide: number, quality: number) =>
    sharp(pixels, { raw: { width, height, channels: 3 } })
      .resize({ width: wide })
      .jpeg({ quality })
      .toBuffer();

  const parts: FramePart[] = [];
  const frames: Uint8Array[] = [];
  const add = (part: Omit<FramePart, 'length'>, bytes: Uint8Array) => {
    parts.push({ ...part, length: bytes.length });
    frames.push(bytes);
  };
  const whole = { x: 0, y: 0, width, height };
  const small = { width: lumaWidth, height: Math.round((lumaWidth * height) / width) };
  const cut = { width: lumaWidth, height: (lumaWidth * 3) / 4 };
  const crop = { x: Math.round((width - cut.width) / 2), y: Math.round((height - cut.height) / 2), ...cut };
  const looped = kind === 'loop' ? 5 : kind === 'still' ? 1 : runLength;
  const filmed = Array.from({ length: looped }, (_, i) => film(i));
  for (const back of [40, 25, 16]) {
    const bytes = await jpeg(film(-back), 480, 80);
    add(
      { kind: 'jpeg', width: 480, height: Math.round((480 * height) / width), at: frameTimes[ended - back]!, region: whole },
      bytes,
    );
  }
  for (let i = 0; i < runLength; i++) {
    const luma = toLuma({ data: filmed[i % looped]!, width, height });
    const at = frameTimes[ended - runLength + 1 + i]!;
    const bytes = new Uint8Array(crop.width * crop.height);
    for (let y = 0; y < crop.height; y++)
      bytes.set(luma.data.subarray((crop.y + y) * width + crop.x, (crop.y + y) * width + crop.x + crop.width), y * crop.width);
    add({ kind: 'luma', ...cut, at, region: crop }, bytes);
    add({ kind: 'luma', ...small, at, region: whole }, Uint8Array.from(toGrid(luma, small.width, small.height), Math.round));
  }
  const photo = await jpeg(filmed.at(-1)!, width, 92);
  const header: PacketHeader = {
    version: 1,
    createdAt: 0,
    nonce: '',
    library: { name: 'idlive-face-capture-web', version: '0.0.0-test' },
    externalMeta: '',
    photo: { mediaType: 'image/jpeg', width, height, length: photo.length, sha256: hash(photo), at: frameTimes[ended]! },
    frames: parts,
    timing: {
      openedAt: opened,
      capturedAt: round(frameTimes[ended]! + 5),
      frameTimes,
      frameClock: 'capture',
      mediaTimes: frameTimes.map((time) => round(time - opened)),
      presentedFrames: frameTimes.length,
    },
    camera: {
      label: 'Integrated Camera (04f2:b6be)',
      settings: { width, height, frameRate: 30, resizeMode: 'none' },
      capabilities: { maxWidth: 1280, maxHeight: 960, maxFrameRate: 30, count: 14 },
      deviceCount: 1,
      otherLabels: [],
    },
    page: {
      userAgent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36',
      brands: [{ brand: 'Chromium', version: '156' }],
      platform: 'Linux x86_64',
      languageCount: 2,
      hardwareConcurrency: 8,
      webdriver: false,
      automation: [],
      screen: { width: 1920, height: 1080, pixelRatio: 1 },
      visibility: 'visible',
      isSecureContext: true,
      embedded: false,
    },
  };
  return { header, photo, frames };
}

const round = (time: number): number => Math.round(time * 10) / 10;
export const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('base64url');

/** The same capture at another time: new nonce, new time. */
export const renew = ({ header, ...parts }: MadeCapture, changes: Partial<PacketHeader> = {}): MadeCapture => ({
  ...parts,
  header: { ...header, createdAt: Date.now(), nonce: randomBytes(16).toString('base64url'), ...changes },
});

/** Sealed for a key, as a browser would send it. */
export const seal = async (
  { header, photo, frames }: MadeCapture,
  { kid, publicJwk }: Pick<CaptureKey, 'kid' | 'publicJwk'>,
): Promise<Buffer> => Buffer.from(await sealPacket(joinPacket(header, photo, frames), publicJwk, kid));
