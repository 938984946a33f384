import type { Engine } from '../../src/analysis/engine.js';
import type { FaceObservation } from '../../src/analysis/observation.js';
import type { Verdict } from '../../src/analysis/verdict.js';
import { judgeOutcome, withoutPacks } from '../../test/accuracy/judge-outcome.js';
import { type LabelledPicture, readLabelledPicture } from '../../test/accuracy/labelled-pictures.js';

/** A labelled picture with what was measured on it. */
export type Measured<P extends LabelledPicture> = P & {
  /** by the regular policy, with the models in use, and with the shipped models alone */
  readonly verdict: Verdict;
  readonly shippedVerdict: Verdict;
  /** the largest face, even if several count; undefined if none was found */
  readonly face: FaceObservation | undefined;
};

const atOnce = 16;

/** Analyses and judges pictures, in their order. A few are in memory at a time. */
export async function measurePictures<P extends LabelledPicture>(engine: Engine, pictures: readonly P[]): Promise<Measured<P>[]> {
  const measured: Measured<P>[] = [];
  for (let i = 0; i < pictures.length; i += atOnce) {
    const batch = pictures.slice(i, i + atOnce).map(async (picture) => {
      const outcome = await engine.analyze({ bytes: readLabelledPicture(picture) });
      const face = 'observation' in outcome ? outcome.observation.faces[0] : undefined;
      return { ...picture, verdict: judgeOutcome(outcome), shippedVerdict: judgeOutcome(withoutPacks(outcome)), face };
    });
    measured.push(...(await Promise.all(batch)));
  }
  return measured;
}
