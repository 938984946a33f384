import t from 'tap';
import { type AnalysisRequest, analyzeImage } from '../../src/analysis/analyze-image.js';
import { loadLivenessFusion } from '../../src/analysis/liveness-fusion.js';
import { angleLimitsOf } from '../../src/analysis/mesh-pose.js';
import { loadMotionFusion } from '../../src/analysis/motion-fusion.js';
import { resolvePolicy } from '../../src/analysis/policy.js';
import { findLivenessFusion, findModelsDir, findMotionFusion } from '../../src/base/installation.js';
import { loadFaceModels } from '../../src/inference/face-models.js';
import { blurred, noFace, replay, selfie } from '../fixtures/pictures.js';

const limits = { maxPixels: 50_000_000, maxSide: 1600, timeoutSeconds: 60 };
const always = {
  limits,
  maxFaces: 1,
  fusion: loadLivenessFusion(findLivenessFusion()),
  motionFusion: loadMotionFusion(findMotionFusion()),
};

t.test('only the networks run whose results are used', async (t) => {
  const models = await loadFaceModels(findModelsDir(), 'cpu');
  t.teardown(() => models.close());
  const runs: Record<string, number> = {};
  /** Counts the runs of a model's network, whichever of its methods starts them. */
  const count = (name: string, model: object) => {
    const holder = model as Record<'session' | 'network', { run: (...words: unknown[]) => unknown }>;
    const network = holder.session ?? holder.network;
    const run = network.run.bind(network);
    network.run = (...words) => {
      runs[name] = (runs[name] ?? 0) + 1;
      return run(...words);
    };
  };
  for (const name of ['detector', 'secondDetector', 'landmarks', 'mesh', 'pose', 'eyes', 'liveness', 'embedding'] as const)
    count(name, models[name]);
  const look = async (picture: Buffer, want: Partial<AnalysisRequest> = {}) => {
    for (const name of Object.keys(runs)) delete runs[name];
    const observation = await analyzeImage(models, picture, { ...always, ...want });
    return { face: observation.faces[0], runs: { ...runs } };
  };

  const frontal = { detector: 1, mesh: 2, landmarks: 1, eyes: 2, liveness: 1 };
  t.same((await look(await selfie('other'))).runs, frontal, 'a frontal face');
  t.same((await look(await selfie('other'), { embedding: true })).runs, { ...frontal, embedding: 1 });
  t.same((await look(await selfie('turned'))).runs.pose, 1, 'a turned face');
  t.same((await look(await selfie('profile'))).runs.pose, 1, 'a profile');

  // The mesh of this face says 12° of yaw.
  for (const [yaw, asked] of [
    [40, undefined],
    [25, undefined],
    [18, 1],
    [12, 1],
    [9, 1],
  ] as const) {
    const policy = resolvePolicy({ preset: 'regular', thresholds: { yaw } });
    const { runs } = await look(await selfie('other'), { angleLimits: angleLimitsOf([policy]) });
    t.equal(runs.pose, asked, `a policy that allows ${yaw}°`);
  }
  t.equal(
    (await look(await selfie('other'), { angleLimits: angleLimitsOf([resolvePolicy()], 10) })).runs.pose,
    1,
    'a contract’s 10°',
  );

  const empty = (await look(await noFace())).runs;
  for (const name of ['landmarks', 'pose', 'eyes', 'liveness', 'embedding'])
    t.equal(empty[name], undefined, `no face: no ${name}`);

  let uncertain = 0;
  for (const picture of [await replay(), await blurred(4), await blurred(6), await blurred(8), await selfie('profile')]) {
    const { face, runs } = await look(picture);
    if (face?.livenessViews !== 6) continue;
    uncertain++;
    t.equal(runs.liveness, 2, 'one view, then five at once');
    const rough = await look(picture, { livenessDecides: false });
    t.equal(rough.runs.liveness, 1, 'no further views for a score that decides nothing');
    t.equal(rough.face?.livenessViews, 1);
  }
  t.ok(uncertain > 0, 'an uncertain picture was among them');
});
