import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { selfie } from '../../fixtures/pictures.js';

/** A camera that the page draws. */
export interface DrawnCamera {
  /** pixels (default 640×480) */
  readonly width?: number;
  readonly height?: number;
  /** labels of the cameras that the system lists (default one without a label); the id of a camera is its index */
  readonly labels?: readonly string[];
}

/**
 * Script that replaces the page's cameras by a canvas with a swaying face, so that a test can turn it, stop it, or have it refused.
 * Run it before the component's module. It defines `camera`:
 * - `turn(width, height)` changes the size of the video;
 * - `isDrawing` false: the camera stalls;
 * - `every`: ms between frames;
 * - `answer`: function that a request waits for, or fails by;
 * - `mute(isMuted)`: what systems do during a call;
 * - `tracks`: all tracks handed out; `asked`: constraints of all requests.
 */
export function drawnCamera({ width = 640, height = 480, labels = [''] }: DrawnCamera = {}): string {
  return `{
    const canvas = document.createElement('canvas');
    canvas.width = ${width};
    canvas.height = ${height};
    const labels = ${JSON.stringify(labels)};
    const context = canvas.getContext('2d');
    let picture;
    fetch('/picture-of-the-camera').then((r) => r.blob()).then(createImageBitmap).then((loaded) => { picture = loaded; });
    const paint = () => {
      setTimeout(paint, camera.every);
      if (!camera.isDrawing) return;
      context.fillStyle = '#8e969e';
      context.fillRect(0, 0, canvas.width, canvas.height);
      if (!picture) return;
      const scale = Math.min(canvas.width / picture.width, canvas.height / picture.height);
      const [w, h] = [picture.width * scale, picture.height * scale];
      const now = performance.now();
      context.drawImage(picture, (canvas.width - w) / 2 + Math.sin(now / 300) * 2, (canvas.height - h) / 2, w, h);
      context.fillRect(now % canvas.width, 0, 1, 1);
    };
    const camera = window.camera = {
      isDrawing: true, every: 50, tracks: [], asked: [], answer: async () => {},
      turn(width, height) { canvas.width = width; canvas.height = height; },
      mute(isMuted) {
        for (const track of camera.tracks) {
          Object.defineProperty(track, 'muted', { configurable: true, value: isMuted });
          track.dispatchEvent(new Event(isMuted ? 'mute' : 'unmute'));
        }
      },
    };
    navigator.mediaDevices.getUserMedia = async (wish) => {
      camera.asked.push(wish.video);
      await camera.answer(wish.video);
      const stream = canvas.captureStream();
      const [track] = stream.getVideoTracks();
      const id = wish.video.deviceId?.exact ?? '0';
      Object.defineProperty(track, 'label', { value: labels[Number(id)] });
      track.getSettings = () => ({ width: canvas.width, height: canvas.height, frameRate: 20, deviceId: id });
      camera.tracks.push(track);
      return stream;
    };
    navigator.mediaDevices.enumerateDevices = async () =>
      labels.map((label, i) => ({ kind: 'videoinput', deviceId: String(i), label }));
    paint();
  }`;
}

/** Serves the picture that the drawn camera shows. */
export async function servePicture(page: Page): Promise<void> {
  const body = await sharp(await selfie())
    .resize({ height: 720 })
    .jpeg()
    .toBuffer();
  await page.route('**/picture-of-the-camera', (route) => route.fulfill({ body, contentType: 'image/jpeg' }));
}
