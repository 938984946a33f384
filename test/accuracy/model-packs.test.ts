import { execFile } from 'node:child_process';
import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t, { type Test } from 'tap';
import { analyzeImage } from '../../src/analysis/analyze-image.js';
import { loadLivenessFusion } from '../../src/analysis/liveness-fusion.js';
import { findInstallation, findLivenessFusion, findModelsDir } from '../../src/base/installation.js';
import { boundLogit, toLogit } from '../../src/base/logit.js';
import { loadFaceModels } from '../../src/inference/face-models.js';
import { readActivePacks } from '../../src/inference/packs/active-packs.js';
import { findPacksDir } from '../../src/inference/packs/find-packs-dir.js';
import { temporaryDirectory } from '../helper.js';
import { hasLabelledPictures, listLabelledPictures, readLabelledPicture } from './labelled-pictures.js';

// Both packs that docs/model-packs describes, added by command as an operator would, on the labelled development pictures without tight
// crops and synthetic ones. The wanted figures are those of whoever measured the packs first, with a detector and resizing of their own:
// one picture is 0.7 to 0.9 points here, and a crop that lies one pixel off moves one or two.

const given = process.env.TRIFACE_TEST_MODEL_PACKS ?? join(findInstallation(), '../shared/model-packs');
const packs = ['facenox', 'silent-face'] as const;
const limits = { maxPixels: 50_000_000, maxSide: 1600, timeoutSeconds: 10 };

interface Scored {
  readonly live: boolean;
  /** logit by model, and of them all as the server gives it */
  readonly logits: Readonly<Record<string, number>>;
}

interface Figures {
  readonly auc: number;
  readonly eer: number;
  readonly bpcer: number;
  readonly apcer: number;
  /** with at most 5 % of the attacks accepted */
  readonly bpcerAtApcer5: number;
}

/** @param threshold logit from which on a face is taken for live */
const count = (values: readonly number[], threshold: number): number =>
  values.filter((v) => v >= threshold).length / values.length;

function measure(scored: readonly Scored[], models: readonly string[]): Figures {
  const score = ({ logits }: Scored): number => models.reduce((sum, model) => sum + logits[model]!, 0);
  const live = scored.filter((one) => one.live).map(score);
  const attack = scored.filter((one) => !one.live).map(score);
  const wins = live.reduce((sum, l) => sum + attack.reduce((n, a) => n + (l > a ? 1 : l === a ? 0.5 : 0), 0), 0);
  const points = [...new Set([...live, ...attack, Number.POSITIVE_INFINITY])].map((threshold) => ({
    bpcer: 1 - count(live, threshold),
    apcer: count(attack, threshold),
  }));
  const gap = ({ bpcer, apcer }: { bpcer: number; apcer: number }): number => Math.abs(bpcer - apcer);
  const equal = points.reduce((best, point) => (gap(point) < gap(best) ? point : best));
  return {
    auc: wins / (live.length * attack.length),
    eer: (equal.bpcer + equal.apcer) / 2,
    bpcer: 1 - count(live, 0),
    apcer: count(attack, 0),
    bpcerAtApcer5: Math.min(...points.filter(({ apcer }) => apcer <= 0.05).map(({ bpcer }) => bpcer)),
  };
}

const percent = (rate: number): string => `${(rate * 100).toFixed(1)} %`;
const describe = (name: string, f: Figures): string =>
  `${name.padEnd(34)} AUC ${f.auc.toFixed(3)}  EER ${percent(f.eer)}  at 0.5 ${percent(f.bpcer)} / ${percent(f.apcer)}  BPCER@APCER5 ${percent(f.bpcerAtApcer5)}`;

/** Adds and chooses both packs with `triface models`. @returns the data directory */
async function addPacks(t: Test): Promise<string> {
  const dataDir = temporaryDirectory(t);
  const installation = findInstallation();
  const run = (...command: string[]) =>
    promisify(execFile)(process.execPath, [join(installation, 'src/launch.mjs'), 'models', ...command], {
      env: { ...process.env, DATA_DIR: dataDir },
    });
  for (const pack of packs) {
    const directory = join(dataDir, 'given', pack);
    cpSync(join(given, pack), directory, { recursive: true, mode: 0 });
    cpSync(join(installation, 'docs/model-packs', pack, 'pack.json'), join(directory, 'pack.json'));
    t.match((await run('add', directory)).stdout, `added ${pack}@`);
  }
  await run('use', ...packs);
  t.match((await run('list')).stdout, /in use +facenox@98\.20, weight 1[\s\S]*in use +silent-face@1\.0\.0, weight 1/);
  return dataDir;
}

