import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import sharp, { type OverlayOptions } from 'sharp';
import { fixture } from '../../fixtures/fixtures.js';
import { selfie } from '../../fixtures/pictures.js';

// Videos for Chromium's fake camera (--use-file-for-fake-video-capture), made of the photographs: raw frames (YUV4MPEG2), which
// it repeats. A live camera never repeats a frame: each is shifted by a fraction of a pixel and has its own noise.

/** Pixels of the fake camera. */
export const videoSize = { width: 1280, height: 720 } as const;
const frames = 20;
/** Half of a usual camera's: decoding, painting and recording its frames is most of what a browser under test does. */
const framesPerSecond = 15;

/** What stands before the camera: a picture as large as the video. */
export type Scene = () => Promise<Buffer>;

const background = { r: 142, g: 150, b: 158 };
const scene = (layers: OverlayOptions[]): Promise<Buffer> =>
  sharp({ create: { ...videoSize, channels: 3, background } })
    .composite(layers)
    .png({ compressionLevel: 1 })
    .toBuffer();
const portrait = async (height: number, who?: 'other'): Promise<Buffer> =>
  sharp(await selfie(who))
    .resize({ height })
    .toBuffer();

/** One face where it should be. */
export const oneFace: Scene = async () => {
  const picture = await portrait(720);
  return scene([{ input: picture, left: 640 - 270, top: 0 }]);
};
/** Two people side by side. */
export const twoFaces: Scene = async () =>
  scene([
    { input: await portrait(660), left: 320, top: 60 },
    { input: await portrait(620, 'other'), left: 830, top: 60 },
  ]);
/** A face far away. */
export const farFace: Scene = async () => scene([{ input: await portrait(300), left: 530, top: 220 }]);
/** A face at the border. */
export const asideFace: Scene = async () => scene([{ input: await portrait(720), left: 40, top: 0 }]);
/** The face fills the picture. */
export const closeFace: Scene = async () =>
  scene([
    {
      input: await sharp(await selfie())
        .resize({ width: 1280 })
        .extract({ left: 0, top: 330, ...videoSize })
        .toBuffer(),
    },
  ]);
export const noFace: Scene = () => scene([]);
export const darkFace: Scene = async () =>
  sharp(await oneFace())
    .linear(0.22, 0)
    .png()
    .toBuffer();
/** A blurred face before a camera with much noise, which is no detail. */
export const blurredFace: Scene = async () => {
  const { data, info } = await sharp(await oneFace())
    .blur(14)
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  let state = 1;
  for (let i = 0; i < data.length; i += channels) {
    state = nextState(state);
    for (let c = 0; c < 3; c++) data[i + c] = Math.min(255, Math.max(0, data[i + c]! + noiseOf(state) * 8));
  }
  return sharp(data, { raw: { width, height, channels } }).png().toBuffer();
};

/** Both eyes shut. */
export const shutEyes: Scene = async () => scene([{ input: readFileSync(fixture('franck_03979.jpg')), left: 222, top: 39 }]);
/** A mouth wide open, cut out of a group. */
export const openMouth: Scene = () =>
  sharp(readFileSync(fixture('sample5.jpg')))
    .extract({ left: 283, top: 294, width: 819, height: 461 })
    .resize({ ...videoSize, fit: 'fill' })
    .png()
    .toBuffer();

/** How the camera records the scene: in a hand, with a head that sways and sensor noise, or as a still image. */
export type Motion = 'living' | 'still';

/** Number of frames of a video that lasts longer than a recording on a very busy machine. */
export const longVideo = 75;

/**
 * Writes a video of a scene. A browser reads the file each time that a page opens the camera, and begins again at its end: what is
 * recorded for longer than the video repeats frames, which the server takes for an attack.
 * @param path ends in .y4m
 * @param count number of frames, 15 per second
 */
