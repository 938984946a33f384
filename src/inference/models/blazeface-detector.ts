import { sampleShrunk, type TensorSpec, tensorLength } from '../../imaging/crop.js';
import type { Affine } from '../../imaging/geometry.js';
import type { RgbImage } from '../../imaging/image.js';
import { KernelNumbers } from '../../imaging/kernels/pixel-memory.js';
import type { Session } from '../session.js';
import { readBlazeFaces, blazeFaceSide as size } from './blazeface-faces.js';
import type { FaceDetection } from './face-detection.js';

// BlazeFace (Bazarevsky et al., 2019, arXiv:1907.05047), MediaPipe's back-camera network at 256×256.
// Input: picture padded to a square, RGB, v/127.5 − 1, NHWC. Output: see blazeface-faces.ts.
const spec: TensorSpec = {
  width: size,
  height: size,
  layout: 'nhwc',
  colour: 'rgb',
  mean: [127.5, 127.5, 127.5],
  scale: [1 / 127.5, 1 / 127.5, 1 / 127.5],
  padding: 127.5,
};

/** The second detector, 12 ms. Finds faces that the first one misses (rotated, tilted, some small ones). */
export class BlazeFaceDetector {
  private readonly input = new KernelNumbers(tensorLength(spec));

  constructor(private readonly session: Session) {}

  /** @returns faces with a confidence of at least 0.5, best first; their boxes follow the first detector's convention */
  async detect(image: RgbImage): Promise<FaceDetection[]> {
    const side = Math.max(image.width, image.height);
    const left = (side - image.width) / 2;
    const top = (side - image.height) / 2;
    const factor = Math.max(1, Math.floor(side / size));
    const step = side / size / factor;
    const map: Affine = { a: step, b: 0, tx: -left / factor, c: 0, d: step, ty: -top / factor };
    const outputs = await this.session.run(sampleShrunk(image, factor, map, spec, this.input), [1, size, size, 3]);
    return readBlazeFaces(outputs, side / size, left, top);
  }
}
