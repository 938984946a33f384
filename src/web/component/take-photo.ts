import { encodeJpeg, makeCanvas } from './canvas.js';

/** A photo as delivered by the camera, neither scaled nor mirrored. */
export interface Photo {
  readonly blob: Blob;
  /** pixels */
  readonly width: number;
  readonly height: number;
  /** time at which its video frame was presented, ms on the page's clock */
  readonly at: number;
}

/** JPEG qualities. The first is the default; the others are for photos that would otherwise be too large. */
const qualities = [0.92, 0.85, 0.75, 0.6, 0.45];

/** Copies the current frame of a video, to be encoded later. */
export function grabFrame(video: HTMLVideoElement): CanvasRenderingContext2D {
  const pixels = makeCanvas(video.videoWidth, video.videoHeight, false);
  pixels.drawImage(video, 0, 0);
  return pixels;
}

/**
 * Encodes a photo, lowering the quality until it is at most `maxBytes` or the lowest quality is reached.
 * @param at time at which the frame was presented, ms on the page's clock
 */
export async function encodePhoto(pixels: CanvasRenderingContext2D, at: number, maxBytes: number): Promise<Photo> {
  let blob: Blob | undefined;
  for (const quality of qualities) {
    blob = await encodeJpeg(pixels, quality);
    if (blob.size <= maxBytes) break;
  }
  return { blob: blob!, width: pixels.canvas.width, height: pixels.canvas.height, at };
}
