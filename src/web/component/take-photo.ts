import { encodeJpeg, makeCanvas } from './canvas.js';

/** A photo as the camera gave it: no scaling, no mirroring. */
export interface Photo {
  readonly blob: Blob;
  /** pixels */
  readonly width: number;
  readonly height: number;
  /** when its video frame was shown, ms on the page's clock */
  readonly at: number;
}

/** The first is the one; the others are for pictures that would be too large with it. */
const qualities = [0.92, 0.85, 0.75, 0.6, 0.45];

/** What a video shows now, to be encoded later. */
export function grabFrame(video: HTMLVideoElement): CanvasRenderingContext2D {
  const pixels = makeCanvas(video.videoWidth, video.videoHeight, false);
  pixels.drawImage(video, 0, 0);
  return pixels;
}

/** @param at when it was shown @param maxBytes quality is lowered until it is no larger than this, or cannot be lowered more */
export async function encodePhoto(pixels: CanvasRenderingContext2D, at: number, maxBytes: number): Promise<Photo> {
  let blob: Blob | undefined;
  for (const quality of qualities) {
    blob = await encodeJpeg(pixels, quality);
    if (blob.size <= maxBytes) break;
  }
  return { blob: blob!, width: pixels.canvas.width, height: pixels.canvas.height, at };
}