async function scorePictures(dataDir: string): Promise<Scored[]> {
  const models = await loadFaceModels(findModelsDir(), 'cpu', await readActivePacks(findPacksDir(dataDir)));
  const fusion = loadLivenessFusion(findLivenessFusion());
  const scored: Scored[] = [];
  const pictures = listLabelledPictures('A_antispoof').filter(({ kind }) => !/tightcrop|synthetic/.test(kind));
  for (const picture of pictures) {
    const { faces } = await analyzeImage(models, readLabelledPicture(picture), { limits, maxFaces: 1, fusion });
    const scores = { ...faces[0]?.livenessScores, fused: faces[0]?.liveness ?? 0 };
    const logits = Object.fromEntries(Object.entries(scores).map(([model, score]) => [model, toLogit(score)]));
    // The shipped network by itself, as it is fused in models.md; `shipped` is it with the signals of our own.
    logits.network = boundLogit(faces[0]?.livenessSignals.network ?? 0);
    if (faces.length > 0) scored.push({ live: picture.label === 'live', logits });
  }
  await models.close();
  return scored;
}

const isThere = hasLabelledPictures() && packs.every((pack) => existsSync(join(given, pack)));

t.test(
  'model packs give the figures they are known for, and so does their fusion',
  { skip: isThere ? false : '../shared/eval or ../shared/model-packs is not there: packs were not measured' },
  async (t) => {
    const scored = await scorePictures(await addPacks(t));
    const live = scored.filter((one) => one.live).length;
    t.comment(`${live} bona fide, ${scored.length - live} attacks; EER and rates in points of that`);
    t.ok(live >= 130 && scored.length - live >= 105, 'a face was found in nearly all');
    const check = (name: string, models: string[], wanted: Figures, within: Figures): void => {
      const got = measure(scored, models);
      t.comment(describe(name, got));
      for (const key of Object.keys(wanted) as (keyof Figures)[])
        t.ok(
          Math.abs(got[key] - wanted[key]) <= within[key],
          `${name}: ${key} ${got[key].toFixed(4)}, wanted ${wanted[key]} ± ${within[key]}`,
        );
    };
    const known = (auc: number, eer: number, bpcer: number, apcer: number, bpcerAtApcer5: number): Figures => ({
      auc,
      eer,
      bpcer,
      apcer,
      bpcerAtApcer5,
    });
    const two = { auc: 0.005, eer: 0.015, bpcer: 0.015, apcer: 0.0185, bpcerAtApcer5: 0.03 };
    // facenox's scores are steep where its fifth attack lies: with one attack more let in, 20.7 % would be 17.8 %.
    check('facenox', ['facenox@98.20'], known(0.964, 0.09, 0.126, 0.083, 0.178), { ...two, bpcerAtApcer5: 0.035 });
    check('silent-face', ['silent-face@1.0.0'], known(0.968, 0.082, 0.089, 0.073, 0.141), two);
    check('network + facenox', ['network', 'facenox@98.20'], known(0.979, 0.045, 0.03, 0.064, 0.03), two);
    check('network + silent-face', ['network', 'silent-face@1.0.0'], known(0.98, 0.045, 0, 0.064, 0.03), two);
    check('network + both', ['network', ...['facenox@98.20', 'silent-face@1.0.0']], known(0.98, 0.037, 0.015, 0.064, 0.03), two);

    for (const with_ of [['facenox@98.20'], ['silent-face@1.0.0']]) {
      const name = `shipped + ${with_[0]!.split('@')[0]}`;
      t.comment(describe(name, measure(scored, ['shipped', ...with_])));
    }
    const alone = measure(scored, ['shipped']);
    const fused = measure(scored, ['fused']);
    t.comment(describe('shipped alone', alone));
    t.comment(describe('as the server fuses all three', fused));
    t.ok(fused.eer <= 0.04 && fused.bpcerAtApcer5 <= 0.03, 'with packs: EER and BPCER at APCER 5 %');
    t.ok(fused.eer < alone.eer && fused.bpcerAtApcer5 < alone.bpcerAtApcer5, 'packs are worth it');
  },
);
