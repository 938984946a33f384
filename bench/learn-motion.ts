import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { findMotionFusion } from '../src/base/installation.js';
import { summarizeSequences } from '../src/evaluation/sequences/summarize-sequences.js';
import {
  hasLabelledSequences,
  labelledSequences,
  learnFusion,
  observeSequences,
  reportHeldOut,
} from '../test/accuracy/held-out-motion.js';
import { startMeasuringEngine } from '../test/measuring-engine.js';

// Learns models/motion-fusion.json from the labelled sequences beside the repository. The summaries are cross-validated by client: the
// sequences of each client are scored by numbers learned on those of the other clients, with the shipped models. A second summary, with
// `--packs FOLDER`, scores what the packs in use there see by the same numbers. `--write` writes the numbers learned on all.
if (!hasLabelledSequences()) {
  console.error(`${labelledSequences} does not exist: set TRIFACE_TEST_EVAL to the folder of the labelled sequences`);
  process.exit(1);
}

async function observe(packs?: string) {
  const engine = await startMeasuringEngine(availableParallelism(), packs);
  const observed = await observeSequences(engine);
  await engine.close();
  return { models: engine.livenessModels, observed };
}

const shipped = await observe();
const summarize = ({ models, observed }: Awaited<ReturnType<typeof observe>>): string =>
  `${models}, motion learned on other clients\n${summarizeSequences(reportHeldOut(observed, shipped.observed, models), '')}`;
console.log(summarize(shipped));
const packs = process.argv.includes('--packs') ? process.argv[process.argv.indexOf('--packs') + 1] : undefined;
if (packs) console.log(`\n${summarize(await observe(packs))}`);
const learned = `${JSON.stringify(learnFusion(shipped.observed), null, 2)}\n`;
console.log(`\n${learned}`);
if (process.argv.includes('--write')) writeFileSync(findMotionFusion(), learned);
