import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from '../../src/analysis/engine.js';
import { addEvidence, loadMotionFusion, type MotionFusion, motionInputs, weighMotion } from '../../src/analysis/motion-fusion.js';
import type { ImageObservation } from '../../src/analysis/observation.js';
import { regularPolicy } from '../../src/analysis/policy.js';
import { findMotionFusion } from '../../src/base/installation.js';
import { judgeSequence } from '../../src/evaluation/sequences/judge-sequence.js';
import { readSequenceTable } from '../../src/evaluation/sequences/read-sequence-table.js';
import { reportSequences, type SequenceReport } from '../../src/evaluation/sequences/sequence-report.js';
import type { SequenceSample } from '../../src/evaluation/sequences/sequence-sample.js';
import { labelledPictures } from './labelled-pictures.js';
import { learnMotion, type MotionExample } from './motion-regression.js';

/** The table of the labelled sequences. */
export const labelledSequences = join(labelledPictures, 'sequences.csv');
/** Whether it exists. Tests that need it are skipped otherwise. */
export const hasLabelledSequences = (): boolean => existsSync(labelledSequences);

/** A labelled sequence with what was measured on it. */
export interface ObservedSequence {
  readonly sample: SequenceSample;
  readonly observation: ImageObservation;
}

/** Analyses the labelled sequences. Those without a face in their picture are left out. */
export async function observeSequences(engine: Engine): Promise<ObservedSequence[]> {
  const read = (path: string): Uint8Array => new Uint8Array(readFileSync(join(labelledPictures, path)));
  const observed = await Promise.all(
    (await readSequenceTable(labelledSequences, { columns: { kind: 'detail' } })).map(async (sample) => {
      const earlier = sample.frames.slice(0, -1).map(({ path, at }) => ({ bytes: read(path), at }));
      const outcome = await engine.analyze({ bytes: read(sample.path), sequence: { at: sample.frames.at(-1)!.at, earlier } });
      return 'observation' in outcome && outcome.observation.sequence ? [{ sample, observation: outcome.observation }] : [];
    }),
  );
  return observed.flat();
}

/** Learns the weights of the motion; its bounds are those in use. */
export function learnFusion(observed: readonly ObservedSequence[]): MotionFusion {
  const examples: MotionExample[] = observed.flatMap(({ sample, observation }) => {
    const { motion, pictureLiveness } = observation.sequence!;
    // What is carried along has evidence of its own.
    if (!motion || motion.carried) return [];
    return [{ pictureLiveness, confidence: motion.confidence, inputs: motionInputs(motion), live: sample.bonaFide }];
  });
  const { intercept, weights } = learnMotion(examples);
  const round = (value: number): number => Number(value.toPrecision(6));
  return {
    ...loadMotionFusion(findMotionFusion()),
    intercept: round(intercept),
    weights: { residual: round(weights[0]), plane: round(weights[1]) },
  };
}

const folds = 7;

/**
 * Reports sequences, each scored by weights that its client had no part in.
 * @param learnedFrom the same sequences, measured with the shipped models
 * @param models for the report
 */
export function reportHeldOut(
  observed: readonly ObservedSequence[],
  learnedFrom: readonly ObservedSequence[],
  models: string,
): SequenceReport {
  const clients = [...new Set(learnedFrom.map(({ sample }) => sample.client))].sort();
  const foldOf = ({ sample }: ObservedSequence): number => clients.indexOf(sample.client) % folds;
  const fusions = Array.from({ length: folds }, (_, fold) => learnFusion(learnedFrom.filter((one) => foldOf(one) !== fold)));
  const judged = observed.map((one) => {
    const sequence = one.observation.sequence!;
    const { motion, pictureLiveness } = sequence;
    const evidence = motion ? weighMotion(motion, fusions[foldOf(one)]!) : 0;
    const liveness = motion ? addEvidence(pictureLiveness, evidence) : pictureLiveness;
    const scored = { ...one.observation, sequence: { ...sequence, evidence, liveness } };
    return judgeSequence(one.sample, scored, regularPolicy);
  });
  const { liveness: threshold, version: policyVersion } = regularPolicy;
  return reportSequences(judged, { threshold, policyVersion, models, targets: [], seed: 1, listed: 0 });
}
