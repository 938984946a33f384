import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { analysedSides } from '../../src/analysis/analysed-sides.js';
import type * as Analysis from '../../src/analysis/analyze-image.js';
import type * as Fusion from '../../src/analysis/liveness-fusion.js';
import type * as Motion from '../../src/analysis/motion-fusion.js';
import type { FaceObservation } from '../../src/analysis/observation.js';
import type * as Policies from '../../src/analysis/policy.js';
import type * as Verdicts from '../../src/analysis/verdict.js';
import { findInstallation, findLivenessFusion, findModelsDir, findMotionFusion } from '../../src/base/installation.js';
import { percent } from '../../src/evaluation/describe-numbers.js';
import type * as Models from '../../src/inference/face-models.js';
import { listLabelledPictures, listPresentations, readLabelledPicture } from '../../test/accuracy/labelled-pictures.js';
import { resample } from './resample.js';
import { table } from './tables.js';

// Whether a change leaves the verdicts as they were: analyses all labelled pictures (TRIFACE_TEST_EVAL) with this checkout and with another built
// one, by all presets. `node dist/bench/accuracy/compare-versions.js DIR`. Both use this checkout's models and learned numbers.
// With `DIR SIDE`, of pictures resampled to that longer side (resample.ts); with `DIR SIDE QUALITY`, DIR sees them in another JPEG
// quality: with `. SIDE 92`, the noise of the comparison. `npm run accuracy:compare -- DIR SIDE QUALITY STEP` takes one picture in STEP.
const [other, side, quality = '90', step = '1'] = process.argv.slice(2);
if (!other) throw new Error('which checkout? node dist/bench/accuracy/compare-versions.js DIR');

const limits = { maxPixels: 67_000_000, ...analysedSides, timeoutSeconds: 60 };

interface Seen {
  /** of each preset, in order of precedence */
  readonly findings: readonly (readonly string[])[];
  readonly face: FaceObservation | undefined;
}

/** @returns a function that looks at a picture as a checkout does; undefined if that cannot decode it */
async function openVersion(folder: string): Promise<(bytes: Buffer) => Promise<Seen | undefined>> {
  const load = (name: string) => import(pathToFileURL(resolve(folder, 'dist/src', name)).href);
  const { analyzeImage } = (await load('analysis/analyze-image.js')) as typeof Analysis;
  const { loadLivenessFusion } = (await load('analysis/liveness-fusion.js')) as typeof Fusion;
  const { loadMotionFusion } = (await load('analysis/motion-fusion.js')) as typeof Motion;
  const { presetNames, resolvePolicy } = (await load('analysis/policy.js')) as typeof Policies;
  const { judge } = (await load('analysis/verdict.js')) as typeof Verdicts;
  const { loadFaceModels } = (await load('inference/face-models.js')) as typeof Models;
  const models = await loadFaceModels(findModelsDir(), 'cpu');
  const learned = { fusion: loadLivenessFusion(findLivenessFusion()), motionFusion: loadMotionFusion(findMotionFusion()) };
  const policies = presetNames.map((preset) => resolvePolicy({ preset, thresholds: {} }));
  return async (bytes) => {
    try {
      const observation = await analyzeImage(models, bytes, { limits, maxFaces: 1, ...learned });
      return { findings: policies.map((policy) => judge(observation, policy).findings), face: observation.faces[0] };
    } catch (error) {
      if (error instanceof Error && error.name === 'DecodeError') return undefined;
      throw error;
    }
  };
}

const [before, after] = [await openVersion(other), await openVersion(findInstallation())];
const presentations = listPresentations();
const pictures = new Set(
  [...presentations, ...listLabelledPictures('B_recognition'), ...listLabelledPictures('C_conditions')].map(({ path }) => path),
);
const pairs: { readonly path: string; readonly was: Seen | undefined; readonly is: Seen | undefined }[] = [];
for (const path of [...pictures].filter((_, i) => i % Number(step) === 0)) {
  const bytes = readLabelledPicture({ path });
  const [first = bytes, second = bytes] = side ? await resample(bytes, Number(side), [Number(quality), 90]) : [];
  pairs.push({ path, was: await before(first), is: await after(second) });
}

const firsts = (seen: Seen | undefined): string => JSON.stringify(seen?.findings.map(([first]) => first ?? 'accepted'));
const changed = pairs.filter(({ was, is }) => firsts(was) !== firsts(is));
const share = (holds: (pair: (typeof pairs)[number]) => boolean, of = pairs): string =>
  `${of.filter(holds).length} of ${of.length} (${percent(of.filter(holds).length / of.length, 2)})`;
const faces = pairs.flatMap(({ was, is }) => (was?.face && is?.face ? [[was.face, is.face] as const] : []));
const differences = (measure: (face: FaceObservation) => number): string => {
  const sorted = faces.map(([p, q]) => Math.abs(measure(p) - measure(q))).sort((a, b) => a - b);
  const at = (part: number): string => sorted[Math.floor((sorted.length - 1) * part)]!.toPrecision(2);
  return `${(sorted.reduce((a, b) => a + b, 0) / sorted.length).toPrecision(2)}, ${at(0.99)}, ${at(1)}`;
};
const near = faces.filter(([p, q]) => Math.abs(p.liveness - q.liveness) <= 0.01).length;

console.log(
  table(
    ['', 'equal'],
    [
      ['first finding, all presets', share((pair) => !changed.includes(pair))],
      ['all findings, all presets', share(({ was, is }) => JSON.stringify(was?.findings) === JSON.stringify(is?.findings))],
      ['a face, or none', share(({ was, is }) => !was?.face === !is?.face)],
      ['liveness within 0.01', `${near} of ${faces.length} (${percent(near / faces.length, 2)})`],
    ],
  ),
);
console.log();
console.log(
  table(
    ['', 'difference: mean, 99 %, greatest'],
    [
      ['liveness', differences(({ liveness }) => liveness)],
      ['quality', differences(({ quality }) => quality)],
      ['yaw, degrees', differences(({ pose }) => pose.yaw)],
      ['pitch, degrees', differences(({ pose }) => pose.pitch)],
    ],
  ),
);
console.log();
const labels = new Map(presentations.map(({ path, label }) => [path, label]));
const wrong = (of: 'was' | 'is', label: 'attack' | 'live'): string => {
  const scores = pairs.flatMap((pair) => (labels.get(pair.path) === label ? (pair[of]?.face?.liveness ?? []) : []));
  return `${scores.filter((score) => score >= 0.5 === (label === 'attack')).length} of ${scores.length}`;
};
console.log(
  table(
    ['in-sample', 'there', 'here'],
    [
      ['attacks at 0.5 and above', wrong('was', 'attack'), wrong('is', 'attack')],
      ['living persons below 0.5', wrong('was', 'live'), wrong('is', 'live')],
    ],
  ),
);
console.log();
for (const { path, was, is } of changed) console.log(`${path}: ${firsts(was)} → ${firsts(is)}`);
process.exit(0);
