import fc from 'fast-check';
import t from 'tap';
import { findings } from '../../src/analysis/findings.js';
import type { FaceObservation } from '../../src/analysis/observation.js';
import { type Policy, regularPolicy, resolvePolicy, type Thresholds } from '../../src/analysis/policy.js';
import { judge, judgeUnobserved } from '../../src/analysis/verdict.js';
import { goodFace, picture } from './good-picture.js';

const outline = (height: number, detectionScore = 1) => ({ box: { x1: 0, y1: 0, x2: height / 1.4, y2: height }, detectionScore });
const found = (face: Partial<FaceObservation>) => judge(picture(face), regularPolicy).findings;

t.test('a good face is accepted, with every sub-score kept', async (t) => {
  const verdict = judge(picture(), regularPolicy);
  t.equal(verdict.accepted, true);
  t.same(verdict.findings, []);
  t.equal(verdict.liveness, 0.99);
  t.equal(verdict.face?.quality, 0.95);
  t.equal(verdict.policyVersion, regularPolicy.version);
});

t.test('each finding has its cause, and each threshold its direction', async (t) => {
  t.same(found({ visibleFraction: 0.94 }), ['face-cropped']);
  t.same(found({ box: { x1: 60, y1: 150, x2: 660, y2: 850 } }), ['face-too-close']);
  t.same(found({ box: { x1: 3, y1: 250, x2: 303, y2: 670 } }), ['face-close-to-border']);
  t.same(found({ box: { x1: 400, y1: 537, x2: 700, y2: 957 } }), ['face-close-to-border']);
  t.same(found({ eyeDistance: 21 }), ['face-too-small']);
  t.same(found({ box: { x1: 300, y1: 300, x2: 400, y2: 440 } }), ['face-too-small']);
  const lying = { ...picture({ box: { x1: 500, y1: 200, x2: 600, y2: 340 } }), width: 1100, height: 700 };
  t.same(judge(lying, regularPolicy).findings, ['face-too-small'], 'a fifth of a wide picture’s height');
  t.same(judge({ ...lying, width: 700, height: 900 }, regularPolicy).findings, [], 'less of an upright one is enough');
  t.same(found({ occlusionSignals: { ...goodFace.occlusionSignals, landmarkDisagreement: 0.4 } }), ['landmarks-unreliable']);
  t.same(
    found({ occlusionSignals: { ...goodFace.occlusionSignals, landmarkDisagreement: 0.4, mouthColour: 30 } }),
    [],
    'a covered mouth is reported as occlusion',
  );
  for (const pose of [{ yaw: -33 }, { yaw: 33 }, { pitch: 27 }, { pitch: -27 }, { roll: 41 }])
    t.same(found({ pose: { ...goodFace.pose, ...pose } }), ['face-angle']);
  t.same(found({ occlusion: 0.91 }), ['face-occluded']);
  t.same(found({ luminance: 35 }), ['conditions-not-met']);
  t.same(found({ luminance: 235 }), ['conditions-not-met']);
  t.same(found({ quality: 0.49 }), ['quality-low']);
  t.same(found({ liveness: 0.4999999 }), ['attack']);
  t.same(found({ liveness: 0.5 }), []);
});

t.test('a face that is not judgeable is asked again, unless its score is clear', async (t) => {
  const low = { judgeability: 0.49 };
  for (const liveness of [0.18, 0.4, 0.5, 0.8199999]) t.same(found({ ...low, liveness }), ['not-judgeable'], `${liveness}`);
  for (const liveness of [0, 0.1799999]) t.same(found({ ...low, liveness }), ['attack'], `${liveness}`);
  for (const liveness of [0.82, 1]) t.same(found({ ...low, liveness }), [], `${liveness}`);
  t.same(found({ judgeability: 0.5, liveness: 0.5 }), [], 'the threshold itself is enough');
  t.same(found({ judgeability: 0.5, liveness: 0.4 }), ['attack']);
  const judgeBy = (thresholds: Partial<Thresholds>, liveness: number) =>
    judge(picture({ ...low, liveness }), resolvePolicy({ preset: 'regular', thresholds })).findings;
  t.same(judgeBy({ judgeability: 0 }, 0.5), [], 'switched off');
  t.same(judgeBy({ judgeability: 0 }, 0.4), ['attack'], 'switched off');
  t.same(judgeBy({ liveness: 0.9 }, 0.85), ['not-judgeable'], 'a threshold above sureLive moves it up');
  t.same(judgeBy({ liveness: 0.1 }, 0.12), ['not-judgeable'], 'a threshold below sureAttack moves it down');
  t.same(judgeBy({ liveness: 0.1 }, 0.09), ['attack']);
  const hardly = { judgeability: 0.09 };
  for (const liveness of [0.2, 0.82, 1])
    t.same(found({ ...hardly, liveness }), ['not-judgeable'], `hardly judgeable, ${liveness}`);
  t.same(found({ ...hardly, liveness: 0.17 }), ['attack']);
  t.same(found({ judgeability: 0.1, liveness: 0.82 }), []);
  t.same(judge(picture({ ...low, liveness: 0.5 }), resolvePolicy({ preset: 'soft', thresholds: {} })).findings, [], 'soft');
});

