import { join } from 'node:path';
import { toLogit, toProbability } from '../../base/logit.js';
import type { Box } from '../../imaging/geometry.js';
import type { RgbImage } from '../../imaging/image.js';
import { ProviderError } from '../provider-error.js';
import { openSession, type Session, type SessionPlace } from '../session.js';
import type { LivenessPackDescription } from './pack-description.js';
import { PackError } from './pack-error.js';
import { PackNetwork } from './pack-network.js';

/** A liveness pack in a directory, with its files checked. Plain data, which can be sent to workers by structured clone. */
export interface LivenessPack {
  /** name@version */
  readonly id: string;
  readonly directory: string;
  readonly description: LivenessPackDescription;
}

/** The loaded networks of a liveness pack, combined to one score. */
export class PackLiveness {
  private constructor(
    readonly id: string,
    private readonly networks: readonly PackNetwork[],
    private readonly sessions: readonly Session[],
    private readonly combine: LivenessPackDescription['combine'],
  ) {}

  /** Loads the networks. @throws PackError if one does not load or does not match its description; ProviderError */
  static async open({ id, directory, description }: LivenessPack, place: SessionPlace): Promise<PackLiveness> {
    const sessions: Session[] = [];
    const networks: PackNetwork[] = [];
    try {
      for (const network of description.networks) {
        const session = await openPackSession(join(directory, network.file), network.file, network.output.name, id, place);
        sessions.push(session);
        networks.push(new PackNetwork(session, network, id));
      }
    } catch (error) {
      await Promise.all(sessions.map((session) => session.release()));
      throw error;
    }
    return new PackLiveness(id, networks, sessions, description.combine);
  }

  /** @returns probability of a bona fide presentation, 0..1 */
  async score(image: RgbImage, box: Box): Promise<number> {
    const probabilities: number[] = [];
    for (const network of this.networks) probabilities.push(await network.score(image, box));
    const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
    if (probabilities.length === 1) return probabilities[0]!;
    return this.combine === 'mean-logit' ? toProbability(mean(probabilities.map(toLogit))) : mean(probabilities);
  }

  async close(): Promise<void> {
    await Promise.all(this.sessions.map((session) => session.release()));
  }
}

/** Loads a network of a pack. @throws PackError if onnxruntime cannot load it; ProviderError */
export async function openPackSession(
  path: string,
  file: string,
  output: string,
  id: string,
  place: SessionPlace,
): Promise<Session> {
  try {
    return await openSession(path, place, [output]);
  } catch (error) {
    if (error instanceof ProviderError) throw error;
    const why = error instanceof Error ? error.message.split('\n')[0]!.replaceAll(path, file) : 'unknown reason';
    throw new PackError(`model pack ${id}: ${file} could not be loaded by onnxruntime (${why.slice(0, 300)})`, {
      cause: error,
    });
  }
}
