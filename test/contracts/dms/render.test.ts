import t from 'tap';
import { resolvePolicy } from '../../../src/analysis/policy.js';
import { judge } from '../../../src/analysis/verdict.js';
import { realAbove } from '../../../src/contracts/dms/face-rules.js';
import { summarize } from '../../../src/contracts/dms/render.js';
import { picture } from '../../analysis/good-picture.js';

/** The summary of a good picture with this liveness score. */
function summaryOf(liveness: number, threshold: number = realAbove, judgeability = 0.9) {
  const policy = resolvePolicy(undefined, { liveness: threshold });
  const image = picture({ liveness, judgeability });
  const verdict = judge(image, policy);
  const { findings, faceCount, uncertain } = verdict;
  const { width, height, faces } = image;
  const detail = { findings, faceCount, uncertain, policy, width, height, faces, scene: null, livenessModels: 'shipped' };
  const { result, quality } = summarize({ detail, reference: null, channel: null, elapsedMs: 1 });
  return { findings, result, quality };
}

t.test('Real is strictly above the threshold, as in the vendor’s published server', async (t) => {
  t.match(summaryOf(0.7000001), { findings: [], result: 'Real' });
  // The core accepts the threshold itself (contracts A and B: "less than 0.5 is rejected").
  t.match(summaryOf(0.7), { findings: [], result: 'Spoof' });
  t.match(summaryOf(0.6999999), { findings: ['attack'], result: 'Spoof' });
});

t.test('the account’s own threshold applies in the same way', async (t) => {
  t.match(summaryOf(0.4, 0.3), { findings: [], result: 'Real' });
  t.match(summaryOf(0.3, 0.3), { findings: [], result: 'Spoof' });
});

t.test('a face that is not judgeable is of low quality, and never Real', async (t) => {
  t.match(summaryOf(0.75, realAbove, 0.3), { findings: ['not-judgeable'], result: 'Spoof', quality: 'Low' });
  t.match(summaryOf(0.4, realAbove, 0.3), { findings: ['not-judgeable'], result: 'Spoof', quality: 'Low' });
  t.match(summaryOf(0.9, realAbove, 0.3), { findings: [], result: 'Real', quality: 'High' });
  t.match(summaryOf(0.1, realAbove, 0.3), { findings: ['attack'], result: 'Spoof', quality: 'High' });
});
