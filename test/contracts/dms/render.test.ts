import t from 'tap';
import { resolvePolicy } from '../../../src/analysis/policy.js';
import { judge } from '../../../src/analysis/verdict.js';
import { realAbove } from '../../../src/contracts/dms/face-rules.js';
import { summarize } from '../../../src/contracts/dms/render.js';
import { picture } from '../../analysis/good-picture.js';

/** The summary of a good picture with this liveness score. */
function summaryOf(liveness: number, threshold: number = realAbove) {
  const policy = resolvePolicy(undefined, { liveness: threshold });
  const image = picture({ liveness });
  const verdict = judge(image, policy);
  const { findings, faceCount, uncertain } = verdict;
  const { width, height, faces } = image;
  const detail = { findings, faceCount, uncertain, policy, width, height, faces, scene: null, livenessModels: 'shipped' };
  return { findings, result: summarize({ detail, reference: null, channel: null, elapsedMs: 1 }).result };
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
