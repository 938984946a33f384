import t from 'tap';
import { resolvePolicy } from '../../../src/analysis/policy.js';
import { judge } from '../../../src/analysis/verdict.js';
import { realAbove } from '../../../src/contracts/dms/face-rules.js';
import { round, summarize } from '../../../src/contracts/dms/render.js';
import { picture } from '../../analysis/good-picture.js';
import { Random } from '../../random.js';

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

t.test('rounding is that of toFixed, also in the middle between two numbers', async (t) => {
  const random = new Random(31);
  const numbers = [0, -0, 0.005, 1.005, -1.005, 2.675, 0.00005, 8.345, 1e8 + 0.005, 1e12 + 0.25, -0.001, 1e-9, Number.MAX_VALUE];
  for (let i = 0; i < 20_000; i++) {
    numbers.push(random.next() * 10 ** random.whole(-6, 6) * (i % 2 === 0 ? 1 : -1));
    // exact middles, and their neighbours
    const middle = (random.whole(-100_000, 100_000) + 0.5) / 10 ** random.whole(2, 5);
    numbers.push(middle, middle * (1 + Number.EPSILON), middle * (1 - Number.EPSILON));
  }
  for (const number of numbers)
    for (const digits of [2, 4] as const)
      if (round(number, digits) !== Number(number.toFixed(digits))) return t.fail(`${number} to ${digits} digits`);
  t.pass(`${numbers.length} numbers`);
});
