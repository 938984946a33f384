import { toProbability } from '../../base/logit.js';
import { sampleInto, tensorLength } from '../../imaging/crop.js';
import { type Box, boxCentre, boxHeight, boxWidth, cropMap, fitInside } from '../../imaging/geometry.js';
import type { RgbImage } from '../../imaging/image.js';
import { KernelNumbers } from '../../imaging/kernels/pixel-memory.js';
import { resampleTensor } from '../../imaging/resample.js';
import { softmax } from '../models/softmax.js';
import type { Session } from '../session.js';
import { checkFit, inputShape } from './network-fit.js';
import type { LivenessNetwork } from './pack-description.js';
import { PackError } from './pack-error.js';

/**
 * A liveness network described by data: crop, resize, normalise, run, read the probability of live.
 * docs/model-packs.md explains the fields of the description.
 */
export class PackNetwork {
  private readonly input: KernelNumbers;
  private readonly shape: readonly number[];

  /** @param id of the pack, for messages @throws PackError if the network's inputs or outputs do not match its description */
  constructor(
    private readonly session: Session,
    private readonly network: LivenessNetwork,
    private readonly id: string,
  ) {
    checkFit(session, network, id);
    this.input = new KernelNumbers(tensorLength(network.input));
    this.shape = inputShape(network.input);
  }

  /**
   * Scores a face.
   * @param box the detector's box of the face
   * @returns probability of a bona fide presentation, 0..1
   * @throws Error if the network returns too few values, a value that is not finite, or a probability outside 0..1
   */
  async score(image: RgbImage, box: Box): Promise<number> {
    this.fill(image, box);
    const { name, kind, liveIndex } = this.network.output;
    const output = (await this.session.run(this.input.values, this.shape))[name]!;
    const needed = Math.max(liveIndex + 1, kind === 'softmax' ? 2 : 1);
    if (output.length < needed) throw this.fault(`returned ${output.length} values, but at least ${needed} are needed`);
    const value = output[liveIndex]!;
    if (!output.every(Number.isFinite)) throw this.fault('returned a value that is not finite');
    if (kind === 'softmax') return softmax(output)[liveIndex]!;
    if (kind === 'sigmoid') return toProbability(value);
    if (value < -1e-3 || value > 1 + 1e-3) throw this.fault(`returned ${value}, which is outside 0..1`);
    return Math.min(1, Math.max(0, value));
  }

  private fill(image: RgbImage, box: Box): void {
    const { crop, input, resize } = this.network;
    const wanted = scaledBox(box, crop);
    const cut = crop.outside === 'shift' ? fitInside(wanted, image.width, image.height) : wanted;
    // The fast path, which avoids a copy of the crop; the shipped models use it too.
    if (resize === 'bilinear' && crop.outside !== 'reflect') {
      sampleInto(image, cropMap(cut, input.width, input.height), input, this.input);
    } else {
      const outside = crop.outside === 'reflect' ? 'reflect' : 'zero';
      resampleTensor(image, cut, input, { outside, kernel: resize }, this.input.values);
    }
  }

  private fault(what: string): PackError {
    return new PackError(`model pack ${this.id}: ${this.network.file} ${what}`);
  }
}

function scaledBox(box: Box, { box: shape, scale }: LivenessNetwork['crop']): Box {
  const { x, y } = boxCentre(box);
  const side = shape === 'square-height' ? boxHeight(box) : Math.max(boxWidth(box), boxHeight(box));
  const w = ((shape === 'raw' ? boxWidth(box) : side) * scale) / 2;
  const h = ((shape === 'raw' ? boxHeight(box) : side) * scale) / 2;
  return { x1: x - w, y1: y - h, x2: x + w, y2: y + h };
}
