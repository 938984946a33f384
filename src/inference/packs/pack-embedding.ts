import { join } from 'node:path';
import { sampleInto, tensorLength } from '../../imaging/crop.js';
import { fitSimilarity, type Point } from '../../imaging/geometry.js';
import type { RgbImage } from '../../imaging/image.js';
import { KernelNumbers } from '../../imaging/kernels/pixel-memory.js';
import type { FaceEmbedding } from '../models/face-embedding.js';
import type { Session, SessionPlace } from '../session.js';
import { checkFit, inputShape } from './network-fit.js';
import type { RecognitionPackDescription } from './pack-description.js';
import { PackError } from './pack-error.js';
import { openPackSession } from './pack-liveness.js';

/** A recognition pack in a directory, with its file checked. Plain data, which can be sent to workers by structured clone. */
export interface RecognitionPack {
  /** name@version */
  readonly id: string;
  readonly directory: string;
  readonly description: RecognitionPackDescription;
}

/**
 * A recognition network described by data: align by five points, normalise the input, run, normalise the vector to unit length.
 */
export class PackEmbedding {
  private readonly input: KernelNumbers;
  private readonly template: readonly Point[];

  private constructor(
    private readonly session: Session,
    private readonly network: RecognitionPackDescription['networks'][number],
    private readonly id: string,
  ) {
    this.input = new KernelNumbers(tensorLength(network.input));
    this.template = network.alignment.points.map(([x, y]) => ({ x, y }));
  }

  /** Loads the network. @throws PackError if it does not load or does not match its description; ProviderError */
  static async open({ id, directory, description }: RecognitionPack, place: SessionPlace): Promise<PackEmbedding> {
    const network = description.networks[0]!;
    const session = await openPackSession(join(directory, network.file), network.file, network.output.name, id, place);
    try {
      checkFit(session, network, id);
    } catch (error) {
      await session.release();
      throw error;
    }
    return new PackEmbedding(session, network, id);
  }

  /**
   * Computes the embedding of a face.
   * @param five eye centres, nose tip and mouth corners in picture pixels, the subject's right side first
   * @throws PackError if the network returns another number of values than described, or a value that is not finite
   */
  async embed(image: RgbImage, five: readonly Point[]): Promise<FaceEmbedding> {
    const { input, output } = this.network;
    const tensor = sampleInto(image, fitSimilarity(this.template, five), input, this.input);
    const vector = (await this.session.run(tensor, inputShape(input)))[output.name]!;
    if (vector.length !== output.length || !vector.every(Number.isFinite))
      throw new PackError(
        `model pack ${this.id}: ${this.network.file} returned ${vector.length} values (expected ${output.length}), or a value that is not finite`,
      );
    const norm = Math.sqrt(vector.reduce((sum, v) => sum + v * v, 0));
    return { vector: vector.map((v) => v / Math.max(norm, 1e-12)), norm };
  }

  close(): Promise<void> {
    return this.session.release();
  }
}
