import { availableParallelism } from 'node:os';
import { loadConfig } from '../../src/config/load.js';
import { percent } from '../../src/evaluation/describe-numbers.js';
import { findPackFolders } from '../../src/inference/packs/pack-folders.js';
import { listLabelledPictures, listPresentations, readLabelledPicture } from '../../test/accuracy/labelled-pictures.js';
import { makeNobody, nobody, photographs } from '../../test/fixtures/nobody.js';
import { startMeasuringEngine } from '../../test/measuring-engine.js';
import { chooseBases } from './choose-bases.js';
import { furtherFilters } from './further-filters.js';
import { fuseInUse } from './fuse-in-use.js';
import { measurePictures } from './measure-pictures.js';
import { table } from './tables.js';

// Prints the table of decision 26: bona fide pictures (TRIFACE_TEST_EVAL) drawn, posterised, inverted …, by the packs in use in DATA_DIR and
// by the shipped models alone, with and without the cap by the rating of photographs.
const leastHeight = 100;
const perGroup = 4;

const engine = await startMeasuringEngine(availableParallelism(), findPackFolders(loadConfig(process.env).DATA_DIR));
const presentations = listPresentations().filter(
  ({ label, stratum }) => label === 'live' && /^(development|dev3|full)$/.test(stratum),
);
const portraits = listLabelledPictures('B_recognition').filter(({ kind }) => /^(lfw|photo|press_photo)$/.test(kind));
const measured = await measurePictures(engine, [...presentations, ...portraits]);
const bases = chooseBases(
  measured.filter(({ face }) => face && face.livenessScores.shipped! > 0.5),
  leastHeight,
  perGroup,
);

const filters = { ...nobody, ...furtherFilters, ...photographs };
const rows: string[][] = [];
for (const [name, filter] of Object.entries(filters)) {
  const made = bases.map(async (base) => {
    const { y1, y2 } = base.face!.box;
    const outcome = await engine.analyze({ bytes: await makeNobody(readLabelledPicture(base), y2 - y1, filter) });
    const face = 'observation' in outcome ? outcome.observation.faces[0] : undefined;
    return (
      face && { shipped: face.livenessScores.shipped!, inUse: fuseInUse(engine, face.livenessScores), cap: face.photographic }
    );
  });
  const faces = (await Promise.all(made)).filter((face) => face !== undefined);
  // A picture in which no face is found is not accepted.
  const accepted = (score: (face: (typeof faces)[number]) => number): string =>
    percent(faces.filter((face) => score(face) >= 0.5).length / bases.length, 0);
  rows.push([
    name,
    accepted(({ shipped }) => shipped),
    accepted(({ shipped, cap }) => Math.min(shipped, cap)),
    accepted(({ inUse }) => inUse),
    accepted(({ inUse, cap }) => Math.min(inUse, cap)),
  ]);
}
await engine.close();

console.log(
  `Models in use: ${engine.livenessModels}. ${bases.length} bona fide pictures of ${new Set(bases.map(({ source }) => source)).size} sources.\n`,
);
console.log(table(['filter', 'shipped, uncapped', 'shipped', 'in use, uncapped', 'in use'], rows));