export async function writeVideo(path: string, what: Scene, motion: Motion = 'living', count = frames): Promise<void> {
  const { luma, chroma } = toYuv(
    await sharp(await what())
      .removeAlpha()
      .raw()
      .toBuffer(),
  );
  const file = openSync(path, 'w');
  writeSync(file, `YUV4MPEG2 W${videoSize.width} H${videoSize.height} F${framesPerSecond}:1 Ip A1:1 C420jpeg\n`);
  for (let n = 0; n < count; n++) {
    const turn = motion === 'living' ? (2 * Math.PI * n) / frames : 0;
    const [dx, dy] = [2 + 1.7 * Math.sin(turn), 2 + 1.3 * Math.cos(turn)];
    const seen = motion === 'living' ? film(luma, dx, dy, 8 * Math.cos(turn), n + 1) : film(luma, dx, dy, 0, 0);
    writeSync(file, 'FRAME\n');
    writeSync(file, seen);
    writeSync(file, chroma);
  }
  closeSync(file);
}

/** BT.601 with the range of video (luma 16..235), chroma of every other pixel. @param rgb as large as the video */
function toYuv(rgb: Buffer): { readonly luma: Uint8Array; readonly chroma: Uint8Array } {
  const { width, height } = videoSize;
  const luma = new Uint8Array(width * height);
  for (let i = 0; i < luma.length; i++)
    luma[i] = Math.round(16 + 0.2568 * rgb[3 * i]! + 0.5041 * rgb[3 * i + 1]! + 0.0979 * rgb[3 * i + 2]!);
  const quarter = luma.length / 4;
  const chroma = new Uint8Array(2 * quarter);
  for (let o = 0; o < quarter; o++) {
    const y = Math.floor(o / (width / 2));
    const i = 3 * (2 * y * width + 2 * (o - (y * width) / 2));
    const [r, g, b] = [rgb[i]!, rgb[i + 1]!, rgb[i + 2]!];
    chroma[o] = Math.round(128 - 0.1482 * r - 0.291 * g + 0.4392 * b);
    chroma[o + quarter] = Math.round(128 + 0.4392 * r - 0.3678 * g - 0.0714 * b);
  }
  return { luma, chroma };
}

/** How far each column goes with the head in the middle of the video: 1 there, 0 beyond the shoulders. */
const across = Float64Array.from({ length: videoSize.width }, (_, x) => Math.exp(-(((x - 640) / 300) ** 4)));

/** A seeded generator, so that each run uses the same video. */
const nextState = (state: number): number => (Math.imul(state, 1664525) + 1013904223) | 0;
/** Noise of a state of the generator, -1..1. */
const noiseOf = (state: number): number => (((state >>> 16) & 0xff) - 127.5) / 127.5;

/**
 * A frame of a camera that trembles before a head that sways.
 * @param luma of the scene
 * @param dx, dy movement of the whole picture, in pixels
 * @param sway further movement of its middle to the side, in pixels
 * @param seed of its noise; 0: none
 */
function film(luma: Uint8Array, dx: number, dy: number, sway: number, seed: number): Uint8Array {
  const { width, height } = videoSize;
  const y = Math.floor(dy);
  const fy = dy - y;
  const from = across.map((share, x) => Math.min(width - 2, Math.max(0, x + dx + sway * share)));
  const out = Uint8Array.from(luma);
  let state = seed * 2654435761;
  for (let row = 0; row < height - y - 1; row++) {
    const top = (row + y) * width;
    for (let x = 0; x < width; x++) {
      const left = Math.floor(from[x]!);
      const fx = from[x]! - left;
      const at = top + left;
      const upper = luma[at]! * (1 - fx) + luma[at + 1]! * fx;
      const lower = luma[at + width]! * (1 - fx) + luma[at + width + 1]! * fx;
      state = nextState(state);
      const noise = seed === 0 ? 0 : noiseOf(state) * 5.3;
      const value = upper * (1 - fy) + lower * fy + noise;
      out[row * width + x] = value < 0 ? 0 : value > 255 ? 255 : value;
    }
  }
  return out;
}
