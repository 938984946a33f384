import { join } from 'node:path';
import { sampleTensor, tensorLength } from '../../imaging/crop.js';
import { fitSimilarity, type Point } from '../../imaging/geometry.js';
import type { RgbImage } from '../../imaging/image.js';
import type { FaceEmbedding } from '../models/face-embedding.js';
import type { Provider, Session } from '../session.js';
import { checkFit, inputShape } from './network-fit.js';
import type { RecognitionPackDescription } from './pack-description.js';
import { openPackSession } from './pack-liveness.js';

/** A recognition pack that lies in a directory, its file checked. Plain data: it goes to workers by structured clone. */
export interface RecognitionPack {
  /** name@version */
  readonly id: string;
  readonly directory: string;
  readonly description: RecognitionPackDescription;
}

/** A recognition network that is described by data: align by five points, normalise, run, scale to length 1. */
export class PackEmbedding {
  private readonly input: Float32Array;
  private readonly template: readonly Point[];

  private constructor(
    private readonly session: Session,
    private readonly network: RecognitionPackDescription['networks'][number],
    private readonly id: string,
  ) {
    this.input = new Float32Array(tensorLength(network.input));
    this.template = network.alignment.points.map(([x, y]) => ({ x, y }));
  }

  /** @throws PackError when the network does not load or is not what the description says; ProviderError */
  static async open({ id, directory, description }: RecognitionPack, provider: Provider): Promise<PackEmbedding> {
    const network = description.networks[0]!;
    const session = await openPackSession(join(directory, network.file), network.file, network.output.name, id, provider);
    try {
      checkFit(session, network, id);
    } catch (error) {
      await session.release();
      throw error;
    }
    return new PackEmbedding(session, network, id);
  }

  /**
   * @param five eye centres, nose tip and mouth corners in pixels of the picture, the subject's right side first
   * @throws Error when the network gives another number of values than described, or one that is none
   */
  async embed(image: RgbImage, five: readonly Point[]): Promise<FaceEmbedding> {
    const { input, output } = this.network;
    const tensor = sampleTensor(image, fitSimilarity(this.template, five), input, this.input);
    const vector = (await this.session.run(tensor, inputShape(input)))[output.name]!;
    if (vector.length !== output.length || !vector.every(Number.isFinite))
      throw new Error(`model pack ${this.id}: ${this.network.file} gave ${vector.length} values, or one that is no number`);
    const norm = Math.sqrt(vector.reduce((sum, v) => sum + v * v, 0));
    return { vector: vector.map((v) => v / Math.max(norm, 1e-12)), norm };
  }

  close(): Promise<void> {
    return this.session.release();
  }
}