t.test('a scan stored before judgeability was measured is explained by its liveness threshold alone', async (t) => {
  const { judgeability: _, ...face } = goodFace;
  const { judgeability, unjudgeable, sureLive, sureAttack, ...policy } = regularPolicy;
  for (const [of, by] of [
    [face, policy],
    [face, regularPolicy],
    [{ ...goodFace, judgeability: 0.1 }, policy],
  ] as const)
    for (const liveness of [0.4, 0.6])
      t.same(
        judge({ ...picture(), faces: [{ ...of, liveness } as FaceObservation] }, by as Policy).findings,
        liveness < 0.5 ? ['attack'] : [],
      );
});

t.test('no face, several faces, passers-by', async (t) => {
  const empty = { ...picture(), outlines: [], faces: [] };
  t.match(judge(empty, regularPolicy), {
    accepted: false,
    findings: ['face-not-found'],
    face: undefined,
    liveness: undefined,
    faceCount: 0,
  });
  t.same(judge({ ...empty, scene: { luminance: 120, detail: 0.3 } }, regularPolicy).findings, ['face-not-found']);
  for (const scene of [
    { luminance: 20, detail: 0.3 },
    { luminance: 240, detail: 0.3 },
    { luminance: 120, detail: 0.001 },
  ]) {
    t.same(judge({ ...empty, scene }, regularPolicy).findings, ['scene-not-visible', 'face-not-found']);
  }
  t.match(judge(picture({}, [outline(300)]), regularPolicy), { findings: ['too-many-faces'], face: undefined, faceCount: 2 });
  t.match(judge(picture({}, [outline(200)]), regularPolicy), { accepted: true, faceCount: 1 });
});

t.test('every finding is kept, in the stated order of precedence', async (t) => {
  t.same(
    found({
      visibleFraction: 0.5,
      eyeDistance: 5,
      occlusion: 1,
      luminance: 10,
      quality: 0.1,
      liveness: 0.01,
      pose: { yaw: 80, pitch: 0, roll: 0 },
    }),
    ['face-cropped', 'face-too-small', 'conditions-not-met', 'face-angle', 'face-occluded', 'quality-low', 'attack'],
  );
});

t.test('a picture that could not be analysed', async (t) => {
  t.match(judgeUnobserved('image-unreadable', regularPolicy), { accepted: false, findings: ['image-unreadable'], faceCount: 0 });
});

t.test(
  'for any observation: ordered, without repeats, accepted exactly when empty, and never better with a worse liveness',
  async () => {
    const unit = fc.double({ min: 0, max: 1, noNaN: true });
    const angle = fc.double({ min: -99, max: 99, noNaN: true });
    const face = fc.record({
      visibleFraction: unit,
      eyeDistance: fc.double({ min: 0, max: 400, noNaN: true }),
      occlusion: unit,
      luminance: fc.double({ min: 0, max: 255, noNaN: true }),
      quality: unit,
      liveness: unit,
      pose: fc.record({ yaw: angle, pitch: angle, roll: angle }),
    });
    fc.assert(
      fc.property(face, unit, (partial, worse) => {
        const verdict = judge(picture(partial), regularPolicy);
        const ranks = verdict.findings.map((finding) => findings.indexOf(finding));
        const ordered = ranks.every((rank, i) => i === 0 || rank > ranks[i - 1]!);
        const lower = judge(picture({ ...partial, liveness: partial.liveness * worse }), regularPolicy);
        return ordered && verdict.accepted === (verdict.findings.length === 0) && (verdict.accepted || !lower.accepted);
      }),
    );
  },
);

t.test('thresholds come from the policy', async (t) => {
  const strict: Policy = { ...regularPolicy, version: 'strict', liveness: 0.995, quality: 0.99 };
  t.match(judge(picture(), strict), { findings: ['quality-low', 'attack'], policyVersion: 'strict' });
});
