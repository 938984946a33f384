import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { MotionMeasure } from '../../src/analysis/face-motion.js';
import { addEvidence, loadMotionFusion, weighMotion } from '../../src/analysis/motion-fusion.js';
import { findMotionFusion } from '../../src/base/installation.js';

const fusion = loadMotionFusion(findMotionFusion());
const measure = (changes: Partial<MotionMeasure>): MotionMeasure => ({
  residualRatio: 1,
  planeRatio: 1,
  carried: false,
  confidence: 1,
  pairs: [],
  ...changes,
});

t.test('evidence by hand, its bounds, and its confidence', async (t) => {
  const some = { version: 'x', about: '', intercept: -2, weights: { residual: 2, plane: 1 }, least: -3, most: 1, carried: -5 };
  t.equal(weighMotion(measure({}), some), -2);
  t.ok(Math.abs(weighMotion(measure({ residualRatio: Math.E }), some)) < 1e-12);
  t.equal(weighMotion(measure({ residualRatio: 0.01 }), some), -3);
  t.equal(weighMotion(measure({ residualRatio: 1000 }), some), 1);
  t.equal(weighMotion(measure({ confidence: 0.25 }), some), -0.5);
  t.equal(weighMotion(measure({ carried: true }), some), -5);
});

t.test('the numbers in use: what moves as one speaks against a living person, movement of its own in favour', async (t) => {
  t.ok(weighMotion(measure({}), fusion) < -1);
  t.ok(weighMotion(measure({ residualRatio: 8, planeRatio: 2 }), fusion) > 0.5);
  t.ok(weighMotion(measure({ residualRatio: 3 }), fusion) > weighMotion(measure({ residualRatio: 2 }), fusion));
});

t.test('evidence is added to the logit of a score', async (t) => {
  t.equal(addEvidence(0.5, 0), 0.5);
  t.equal(addEvidence(0.8, Math.log(0.25)), 0.5);
  t.ok(addEvidence(1, -5) < 0.99, 'a score of exactly 1 is bounded before');
  t.ok(addEvidence(0, 1) < 0.001);
});

t.test('a file that is damaged is named', async (t) => {
  const file = join(t.testdir(), 'motion-fusion.json');
  writeFileSync(file, JSON.stringify({ ...fusion, most: -1 }));
  t.throws(() => loadMotionFusion(file), /motion-fusion\.json is not a valid motion fusion: \/most/);
  t.throws(() => loadMotionFusion(join(t.testdir(), 'none.json')), /ENOENT/);
});
