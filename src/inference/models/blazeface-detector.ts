import { sampleTensor, shrink, type TensorSpec, tensorLength } from '../../imaging/crop.js';
import type { Affine, Box } from '../../imaging/geometry.js';
import type { RgbImage } from '../../imaging/image.js';
import type { Session } from '../session.js';
import type { FaceDetection } from './face-detection.js';
import { suppressOverlaps } from './non-maximum-suppression.js';

// BlazeFace (Bazarevsky et al., 2019, arXiv:1907.05047), MediaPipe's back-camera network at 256×256.
// In: picture padded to a square, RGB, v/127.5 − 1, NHWC. Out: logits and boxes (centre and size in pixels of 256, relative to the anchor,
// then six key points) for 16×16×2 anchors of stride 16 and 8×8×6 of stride 32.
const size = 256;
const spec: TensorSpec = {
  width: size,
  height: size,
  layout: 'nhwc',
  colour: 'rgb',
  mean: [127.5, 127.5, 127.5],
  scale: [1 / 127.5, 1 / 127.5, 1 / 127.5],
  padding: 127.5,
};
const grids = [
  { scores: 'Identity:0', boxes: 'Identity_2:0', cells: 16, perCell: 2 },
  { scores: 'Identity_1:0', boxes: 'Identity_3:0', cells: 8, perCell: 6 },
] as const;
const minScore = 0.5;

/** The second detector: 12 ms, finds what the first misses (rotated, tilted, some small faces). */
export class BlazeFaceDetector {
  private readonly input = new Float32Array(tensorLength(spec));

  constructor(private readonly session: Session) {}

  /** @returns faces with a confidence of at least 0.5, best first, their boxes in the first detector's convention */
  async detect(image: RgbImage): Promise<FaceDetection[]> {
    const side = Math.max(image.width, image.height);
    const left = (side - image.width) / 2;
    const top = (side - image.height) / 2;
    const factor = Math.max(1, Math.floor(side / size));
    const step = side / size / factor;
    const map: Affine = { a: step, b: 0, tx: -left / factor, c: 0, d: step, ty: -top / factor };
    const outputs = await this.session.run(sampleTensor(shrink(image, factor), map, spec, this.input), [1, size, size, 3]);
    const found: FaceDetection[] = [];
    for (const grid of grids) {
      const scores = outputs[grid.scores]!;
      const boxes = outputs[grid.boxes]!;
      const stride = size / grid.cells;
      for (let i = 0; i < scores.length; i++) {
        const score = 1 / (1 + Math.exp(-scores[i]!));
        if (score < minScore) continue;
        const cell = Math.floor(i / grid.perCell);
        const cx = boxes[i * 16]! + ((cell % grid.cells) + 0.5) * stride;
        const cy = boxes[i * 16 + 1]! + (Math.floor(cell / grid.cells) + 0.5) * stride;
        found.push({ box: toFirstConvention(cx, cy, boxes[i * 16 + 2]!, boxes[i * 16 + 3]!, side / size, left, top), score });
      }
    }
    return suppressOverlaps(found);
  }
}

/** BlazeFace's box is squarer and lower than RFB-320's; factors measured on portraits that both find. */
function toFirstConvention(cx: number, cy: number, w: number, h: number, scale: number, left: number, top: number): Box {
  const width = w * 0.897;
  const height = h * 1.249;
  const y = cy - 0.122 * h;
  return {
    x1: (cx - width / 2) * scale - left,
    y1: (y - height / 2) * scale - top,
    x2: (cx + width / 2) * scale - left,
    y2: (y + height / 2) * scale - top,
  };
}
