import { sampleShrunk, type TensorSpec, tensorLength } from '../../imaging/crop.js';
import { type Affine, type Box, boxHeight, boxWidth } from '../../imaging/geometry.js';
import type { RgbImage } from '../../imaging/image.js';
import { KernelNumbers } from '../../imaging/kernels/pixel-memory.js';
import type { Session } from '../session.js';
import type { FaceDetection } from './face-detection.js';
import { suppressOverlaps } from './non-maximum-suppression.js';

// Ultra-Light-Fast-Generic-Face-Detector RFB-320 (Linzaer, 2019), as packed by faceplugin.
// Input: letterboxed to 320×240 on grey 127, RGB, (v − 127)/128, NCHW.
// Output: scores [4420,2] (index 1: face), boxes [4420,4] decoded, 0..1.
const width = 320;
const height = 240;
const spec: TensorSpec = {
  width,
  height,
  layout: 'nchw',
  colour: 'rgb',
  mean: [127, 127, 127],
  scale: [1 / 128, 1 / 128, 1 / 128],
  padding: 127,
};
const minScore = 0.65;

/** @param scale pixels of the input per pixel of the picture */
const shrinkFactor = (scale: number): number => Math.max(1, Math.floor(1 / scale));

/**
 * By how much the detector shrinks a picture first. One that was shrunk before, by `shrink`, yields the same detections if its size
 * (with the part of a pixel that was dropped) is the field.
 */
export const detectorFactor = (size: { readonly width: number; readonly height: number }): number =>
  shrinkFactor(Math.min(width / size.width, height / size.height));

/** The first detector, 5 ms. Finds faces from about a twelfth of the picture's height. */
export class UltraLightDetector {
  private readonly input = new KernelNumbers(tensorLength(spec));

  constructor(private readonly session: Session) {}

  /**
   * Detects faces.
   * @param field area that the network sees (default: the whole picture). A part of the picture makes small faces larger; an area
   *   beyond the picture makes a face that fills it smaller, since the network knows no faces of that size
   * @returns faces with a score of at least 0.65 after non-maximum suppression (IoU 0.3), best score first
   */
  async detect(image: RgbImage, field: Box = { x1: 0, y1: 0, x2: image.width, y2: image.height }): Promise<FaceDetection[]> {
    const scale = Math.min(width / boxWidth(field), height / boxHeight(field));
    // The picture's origin in the network's input.
    const left = (width - boxWidth(field) * scale) / 2 - field.x1 * scale;
    const top = (height - boxHeight(field) * scale) / 2 - field.y1 * scale;
    // Without smoothing, sampling a large picture at 320×240 loses small faces to aliasing.
    const factor = shrinkFactor(scale);
    const step = 1 / (scale * factor);
    const map: Affine = { a: step, b: 0, tx: -left * step, c: 0, d: step, ty: -top * step };
    const { scores, boxes } = await this.session.run(sampleShrunk(image, factor, map, spec, this.input), [1, 3, height, width]);
    const found: FaceDetection[] = [];
    for (let i = 0; i < scores!.length / 2; i++) {
      const score = scores![i * 2 + 1]!;
      if (score < minScore) continue;
      const x = (at: number): number => (boxes![i * 4 + at]! * width - left) / scale;
      const y = (at: number): number => (boxes![i * 4 + at]! * height - top) / scale;
      const box: Box = { x1: x(0), y1: y(1), x2: x(2), y2: y(3) };
      if (box.x2 > box.x1 && box.y2 > box.y1) found.push({ box, score });
    }
    return suppressOverlaps(found);
  }
}
