import { sampleTensor, shrink, type TensorSpec, tensorLength } from '../../imaging/crop.js';
import type { Affine, Box } from '../../imaging/geometry.js';
import type { RgbImage } from '../../imaging/image.js';
import type { Session } from '../session.js';
import type { FaceDetection } from './face-detection.js';
import { suppressOverlaps } from './non-maximum-suppression.js';

// Ultra-Light-Fast-Generic-Face-Detector RFB-320 (Linzaer, 2019), as packed by faceplugin.
// In: letterbox to 320×240 on grey 127, RGB, (v − 127)/128, NCHW. Out: scores [4420,2] (index 1: face), boxes [4420,4] decoded, 0..1.
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

/** The first detector: 5 ms, finds faces from about a twelfth of the picture's height. */
export class UltraLightDetector {
  private readonly input = new Float32Array(tensorLength(spec));

  constructor(private readonly session: Session) {}

  /**
   * @param zoom part of the network's field that the picture fills: at 0.5 a face that fills the picture has a size the network knows
   * @returns faces with a score of at least 0.65 after non-maximum suppression (IoU 0.3), best score first
   */
  async detect(image: RgbImage, zoom = 1): Promise<FaceDetection[]> {
    const scale = zoom * Math.min(width / image.width, height / image.height);
    const left = (width - image.width * scale) / 2;
    const top = (height - image.height * scale) / 2;
    // Sampling a large picture at 320×240 without smoothing loses small faces to aliasing.
    const factor = Math.max(1, Math.floor(1 / scale));
    const source = shrink(image, factor);
    const step = 1 / (scale * factor);
    const map: Affine = { a: step, b: 0, tx: -left * step, c: 0, d: step, ty: -top * step };
    const { scores, boxes } = await this.session.run(sampleTensor(source, map, spec, this.input), [1, 3, height, width]);
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
