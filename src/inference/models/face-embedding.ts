import { sampleInto, type TensorSpec, tensorLength } from '../../imaging/crop.js';
import { alignedSize, alignmentMap } from '../../imaging/face-pixels.js';
import type { Point } from '../../imaging/geometry.js';
import type { RgbImage } from '../../imaging/image.js';
import { KernelNumbers } from '../../imaging/kernels/pixel-memory.js';
import type { Session } from '../session.js';

// MobileFaceNet (Chen et al., 2018, arXiv:1804.07573), as packed by faceplugin (fr_feature).
// Input: the face aligned by five points to 112×112 (least-squares similarity), black outside the picture, BGR, (v-127)/128,
// NCHW.
// Output: 512 numbers, not normalised.
const spec: TensorSpec = {
  width: alignedSize,
  height: alignedSize,
  layout: 'nchw',
  colour: 'bgr',
  mean: [127, 127, 127],
  scale: [1 / 128, 1 / 128, 1 / 128],
};

/** The form in which recognition compares faces. It identifies a person: treat it as confidentially as a picture. */
export interface FaceEmbedding {
  /** 512 numbers, a unit vector: the cosine of two faces is their dot product */
  readonly vector: Float32Array;
  /** length before normalisation; low for faces with little information (blurred, covered, not a face) */
  readonly norm: number;
}

/** The recognition network, 18 ms. */
export class FaceEmbeddingModel {
  private readonly input = new KernelNumbers(tensorLength(spec));

  constructor(private readonly session: Session) {}

  /**
   * Computes the embedding.
   * @param five eye centres, nose tip, mouth corners in picture pixels, the subject's right side first
   */
  async embed(image: RgbImage, five: readonly Point[]): Promise<FaceEmbedding> {
    const tensor = sampleInto(image, alignmentMap(five), spec, this.input);
    const { output } = await this.session.run(tensor, [1, 3, alignedSize, alignedSize]);
    const norm = Math.sqrt(output!.reduce((sum, v) => sum + v * v, 0));
    return { vector: output!.map((v) => v / Math.max(norm, 1e-12)), norm };
  }
}
