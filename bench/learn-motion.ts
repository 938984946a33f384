import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import type { Engine } from '../src/analysis/engine.js';
import { addEvidence, loadMotionFusion, type MotionFusion, motionInputs, weighMotion } from '../src/analysis/motion-fusion.js';
import type { SequenceObservation } from '../src/analysis/observation.js';
import { findMotionFusion } from '../src/base/installation.js';
import { makeErrorCurve } from '../src/evaluation/error-curve.js';
import { labelledPictures } from '../test/accuracy/labelled-pictures.js';
import { startMeasuringEngine } from '../test/measuring-engine.js';
import { learnMotion, type MotionExample } from './motion-regression.js';

// Learns models/motion-fusion.json from the labelled sequences beside the repository. What is printed is cross-validated by client: the
// sequences of each client are scored by numbers learned on those of other clients. `--write` writes the numbers learned on all;
// `--packs FOLDER` measures with the model packs in use there, and does not write.
interface Observed {
  readonly live: boolean;
  readonly species: string;
  readonly client: string;
  /** of the last frame alone, 0..1 */
  readonly photoLiveness: number;
  readonly sequence: SequenceObservation;
}

const folds = 7;
const table = join(labelledPictures, 'sequences.csv');
if (!existsSync(table)) {
  console.error(`${table} does not exist: set TRIFACE_TEST_EVAL to the folder of the labelled sequences`);
  process.exit(1);
}

async function observeAll(engine: Engine): Promise<Observed[]> {
  const rows: Record<string, string>[] = parse(readFileSync(table), { columns: true, record_delimiter: ['\r\n', '\n'] });
  const sequences = new Map<string, Record<string, string>[]>();
  for (const row of rows) sequences.set(row.sequence!, [...(sequences.get(row.sequence!) ?? []), row]);
  const observed = await Promise.all(
    [...sequences.values()].map(async (frames) => {
      const timed = frames
        .sort((a, b) => Number(a.frame) - Number(b.frame))
        .map(({ path, milliseconds }) => ({
          bytes: new Uint8Array(readFileSync(join(labelledPictures, path!))),
          at: Number(milliseconds),
        }));
      const { bytes, at } = timed.pop()!;
      const outcome = await engine.analyze({ bytes, sequence: { at, earlier: timed } });
      const { label, kind, detail, client } = frames[0]!;
      const face = 'observation' in outcome ? outcome.observation.faces[0] : undefined;
      if (!face || !('observation' in outcome) || !outcome.observation.sequence) return undefined;
      const live = label === 'live';
      const { sequence } = outcome.observation;
      return { live, species: live ? 'live' : detail || kind!, client: client!, photoLiveness: face.liveness, sequence };
    }),
  );
  return observed.filter((one) => one !== undefined);
}

const toExample = ({ live, client, sequence }: Observed): MotionExample[] =>
  sequence.motion
    ? [
        {
          pictureLiveness: sequence.pictureLiveness,
          confidence: sequence.motion.confidence,
          inputs: motionInputs(sequence.motion),
          live,
          client,
        },
      ]
    : [];

const bounds = loadMotionFusion(findMotionFusion());
const round = (value: number): number => Number(value.toPrecision(6));
function learn(observed: readonly Observed[]): MotionFusion {
  const { intercept, weights } = learnMotion(observed.flatMap(toExample));
  return {
    ...bounds,
    intercept: round(intercept),
    weights: { residual: round(weights[0]), plane: round(weights[1]) },
  };
}

const scoreBy = ({ sequence }: Observed, fusion: MotionFusion): number =>
  sequence.motion ? addEvidence(sequence.pictureLiveness, weighMotion(sequence.motion, fusion)) : sequence.pictureLiveness;

function crossValidate(observed: readonly Observed[]): number[] {
  const clients = [...new Set(observed.map(({ client }) => client))].sort();
  const foldOf = ({ client }: Observed): number => clients.indexOf(client) % folds;
  const fusions = Array.from({ length: folds }, (_, fold) => learn(observed.filter((one) => foldOf(one) !== fold)));
  return observed.map((one) => scoreBy(one, fusions[foldOf(one)]!));
}

function describe(title: string, observed: readonly Observed[], scores: readonly number[]): string {
  const live = scores.filter((_, i) => observed[i]!.live);
  const attack = scores.filter((_, i) => !observed[i]!.live);
  const { area, equalError } = makeErrorCurve(live, attack);
  const percent = (part: number): string => `${(100 * part).toFixed(1)} %`;
  const rejected = live.filter((score) => score < 0.5).length / live.length;
  const accepted = attack.filter((score) => score >= 0.5).length / attack.length;
  return `| ${title} | ${area.toFixed(3)} | ${percent(equalError)} | ${percent(rejected)} / ${percent(accepted)} |`;
}

const packs = process.argv[process.argv.indexOf('--packs') + 1];
const hasPacks = process.argv.includes('--packs');
const engine = await startMeasuringEngine(availableParallelism(), hasPacks ? packs : undefined);
const observed = await observeAll(engine);
console.log(
  `${observed.length} sequences of ${new Set(observed.map(({ client }) => client)).size} clients; ${engine.livenessModels}\n`,
);
await engine.close();
console.log('| score | AUC | EER | BPCER / APCER at 0.5 |\n|---|---|---|---|');
const held = crossValidate(observed);
for (const [title, scores] of [
  ['last frame alone', observed.map(({ photoLiveness }) => photoLiveness)],
  ['all frames, without motion', observed.map(({ sequence }) => sequence.pictureLiveness)],
  ['with motion, other clients (cross-validated)', held],
  ['with the numbers in use (in-sample)', observed.map((one) => scoreBy(one, bounds))],
] as const)
  console.log(describe(title, observed, scores));

console.log(
  '\n| species | sequences | statement | AUC of the motion alone | accepted at 0.5: last frame / with motion |\n|---|---|---|---|---|',
);
const evidenceOf = ({ sequence }: Observed): number[] => (sequence.motion ? [Math.log(sequence.motion.residualRatio)] : []);
const lively = observed.filter(({ live }) => live).flatMap(evidenceOf);
for (const species of [...new Set(observed.map((one) => one.species))].sort()) {
  const members = observed.flatMap((one, i) => (one.species === species ? [{ one, score: held[i]! }] : []));
  const motions = members.flatMap(({ one }) => evidenceOf(one));
  const area = species === 'live' || motions.length === 0 ? '' : makeErrorCurve(lively, motions).area.toFixed(2);
  const photos = members.filter(({ one }) => one.photoLiveness >= 0.5).length;
  console.log(
    `| ${species} | ${members.length} | ${motions.length} | ${area} | ${photos} / ${members.filter(({ score }) => score >= 0.5).length} |`,
  );
}

const reasons = new Map<string, number>();
for (const { live, sequence } of observed)
  if (sequence.noMotion) {
    const key = `${live ? 'live' : 'attack'}: ${sequence.noMotion}`;
    reasons.set(key, (reasons.get(key) ?? 0) + 1);
  }
console.log(`\nno statement: ${[...reasons].map(([reason, count]) => `${reason} ${count}`).join(', ')}`);

const learned = learn(observed);
console.log(`\n${JSON.stringify(learned, null, 2)}`);
if (process.argv.includes('--write') && !hasPacks) writeFileSync(findMotionFusion(), `${JSON.stringify(learned, null, 2)}\n`);
