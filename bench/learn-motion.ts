import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { addEvidence, loadMotionFusion, type MotionFusion, motionInputs, weighMotion } from '../src/analysis/motion-fusion.js';
import type { ImageObservation } from '../src/analysis/observation.js';
import { regularPolicy } from '../src/analysis/policy.js';
import { findMotionFusion } from '../src/base/installation.js';
import { judgeSequence } from '../src/evaluation/sequences/judge-sequence.js';
import { readSequenceTable } from '../src/evaluation/sequences/read-sequence-table.js';
import { reportSequences } from '../src/evaluation/sequences/sequence-report.js';
import type { SequenceSample } from '../src/evaluation/sequences/sequence-sample.js';
import { summarizeSequences } from '../src/evaluation/sequences/summarize-sequences.js';
import { labelledPictures } from '../test/accuracy/labelled-pictures.js';
import { startMeasuringEngine } from '../test/measuring-engine.js';
import { learnMotion, type MotionExample } from './motion-regression.js';

// Learns models/motion-fusion.json from the labelled sequences beside the repository. The summaries are cross-validated by client: the
// sequences of each client are scored by numbers learned on those of the other clients, with the shipped models. A second summary, with
// `--packs FOLDER`, scores what the packs in use there see by the same numbers. `--write` writes the numbers learned on all.
const folds = 7;
const table = join(labelledPictures, 'sequences.csv');
if (!existsSync(table)) {
  console.error(`${table} does not exist: set TRIFACE_TEST_EVAL to the folder of the labelled sequences`);
  process.exit(1);
}
const samples = await readSequenceTable(table, { columns: { kind: 'detail' } });

interface Observed {
  readonly sample: SequenceSample;
  readonly observation: ImageObservation;
}

/** Sequences without a face in their picture are left out. */
async function observeAll(packs?: string): Promise<{ readonly models: string; readonly observed: readonly Observed[] }> {
  const engine = await startMeasuringEngine(availableParallelism(), packs);
  const read = (path: string): Uint8Array => new Uint8Array(readFileSync(join(labelledPictures, path)));
  const observed = await Promise.all(
    samples.map(async (sample) => {
      const earlier = sample.frames.slice(0, -1).map(({ path, at }) => ({ bytes: read(path), at }));
      const outcome = await engine.analyze({ bytes: read(sample.path), sequence: { at: sample.frames.at(-1)!.at, earlier } });
      return 'observation' in outcome && outcome.observation.sequence ? [{ sample, observation: outcome.observation }] : [];
    }),
  );
  await engine.close();
  return { models: engine.livenessModels, observed: observed.flat() };
}

const bounds = loadMotionFusion(findMotionFusion());
const round = (value: number): number => Number(value.toPrecision(6));

function learn(observed: readonly Observed[]): MotionFusion {
  const examples: MotionExample[] = observed.flatMap(({ sample, observation }) => {
    const { motion, pictureLiveness } = observation.sequence!;
    // What is carried along has evidence of its own.
    if (!motion || motion.carried) return [];
    return [{ pictureLiveness, confidence: motion.confidence, inputs: motionInputs(motion), live: sample.bonaFide }];
  });
  const { intercept, weights } = learnMotion(examples);
  return { ...bounds, intercept: round(intercept), weights: { residual: round(weights[0]), plane: round(weights[1]) } };
}

const clients = [...new Set(samples.map(({ client }) => client))].sort();
const foldOf = ({ client }: SequenceSample): number => clients.indexOf(client) % folds;

/** Scores and judges each sequence by the numbers that its client had no part in. */
function summarize({ models, observed }: Awaited<ReturnType<typeof observeAll>>, fusions: readonly MotionFusion[]): string {
  const judged = observed.map(({ sample, observation }) => {
    const sequence = observation.sequence!;
    const { motion, pictureLiveness } = sequence;
    const evidence = motion ? weighMotion(motion, fusions[foldOf(sample)]!) : 0;
    const liveness = motion ? addEvidence(pictureLiveness, evidence) : pictureLiveness;
    return judgeSequence(sample, { ...observation, sequence: { ...sequence, evidence, liveness } }, regularPolicy);
  });
  const options = {
    threshold: regularPolicy.liveness,
    policyVersion: regularPolicy.version,
    models,
    targets: [],
    seed: 1,
    listed: 0,
  };
  return `${models}, motion learned on other clients\n${summarizeSequences(reportSequences(judged, options), '')}`;
}

const shipped = await observeAll();
const held = Array.from({ length: folds }, (_, fold) => learn(shipped.observed.filter(({ sample }) => foldOf(sample) !== fold)));
console.log(summarize(shipped, held));
const packs = process.argv.includes('--packs') ? process.argv[process.argv.indexOf('--packs') + 1] : undefined;
if (packs) console.log(`\n${summarize(await observeAll(packs), held)}`);
const learned = learn(shipped.observed);
console.log(`\n${JSON.stringify(learned, null, 2)}`);
if (process.argv.includes('--write')) writeFileSync(findMotionFusion(), `${JSON.stringify(learned, null, 2)}\n`);
