import { availableParallelism } from 'node:os';
import { toLogit, toProbability } from '../../src/base/logit.js';
import { loadConfig } from '../../src/config/load.js';
import { findPacksDir } from '../../src/inference/packs/find-packs-dir.js';
import {
  hasLabelledPictures,
  labelledPictures,
  listLabelledPictures,
  listPresentations,
  type Presentation,
  strata,
} from '../../test/accuracy/labelled-pictures.js';
import { startMeasuringEngine } from '../../test/measuring-engine.js';
import { applyRegression, leaveSourcesOut, signalNames } from '../liveness-regression.js';
import { type Measured, measurePictures } from './measure-pictures.js';
import { describeScores, describeShare, group, scoreColumns, table } from './tables.js';

// Prints the tables of docs/accuracy.md as Markdown: the labelled pictures (TRIFACE_TEST_EVAL, without the sealed half), analysed by the
// engine with the packs in use in DATA_DIR and judged by the regular policy.
if (!hasLabelledPictures()) {
  console.error(`${labelledPictures} does not exist: set TRIFACE_TEST_EVAL to the folder of the labelled pictures`);
  process.exit(1);
}

type Judged = Measured<Presentation>;

const engine = await startMeasuringEngine(availableParallelism(), findPacksDir(loadConfig(process.env).DATA_DIR));
const hasPacks = engine.livenessModels !== 'shipped';
const presentations = await measurePictures(engine, listPresentations());
const photographs = await measurePictures(
  engine,
  listLabelledPictures('B_recognition').filter(({ kind }) => /^(lfw|photo|press_photo)$/.test(kind)),
);
const conditions = await measurePictures(engine, listLabelledPictures('C_conditions'));
await engine.close();

const withFace = presentations.filter(({ face }) => face !== undefined);
const development = withFace.filter(({ stratum }) => stratum === 'development');
const toExample = ({ face, label, source }: Pick<Judged, 'face' | 'label' | 'source'>) => ({
  signals: signalNames.map((name) => face!.livenessSignals[name]),
  live: label !== 'attack',
  source,
});
const regressionWithout = leaveSourcesOut([
  ...development.map(toExample),
  ...photographs.filter(({ face }) => face).map(({ face, source }) => toExample({ face, source, label: 'live' })),
]);

/** The shipped score as it would be if the picture's source had been unknown when it was learned. */
const leftOut = (picture: Judged): number => {
  const { signals, source } = toExample(picture);
  return toProbability(applyRegression(regressionWithout(source), signals));
};
/** The score in use, with the shipped score replaced by the one above. Needs the weights: taken from the names of the models. */
const weights = new Map(engine.livenessModels.split(' ').map((part) => [part.split('*')[0]!, Number(part.split('*')[1] ?? 1)]));
function fusedLeftOut(picture: Judged): number {
  const scores = { ...picture.face!.livenessScores, shipped: leftOut(picture) };
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  const sum = Object.entries(scores).reduce((logit, [model, score]) => logit + toLogit(score) * (weights.get(model) ?? 0), 0);
  return toProbability(sum / total);
}

const scored = (pictures: readonly Judged[], score: (picture: Judged) => number) =>
  pictures.map((picture) => ({ live: picture.label === 'live', score: score(picture) }));
const shipped = ({ face }: Judged): number => face!.livenessScores.shipped!;
const fused = ({ face }: Judged): number => face!.liveness;

console.log(`Models in use: ${engine.livenessModels}\n\n## Liveness score, every source left out of what was learned\n`);
console.log(
  table(
    ['stratum', 'score', ...scoreColumns],
    strata.flatMap((stratum) => {
      const pictures = withFace.filter((picture) => picture.stratum === stratum);
      return [
        [stratum, 'shipped', ...describeScores(scored(pictures, leftOut))],
        ...(hasPacks ? [[stratum, 'in use', ...describeScores(scored(pictures, fusedLeftOut))]] : []),
      ];
    }),
  ),
);
console.log('\n## In-sample: as learned on all development pictures\n');
console.log(
  table(
    ['stratum', 'score', ...scoreColumns],
    [
      ['development', 'shipped', ...describeScores(scored(development, shipped))],
      ...(hasPacks ? [['development', 'in use', ...describeScores(scored(development, fused))]] : []),
    ],
  ),
);

const outcomes = {
  accepted: ({ verdict }: Judged) => verdict.accepted,
  'judged an attack': ({ verdict }: Judged) => verdict.findings[0] === 'attack',
  'asked again': ({ verdict }: Judged) => verdict.findings[0] === 'not-judgeable',
  'refused for another condition': ({ verdict: { accepted, findings } }: Judged) =>
    !accepted && findings[0] !== 'attack' && findings[0] !== 'not-judgeable',
};
const outcomeTable = (title: string, key: (picture: Judged) => string): string =>
  table(
    ['stratum', title, 'label', 'pictures', ...Object.keys(outcomes)],
    strata.flatMap((stratum) =>
      [
        ...group(
          presentations.filter((picture) => picture.stratum === stratum),
          (one) => `${key(one)}\n${one.label}`,
        ),
      ].map(([name, pictures]) => [
        stratum,
        ...name.split('\n'),
        String(pictures.length),
        ...Object.values(outcomes).map((holds) => describeShare(pictures, holds)),
      ]),
    ),
  );
console.log(`\n## Whole verdict by species, models in use\n\n${outcomeTable('species', ({ kind }) => kind)}`);
console.log(`\n## Whole verdict by source, models in use\n\n${outcomeTable('source', ({ source }) => source)}`);

console.log('\n## Conditions\n');
console.log(
  table(
    ['condition', 'pictures', 'first finding given'],
    [...group(conditions, ({ kind }) => kind)].map(([kind, pictures]) => [
      kind,
      String(pictures.length),
      [...group(pictures, ({ verdict }) => verdict.findings[0] ?? 'none')]
        .map(([finding, those]) => `${finding} ${those.length}`)
        .join(', '),
    ]),
  ),
);
