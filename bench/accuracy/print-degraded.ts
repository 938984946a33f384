import { availableParallelism } from 'node:os';
import sharp from 'sharp';
import { regularPolicy } from '../../src/analysis/policy.js';
import { judge } from '../../src/analysis/verdict.js';
import { loadConfig } from '../../src/config/load.js';
import { percent } from '../../src/evaluation/describe-numbers.js';
import { reweigh } from '../../src/evaluation/reweigh.js';
import { findPackFolders } from '../../src/inference/packs/pack-folders.js';
import { listPresentations, readLabelledPicture } from '../../test/accuracy/labelled-pictures.js';
import { startMeasuringEngine } from '../../test/measuring-engine.js';
import { chooseBases } from './choose-bases.js';
import { type Degradation, degradations } from './degrade.js';
import { measurePictures } from './measure-pictures.js';
import { table } from './tables.js';

// Prints the tables of decision 23: labelled pictures (TRIFACE_TEST_EVAL) made smaller, softer, noisier and more compressed, by the packs in
// use in DATA_DIR and by the shipped models alone.
const leastHeight = 200;
const greatestHeight = 320;
const perGroup = 6;

interface Result {
  readonly live: boolean;
  readonly aspect: Degradation['aspect'];
  /** judgeability, and the measures behind it */
  readonly judgeability: number;
  readonly height: number;
  readonly sharpness: number;
  readonly noise: number;
  readonly blockiness: number;
  /** liveness score and first liveness finding, by the shipped models and by those in use */
  readonly scores: readonly number[];
  readonly outcomes: readonly string[];
}

const engine = await startMeasuringEngine(availableParallelism(), findPackFolders(loadConfig(process.env).DATA_DIR));
const pictures = listPresentations().filter(({ stratum }) => /^(development|dev3|full)$/.test(stratum));
const bases = chooseBases(await measurePictures(engine, pictures), leastHeight, perGroup);

const measure = async (picture: Buffer, live: boolean, aspect: Degradation['aspect']): Promise<Result[]> => {
  const outcome = await engine.analyze({ bytes: picture });
  const face = 'observation' in outcome ? outcome.observation.faces[0] : undefined;
  if (!face || !('observation' in outcome)) return [];
  const { noise = 0, blockiness = 1, sharpness, judgeability, box } = face;
  const sides = [reweigh(outcome.observation, { shipped: 1 }), outcome.observation];
  const outcomes = sides.map((side) => {
    const { findings } = judge(side, regularPolicy);
    return findings.find((finding) => finding === 'not-judgeable' || finding === 'attack') ?? 'live';
  });
  const scores = sides.map(({ faces: [of] }) => of!.liveness);
  return [{ live, aspect, judgeability, height: box.y2 - box.y1, sharpness, noise, blockiness, scores, outcomes }];
};

const results: Result[] = [];
for (const base of bases) {
  const { y1, y2 } = base.face!.box;
  const reduce = Math.min(1, greatestHeight / (y2 - y1));
  const { autoOrient } = await sharp(readLabelledPicture(base)).metadata();
  const picture = await sharp(readLabelledPicture(base))
    .autoOrient()
    .resize({ width: Math.round(autoOrient.width * reduce), kernel: 'linear' })
    .removeAlpha()
    .toColourspace('srgb')
    .png({ compressionLevel: 1 })
    .toBuffer();
  const made = degradations.map(async ({ aspect, apply }) =>
    measure(await apply(picture, (y2 - y1) * reduce), base.label === 'live', aspect),
  );
  results.push(...(await Promise.all(made)).flat());
}
await engine.close();

const share = (of: readonly Result[], holds: (result: Result) => boolean): string =>
  of.length === 0 ? '–' : percent(of.filter(holds).length / of.length, 0);
/** Bona fide for which the first holds / attacks for which the second does. */
const both = (of: readonly Result[], bonaFide: (r: Result) => boolean, attack: (r: Result) => boolean): string =>
  `${share(
    of.filter(({ live }) => live),
    bonaFide,
  )} / ${share(
    of.filter(({ live }) => !live),
    attack,
  )}`;
const errors = (of: readonly Result[], side: number): string =>
  both(
    of,
    ({ scores }) => scores[side]! < 0.5,
    ({ scores }) => scores[side]! >= 0.5,
  );
const judged = (of: readonly Result[], side: number): string[] => [
  both(
    of,
    ({ outcomes }) => outcomes[side] === 'attack',
    ({ outcomes }) => outcomes[side] === 'live',
  ),
  both(
    of,
    ({ outcomes }) => outcomes[side] === 'not-judgeable',
    ({ outcomes }) => outcomes[side] === 'not-judgeable',
  ),
];
const counts = (of: readonly Result[]): string =>
  `${of.filter(({ live }) => live).length} / ${of.filter(({ live }) => !live).length}`;
const between = (
  key: 'judgeability' | 'height' | 'sharpness' | 'noise' | 'blockiness',
  edges: readonly number[],
  among = results,
) =>
  edges.slice(1).map((to, i) => ({
    name: `${edges[i]}–${Number.isFinite(to) ? to : ''}`,
    of: among.filter((result) => result[key] >= edges[i]! && result[key] < to),
  }));

console.log(`Models in use: ${engine.livenessModels}. ${bases.length} pictures, ${results.length} made of them.`);
console.log('Errors at 0.5 by the score alone: bona fide rejected / attacks accepted.\n');
console.log(
  table(
    ['judgeability', 'bona fide / attacks', ...['shipped', 'in use'].flatMap((name) => [name, 'with the rule', 'asked again'])],
    between('judgeability', [0, 0.1, 0.25, 0.5, 0.75, 1.01]).map(({ name, of }) => [
      name,
      counts(of),
      ...[0, 1].flatMap((side) => [errors(of, side), ...judged(of, side)]),
    ]),
  ),
);
const edgesOf = {
  height: [0, 90, 130, 180, Number.POSITIVE_INFINITY],
  sharpness: [0, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, Number.POSITIVE_INFINITY],
  noise: [0, 4, 6, 8, 10, 12, Number.POSITIVE_INFINITY],
  blockiness: [0, 2, 3, 4, 6, 10, 15, Number.POSITIVE_INFINITY],
} as const;
for (const [aspect, edges] of Object.entries(edgesOf) as [keyof typeof edgesOf, readonly number[]][]) {
  const among = results.filter((result) => result.aspect === aspect || result.aspect === 'same');
  const rows = between(aspect, edges, among).map(({ name, of }) => [name, counts(of), errors(of, 0), errors(of, 1)]);
  console.log(`\n${table([aspect, 'bona fide / attacks', 'shipped', 'in use'], rows)}`);
}
