import type { Box } from '../../imaging/geometry.js';
import { boxHeight, boxWidth } from '../../imaging/geometry.js';
import { makeCanvas, toLuma } from './canvas.js';

/** Image quality of a face. */
export interface FaceQuality {
  /** mean luma of the face, 0..255 */
  readonly light: number;
  /**
   * Laplacian energy over luma variance, at a face height of 72 pixels; falls with blur, and hardly depends on light and noise
   */
  readonly sharpness: number;
}

/** Size at which the face is measured, in pixels. At larger sizes, a blurred face with sensor noise measures like a sharp one. */
const [width, height] = [54, 72];

/** Measures the image quality of faces in a video. */
export class FaceQualityMeter {
  private readonly pixels = makeCanvas(width, height);

  /** Measures a face in the current frame. @param box of the face, in pixels of the video */
  measure(video: HTMLVideoElement, box: Box): FaceQuality {
    this.pixels.fillRect(0, 0, width, height);
    this.pixels.drawImage(video, box.x1, box.y1, boxWidth(box), boxHeight(box), 0, 0, width, height);
    return measureLuma(toLuma(this.pixels.getImageData(0, 0, width, height)), width);
  }
}

/** Measures a luma picture. @param luma top row first @param width pixels per row */
function measureLuma(luma: Uint8Array, width: number): FaceQuality {
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
