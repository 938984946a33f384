import { sampleInto, type TensorSpec, tensorLength } from '../../imaging/crop.js';
import { type Box, cropMap, squareAround } from '../../imaging/geometry.js';
import type { RgbImage } from '../../imaging/image.js';
import { KernelNumbers } from '../../imaging/kernels/pixel-memory.js';
import type { Session } from '../session.js';
import { softmax } from './softmax.js';

// Hopenet-lite (Ruiz et al., 2018, arXiv:1710.00925), as packed by faceplugin (fr_pose).
// Input: the square around the box, 224×224, RGB, (v/255 − mean)/std with ImageNet's mean and std, NCHW.
// Output: 66 bins of 3° per angle, from −99°.
const size = 224;
const mean = [0.485, 0.456, 0.406];
const std = [0.229, 0.224, 0.225];
const spec: TensorSpec = {
  width: size,
  height: size,
  layout: 'nchw',
  colour: 'rgb',
  mean: mean.map((m) => m * 255),
  scale: std.map((s) => 1 / (255 * s)),
};
/** The network reports about −7° for a neutral head (measured on frontal portraits); the offset makes this 0. */
const pitchOffset = 7;

/** Head angles in degrees. */
export interface HeadPose {
  /** positive: nose towards the picture's left */
  readonly yaw: number;
  /** positive: chin up */
  readonly pitch: number;
  /** positive: rotated clockwise in the picture */
  readonly roll: number;
}

/** The pose network, 6.5 ms. */
export class HeadPoseModel {
  private readonly input = new KernelNumbers(tensorLength(spec));

  constructor(private readonly session: Session) {}

  /** @returns angles in degrees, about −99..99 */
  async estimate(image: RgbImage, box: Box): Promise<HeadPose> {
    const map = cropMap(squareAround(box, 1), size, size);
    const outputs = await this.session.run(sampleInto(image, map, spec, this.input), [1, 3, size, size]);
    return { yaw: toDegrees(outputs.output!), pitch: toDegrees(outputs['617']!) + pitchOffset, roll: toDegrees(outputs['618']!) };
  }
}

const toDegrees = (bins: Float32Array): number => softmax(bins).reduce((sum, p, i) => sum + p * i, 0) * 3 - 99;
