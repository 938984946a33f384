import { sampleInto, type TensorSpec, tensorLength } from '../../imaging/crop.js';
import { cropMap, distance, midpoint, type Point } from '../../imaging/geometry.js';
import type { RgbImage } from '../../imaging/image.js';
import { KernelNumbers } from '../../imaging/kernels/pixel-memory.js';
import type { Network } from '../network.js';
import { softmax } from './softmax.js';

// faceplugin fr_eye. Input: a square of 1.6 × the distance between the eye corners, 24×24 grey, v/255, NCHW.
// Output: two logits, index 0 closed.
const size = 24;
const cropScale = 1.6;
const spec: TensorSpec = { width: size, height: size, layout: 'nchw', colour: 'grey', mean: [0], scale: [1 / 255] };

/** The eye network, an eighth of a millisecond. Not reliable on its own: see `lookAtEye` in analysis/analyze-image.ts. */
export class EyeState {
  private readonly input = new KernelNumbers(tensorLength(spec));

  constructor(private readonly network: Network) {}

  /** @returns probability that the eye between these corners is closed, 0..1 */
  async closed(image: RgbImage, corner: Point, otherCorner: Point): Promise<number> {
    const half = (distance(corner, otherCorner) * cropScale) / 2;
    const { x, y } = midpoint(corner, otherCorner);
    const map = cropMap({ x1: x - half, y1: y - half, x2: x + half, y2: y + half }, size, size);
    const { output } = await this.network.run(sampleInto(image, map, spec, this.input), [1, 1, size, size]);
    return softmax(output!)[0]!;
  }
}
