import t from 'tap';
import { findPackFolders } from '../../src/inference/packs/pack-folders.js';
import { temporaryDirectory } from '../helper.js';
import { startMeasuringEngine } from '../measuring-engine.js';
import { judgeOutcome, withoutPacks } from './judge-outcome.js';
import {
  hasLabelledPictures,
  labelledPictures,
  listPresentations,
  readLabelledPicture,
  type Stratum,
} from './labelled-pictures.js';
import { addRecommendedPacks, hasRecommendedPacks } from './recommended-packs.js';

// The strata whose sources had no part in the liveness score: `presentation-attacks.test.ts` has the development pictures. Never pooled.
// The bounds are the figures of docs/accuracy.md with two to four pictures to spare.

/** Highest counts of a stratum, by the whole verdict of the regular policy. */
interface Bounds {
  /** attacks accepted */
  readonly attacksAccepted: number;
  /** bona fide called an attack */
  readonly bonaFideRejected: number;
  /** bona fide asked again */
  readonly bonaFideAskedAgain: number;
}
const bounds: Partial<Record<Stratum, { readonly shipped: Bounds; readonly recommended: Bounds }>> = {
  dev3: {
    shipped: { attacksAccepted: 14, bonaFideRejected: 5, bonaFideAskedAgain: 4 },
    recommended: { attacksAccepted: 5, bonaFideRejected: 6, bonaFideAskedAgain: 4 },
  },
  full: {
    shipped: { attacksAccepted: 4, bonaFideRejected: 1, bonaFideAskedAgain: 1 },
    recommended: { attacksAccepted: 5, bonaFideRejected: 1, bonaFideAskedAgain: 1 },
  },
  thumb: {
    shipped: { attacksAccepted: 31, bonaFideRejected: 6, bonaFideAskedAgain: 2 },
    recommended: { attacksAccepted: 32, bonaFideRejected: 6, bonaFideAskedAgain: 2 },
  },
};

t.test(
  'sources that had no part in the score',
  {
    skip: !hasLabelledPictures()
      ? `${labelledPictures} does not exist: accuracy was not measured`
      : !hasRecommendedPacks()
        ? '../shared/model-packs does not exist: packs were not measured'
        : false,
  },
  async (t) => {
    const dataDir = temporaryDirectory(t);
    await addRecommendedPacks(t, dataDir);
    const engine = await startMeasuringEngine(2, findPackFolders(dataDir));
    t.teardown(() => engine.close());
    t.equal(engine.livenessModels, 'shipped*1 silent-face@1.0.0*1 facenox@98.20*0.3');
    for (const [stratum, limits] of Object.entries(bounds)) {
      const pictures = listPresentations().filter((picture) => picture.stratum === stratum);
      const measured = await Promise.all(
        pictures.map(async ({ label, kind, path }) => {
          const outcome = await engine.analyze({ bytes: readLabelledPicture({ path }) });
          return { label, kind, outcome };
        }),
      );
      for (const models of ['shipped', 'recommended'] as const) {
        const judged = measured.map(({ label, kind, outcome }) => {
          const verdict = judgeOutcome(models === 'recommended' ? outcome : withoutPacks(outcome));
          return { label, kind, first: verdict.findings[0] };
        });
        const count = (label: string, first: string | undefined): number =>
          judged.filter((one) => one.label === label && one.first === first).length;
        const found: Bounds = {
          attacksAccepted: count('attack', undefined),
          bonaFideRejected: count('live', 'attack'),
          bonaFideAskedAgain: count('live', 'not-judgeable'),
        };
        t.comment(
          `${stratum}, ${models}: ${JSON.stringify(found)} of ${pictures.length}; ${count('live', undefined)} bona fide accepted`,
        );
        for (const name of Object.keys(found) as (keyof Bounds)[])
          t.ok(
            found[name] <= limits[models][name],
            `${stratum}, ${models}: ${name} ${found[name]}, at most ${limits[models][name]}`,
          );
      }
    }
  },
);
