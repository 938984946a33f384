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
/**
 * Pixels drawn per measured one, in both directions; their mean is measured. Browsers reduce by half or a quarter and interpolate the
 * rest: drawn at the measured size, noise counts four times as much in a face of 280 pixels as in one of 300.
 */
const fine = 4;

/** Measures the image quality of faces in a video. */
export class FaceQualityMeter {
  private readonly pixels = makeCanvas(width * fine, height * fine);

  /** Measures a face in the current frame. @param box of the face, in pixels of the video */
  measure(video: HTMLVideoElement, box: Box): FaceQuality {
    const { canvas } = this.pixels;
    this.pixels.fillRect(0, 0, canvas.width, canvas.height);
    this.pixels.drawImage(video, box.x1, box.y1, boxWidth(box), boxHeight(box), 0, 0, canvas.width, canvas.height);
    return measureLuma(average(toLuma(this.pixels.getImageData(0, 0, canvas.width, canvas.height))), width);
  }
}

/** Reduces the drawn luma to the measured size. */
function average(luma: Uint8Array): Float32Array {
  const reduced = new Float32Array(width * height);
  for (let i = 0; i < luma.length; i++) {
    const y = Math.floor(i / (width * fine * fine));
    const x = Math.floor((i % (width * fine)) / fine);
    reduced[y * width + x]! += luma[i]! / (fine * fine);
  }
  return reduced;
}

/** Measures a luma picture. @param luma top row first @param width pixels per row */
function measureLuma(luma: Float32Array, width: number): FaceQuality {
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
