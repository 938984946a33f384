import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp, { type OverlayOptions } from 'sharp';
import type { Test } from 'tap';
import { fixture } from '../../fixtures/fixtures.js';
import { selfie } from '../../fixtures/pictures.js';
import { temporaryDirectory } from '../../helper.js';

// Videos for Chromium's fake camera (--use-file-for-fake-video-capture), made of the photographs: JPEG frames one after the other, which it
// repeats. A live camera never gives one frame twice: each is moved by a part of a pixel's tremble and has noise of its own.

/** Pixels of the fake camera. */
export const videoSize = { width: 1280, height: 720 } as const;
const frames = 20;

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
export const blurredFace: Scene = async () =>
  sharp(await oneFace())
    .blur(14)
    .png()
    .toBuffer();

/** Both eyes shut. */
export const shutEyes: Scene = async () => scene([{ input: readFileSync(fixture('franck_03979.jpg')), left: 222, top: 39 }]);
/** A mouth wide open, cut out of a group. */
export const openMouth: Scene = () =>
  sharp(readFileSync(fixture('sample5.jpg')))
    .extract({ left: 283, top: 294, width: 819, height: 461 })
    .resize({ ...videoSize, fit: 'fill' })
    .png()
    .toBuffer();

/** How the camera sees it: as a hand holds it and a sensor takes it, or one still for ever. */
export type Motion = 'living' | 'still';

/** Writes a video of a scene. @returns its path, removed with the test */
export async function writeVideo(t: Test, what: Scene, motion: Motion = 'living'): Promise<string> {
  const { width, height } = videoSize;
  const raw = await sharp(await what())
    .removeAlpha()
    .raw()
    .toBuffer();
  const parts: Buffer[] = [];
  for (let n = 0; n < frames; n++) {
    const turn = motion === 'living' ? (2 * Math.PI * n) / frames : 0;
    const seen = film(raw, 2 + 1.7 * Math.sin(turn), 2 + 1.3 * Math.cos(turn), motion === 'living' ? n + 1 : 0);
    parts.push(
      await sharp(seen, { raw: { width, height, channels: 3 } })
        .jpeg({ quality: 95 })
        .toBuffer(),
    );
  }
  const path = join(temporaryDirectory(t), 'camera.mjpeg');
  writeFileSync(path, Buffer.concat(parts));
  return path;
}

/** A picture moved by parts of a pixel. @param seed of its noise; 0: none */
function film(raw: Buffer, dx: number, dy: number, seed: number): Buffer {
  const row = videoSize.width * 3;
  const [x, y] = [Math.floor(dx) * 3, Math.floor(dy)];
  const [fx, fy] = [dx % 1, dy % 1];
  const out = Buffer.from(raw);
  // A generator of one's own, so that each run sees the same video.
  let state = seed * 2654435761;
  for (let i = 0; i + (y + 1) * row + x + 3 < raw.length; i++) {
    const at = i + y * row + x;
    const upper = raw[at]! * (1 - fx) + raw[at + 3]! * fx;
    const lower = raw[at + row]! * (1 - fx) + raw[at + row + 3]! * fx;
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    const noise = seed === 0 ? 0 : (((state >>> 16) & 0xff) - 127.5) / 21;
    const value = upper * (1 - fy) + lower * fy + noise;
    out[i] = value < 0 ? 0 : value > 255 ? 255 : value;
  }
  return out;
}
