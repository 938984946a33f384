import { availableParallelism } from 'node:os';
import { toProbability } from '../../src/base/logit.js';
import { loadConfig } from '../../src/config/load.js';
import { groupBy } from '../../src/evaluation/presentation-errors.js';
import { findPackFolders } from '../../src/inference/packs/pack-folders.js';
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
import { fuseInUse } from './fuse-in-use.js';
import { describeMaskSignal } from './mask-signal.js';
import { type Measured, measurePictures } from './measure-pictures.js';
import { describePhotographRating } from './photograph-rating.js';
import { describeScores, describeShare, scoreColumns, table } from './tables.js';

// Prints the tables of docs/accuracy.md as Markdown: the labelled pictures (TRIFACE_TEST_EVAL, without the sealed half), analysed by the
// engine with the packs in use in DATA_DIR and judged by the regular policy.
if (!hasLabelledPictures()) {
  console.error(`${labelledPictures} does not exist: set TRIFACE_TEST_EVAL to the folder of the labelled pictures`);
  process.exit(1);
}

type Judged = Measured<Presentation>;

const engine = await startMeasuringEngine(availableParallelism(), findPackFolders(loadConfig(process.env).DATA_DIR));
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
/** The score in use, with the shipped score replaced by the one above. */
const fusedLeftOut = (picture: Judged): number =>
  fuseInUse(engine, { ...picture.face!.livenessScores, shipped: leftOut(picture) });

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

const verdictColumns = (models: string): string[] => [`${models}: accepted`, `${models}: asked again`];
function describeVerdicts(pictures: readonly Judged[], of: (picture: Judged) => Judged['verdict']): string[] {
  const first = (finding: string | undefined) => (picture: Judged) => of(picture).findings[0] === finding;
  return [describeShare(pictures, first(undefined)), describeShare(pictures, first('not-judgeable'))];
}
const verdictTable = (title: string, key: (picture: Judged) => string): string =>
  table(
    ['stratum', title, 'label', ...verdictColumns('shipped'), ...(hasPacks ? verdictColumns('in use') : [])],
    strata.flatMap((stratum) =>
      [
        ...groupBy(
          presentations.filter((picture) => picture.stratum === stratum),
          (one) => `${key(one)}\n${one.label}`,
        ),
      ].map(([name, pictures]) => [
        stratum,
        ...name.split('\n'),
        ...describeVerdicts(pictures, ({ shippedVerdict }) => shippedVerdict),
        ...(hasPacks ? describeVerdicts(pictures, ({ verdict }) => verdict) : []),
      ]),
    ),
  );
console.log(`\n## Whole verdict by species (all others are refused)\n\n${verdictTable('species', ({ kind }) => kind)}`);
console.log(`\n## Whole verdict by source (all others are refused)\n\n${verdictTable('source', ({ source }) => source)}`);

console.log(`\n## Masks and mannequins: the mesh logit as a signal\n\n${describeMaskSignal(presentations)}`);

const inTheOpen = presentations.filter(({ label, stratum }) => label === 'live' && /^(development|dev3|full)$/.test(stratum));
console.log(`\n## Rating of photographs\n\n${describePhotographRating([...inTheOpen, ...photographs])}`);

console.log('\n## Conditions, shipped models\n');
console.log(
  table(
    ['condition', 'pictures', 'first finding given'],
    [...groupBy(conditions, ({ kind }) => kind)].map(([kind, pictures]) => [
      kind,
      String(pictures.length),
      [...groupBy(pictures, ({ shippedVerdict }) => shippedVerdict.findings[0] ?? 'none')]
        .map(([finding, those]) => `${finding} ${those.length}`)
        .join(', '),
    ]),
  ),
);
