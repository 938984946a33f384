import { sampleInto, type TensorSpec, tensorLength } from '../../imaging/crop.js';
import { type Affine, type Box, cropMap, fitInside, squareAround } from '../../imaging/geometry.js';
import type { RgbImage } from '../../imaging/image.js';
import { KernelNumbers } from '../../imaging/kernels/pixel-memory.js';
import type { Session } from '../session.js';

// MiniFASNetV2-SE (Minivision's Silent-Face-Anti-Spoofing family, 2020), as packed by faceplugin (fr_liveness).
// Input: 1.8 × the square around the box, shifted to lie inside the picture, plain bilinear to 128×128, BGR, raw 0..255, NCHW.
// Output: three logits, index 0 bona fide. (The package's own JavaScript prepares the input differently and gets results at
// chance level.)
const size = 128;
const spec: TensorSpec = { width: size, height: size, layout: 'nchw', colour: 'bgr', mean: [0, 0, 0], scale: [1, 1, 1] };
const length = tensorLength(spec);

/** A crop of the face: its scale, and whether it is mirrored. */
interface View {
  readonly scale: number;
  readonly mirrored: boolean;
}
const firstView: View = { scale: 1.8, mirrored: false };
const furtherViews: readonly View[] = [
  { scale: 1.8, mirrored: true },
  { scale: 1.5, mirrored: false },
  { scale: 1.5, mirrored: true },
  { scale: 2.7, mirrored: false },
  { scale: 2.7, mirrored: true },
];
/** If the first view's logit is closer to 0 than this, more views are needed (docs/decisions/0004-liveness-views.md). */
const uncertainLogit = 4;

/** The network's score of a face. */
export interface LivenessScore {
  /** logit of a bona fide presentation */
  readonly logit: number;
  /** number of views scored, 1 or 6 */
  readonly views: number;
}

/**
 * The passive liveness network, 8 ms per view. One view decides clear cases. Uncertain ones (about one in seven) get five more
 * views and the mean of the six logits. Reliable from a face height of about 180 px and in adequate light.
 */
export class PassiveLiveness {
  private readonly input = new KernelNumbers(length * furtherViews.length);

  constructor(private readonly session: Session) {}

  /** @param isDecided false where no verdict depends on the score: then one view suffices (default true) */
  async score(image: RgbImage, box: Box, isDecided = true): Promise<LivenessScore> {
    const [first] = await this.look(image, box, [firstView]);
    if (!isDecided || Math.abs(first!) >= uncertainLogit) return { logit: first!, views: 1 };
    const logits = [first!, ...(await this.look(image, box, furtherViews))];
    return { logit: logits.reduce((a, b) => a + b, 0) / logits.length, views: logits.length };
  }

  /** @returns per view, the logit of bona fide against the two attack classes combined */
  private async look(image: RgbImage, box: Box, views: readonly View[]): Promise<number[]> {
    views.forEach(({ scale, mirrored }, i) => {
      const crop = fitInside(squareAround(box, scale), image.width, image.height);
      const map = cropMap(crop, size, size);
      sampleInto(image, mirrored ? mirror(map, crop) : map, spec, this.input, i * length);
    });
    const { output } = await this.session.run(this.input.values.subarray(0, views.length * length), [
      views.length,
      3,
      size,
      size,
    ]);
    return views.map((_, i) => output![i * 3]! - logSumExp(output![i * 3 + 1]!, output![i * 3 + 2]!));
  }
}

const logSumExp = (a: number, b: number): number => Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)));
const mirror = (map: Affine, crop: Box): Affine => ({ ...map, a: -map.a, tx: crop.x2 });
