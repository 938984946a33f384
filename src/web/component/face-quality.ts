import type { Box } from '../../imaging/geometry.js';
import { boxHeight, boxWidth } from '../../imaging/geometry.js';
import { makeCanvas, toLuma } from './canvas.js';

/** How well a face can be seen. */
export interface FaceQuality {
  /** mean luma of the face, 0..255 */
  readonly light: number;
  /** energy of the Laplacian in parts of the luma's variance, of the face at 72 pixels height: falls with blur, hardly with light or noise */
  readonly sharpness: number;
}

/** Pixels that the face is measured at. Larger, a blurred face with a dark camera's noise measures like a sharp one. */
const [width, height] = [54, 72];

/** Measures faces of a video. */
export class FaceQualityMeter {
  private readonly pixels = makeCanvas(width, height);

  /** @param box of the face, in pixels of the video */
  measure(video: HTMLVideoElement, box: Box): FaceQuality {
    this.pixels.fillRect(0, 0, width, height);
    this.pixels.drawImage(video, box.x1, box.y1, boxWidth(box), boxHeight(box), 0, 0, width, height);
    return measureLuma(toLuma(this.pixels.getImageData(0, 0, width, height)), width);
  }
}

/** @param luma rows from the top @param width pixels of a row */
export function measureLuma(luma: Uint8Array, width: number): FaceQuality {
  const height = luma.length / width;
  let sum = 0;
  let squares = 0;
  let energy = 0;
  let count = 0;
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const i = y * width + x;
      const value = luma[i]!;
      const laplacian = luma[i - 1]! + luma[i + 1]! + luma[i - width]! + luma[i + width]! - 4 * value;
      sum += value;
      squares += value * value;
      energy += laplacian * laplacian;
      count++;
    }
  }
  const light = sum / count;
  return { light, sharpness: energy / count / Math.max(1, squares / count - light * light) };
}
