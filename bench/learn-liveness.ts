import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { findLivenessFusion } from '../src/base/installation.js';
import {
  hasLabelledPictures,
  labelledPictures,
  listLabelledPictures,
  readLabelledPicture,
} from '../test/accuracy/labelled-pictures.js';
import { startMeasuringEngine } from '../test/measuring-engine.js';
import { applyRegression, type Example, learnRegression, leaveSourcesOut, signalNames } from './liveness-regression.js';

// Learns models/liveness-fusion.json: a logistic regression from the liveness signals to bona fide, on the labelled pictures beside the
// repository (dev half, tight crops left out). What is printed is cross-validated by source: each source's pictures are scored by numbers
// learned on the others, since pictures of one source are alike. `--write` writes the numbers learned on all.
if (!hasLabelledPictures()) {
  console.error(`${labelledPictures} does not exist: set TRIFACE_TEST_EVAL to the folder of the labelled pictures`);
  process.exit(1);
}

interface ObservedFace extends Example {
  /** bona fide photographs of the recognition set: learned from and held against, but no part of the attack figures */
  readonly further: boolean;
}

async function observeAll(): Promise<ObservedFace[]> {
  const engine = await startMeasuringEngine(availableParallelism());
  const pictures = [
    ...listLabelledPictures('A_antispoof').filter(({ kind }) => !/tightcrop|synthetic/.test(kind)),
    ...listLabelledPictures('B_recognition').filter(({ kind }) => /^(lfw|photo|press_photo)$/.test(kind)),
  ];
  const examples = await Promise.all(
    pictures.map(async (picture) => {
      const outcome = await engine.analyze({ bytes: readLabelledPicture(picture) });
      const face = 'observation' in outcome ? outcome.observation.faces[0] : undefined;
      return (
        face && {
          signals: signalNames.map((name) => face.livenessSignals[name]),
          live: picture.label !== 'attack',
          source: picture.source,
          further: picture.category === 'B_recognition',
        }
      );
    }),
  );
  await engine.close();
  return examples.filter((example) => example !== undefined);
}

/** Scores by leave-one-source-out. */
function crossValidate(examples: readonly Example[]): number[] {
  const regressionFor = leaveSourcesOut(examples);
  return examples.map(({ source, signals }) => applyRegression(regressionFor(source), signals));
}

function describe(title: string, examples: readonly ObservedFace[], scores: readonly number[]): string {
  const live = scores.filter((_, i) => examples[i]!.live && !examples[i]!.further);
  const further = scores.filter((_, i) => examples[i]!.further);
  const attack = scores.filter((_, i) => !examples[i]!.live).sort((a, b) => b - a);
  const auc =
    live.reduce((sum, l) => sum + attack.reduce((n, a) => n + (l > a ? 1 : l === a ? 0.5 : 0), 0), 0) /
    live.length /
    attack.length;
  const rejected = (threshold: number): number => live.filter((score) => score < threshold).length / live.length;
  const accepted = (threshold: number): number => attack.filter((score) => score >= threshold).length / attack.length;
  const eer = Math.min(...[...live, ...attack].map((threshold) => Math.max(rejected(threshold), accepted(threshold))));
  const fence = attack[Math.floor(0.05 * attack.length)]!;
  const atFence = live.filter((score) => score <= fence).length / live.length;
  const percent = (part: number): string => `${(100 * part).toFixed(1)} %`;
  return `| ${title} | ${auc.toFixed(4)} | ${percent(eer)} | ${percent(rejected(0))} / ${percent(accepted(0))} | ${percent(atFence)} | ${percent(further.filter((score) => score < 0).length / further.length)} |`;
}

const examples = await observeAll();
const only = (kept: readonly number[]) =>
  examples.map((example) => ({ ...example, signals: example.signals.map((value, k) => (kept.includes(k) ? value : 0)) }));
console.log(
  `${examples.length} pictures of ${new Set(examples.map(({ source }) => source)).size} sources; scores by leave-one-source-out\n`,
);
console.log(
  `| signals | AUC | EER | BPCER / APCER at 0.5 | BPCER at APCER 5 % | BPCER at 0.5 of ${examples.filter(({ further }) => further).length} further photographs |\n|---|---|---|---|---|---|`,
);
console.log(
  describe(
    'network alone, as it is',
    examples,
    examples.map(({ signals }) => signals[0]!),
  ),
);
for (const [title, kept] of [
  ['network, calibrated', [0]],
  ['+ periodicity', [0, 1]],
  ['+ straight edges', [0, 2]],
  ['+ both', [0, 1, 2]],
] as const) {
  const part = only(kept);
  console.log(describe(title, part, crossValidate(part)));
}
const learned = learnRegression(examples);
console.log(
  describe(
    'both, learned and scored on all (optimistic)',
    examples,
    examples.map(({ signals }) => applyRegression(learned, signals)),
  ),
);

const round = (value: number): number => Number(value.toPrecision(6));
const fusion = {
  version: 'fusion-1',
  about:
    'Logistic regression from the liveness signals to bona fide; learned by bench/learn-liveness.ts, figures in docs/accuracy.md.',
  intercept: round(learned.intercept),
  weights: Object.fromEntries(signalNames.map((name, k) => [name, round(learned.weights[k]!)])),
};
console.log(`\n${JSON.stringify(fusion, null, 2)}`);
if (process.argv.includes('--write')) writeFileSync(findLivenessFusion(), `${JSON.stringify(fusion, null, 2)}\n`);
