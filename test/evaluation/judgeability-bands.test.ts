import t from 'tap';
import { bandsSection } from '../../src/evaluation/bands-section.js';
import type { JudgedSample } from '../../src/evaluation/judge-sample.js';
import { splitByJudgeability } from '../../src/evaluation/judgeability-bands.js';
import { attack, bonaFide } from './made-samples.js';

const options = { threshold: 0.5, judgeability: 0.5, targets: [{ falseAccept: 0.05 }], seed: 1 };
const at = (judgeability: number, sample: JudgedSample): JudgedSample => ({ ...sample, judgeability });
/** Bona fide scores of 0.6 and more; attacks of 0.4 and less except for `wrong` of 0.9. */
const make = (count: number, judgeability: number, wrong = 0): JudgedSample[] =>
  Array.from({ length: count }, (_, i) => [
    at(judgeability, bonaFide(`b${i}`, 0.6 + i / 1000)),
    at(judgeability, attack(`a${i}`, 'print', i < wrong ? 0.9 : 0.4 - i / 1000)),
  ]).flat();

t.test('below and above the threshold; finer only if every half has enough pictures', async (t) => {
  const bands = splitByJudgeability([...make(25, 0.1, 2), ...make(25, 0.4), ...make(10, 0.6), ...make(30, 0.9)], options);
  t.match(bands, [
    { from: 0, to: 0.25, below: true, bonaFide: 25, attack: 25, apcer: { count: 2, of: 25 }, bpcer: { count: 0, of: 25 } },
    { from: 0.25, to: 0.5, below: true, bonaFide: 25, apcer: { count: 0 } },
    { from: 0.5, to: 1, below: false, bonaFide: 40, attack: 40 },
  ]);
  t.equal(bands[1]!.curve!.area, 1);
  t.equal(bands[0]!.curve!.area, (25 * 23) / (25 * 25));
  // Two of 25 attacks are above every bona fide score, so that APCER ≤ 5 % leaves one: all bona fide are rejected.
  t.match(bands[0]!.suggestions, [{ enough: true, found: { falseReject: { count: 25 } } }]);
  t.match(bands[1]!.suggestions, [{ enough: true, found: { falseReject: { count: 0 }, falseAccept: { count: 1 } } }]);
});

t.test('a border belongs to the band above it, and 1 to the last', async (t) => {
  const [low, high] = splitByJudgeability(
    [at(0.5, bonaFide('a', 0.9)), at(1, bonaFide('b', 0.9)), at(0, bonaFide('c', 0.9))],
    options,
  );
  t.match([low, high], [{ bonaFide: 1 }, { bonaFide: 2 }]);
});

t.test('a small band has counts and a statement, but neither curve nor threshold', async (t) => {
  const bands = splitByJudgeability([...make(19, 0.1), ...make(60, 0.9)], options);
  t.match(bands[0], { bonaFide: 19, curve: null, suggestions: [{ enough: false, found: undefined, needed: 20 }] });
  const page = bandsSection(bands).text;
  t.match(page, /No curve and no threshold for 0–0\.5: fewer than 20 bona fide presentations or attacks/);
  t.match(page, /too few pictures: 20 needed/);
});

t.test('a strict target needs more pictures than one error', async (t) => {
  const of = (rate: number) =>
    splitByJudgeability(make(50, 0.9), { ...options, targets: [{ falseReject: rate }] })[1]!.suggestions[0];
  t.match(of(0.01), { enough: false, needed: 100 });
  t.match(of(0.02), { enough: true, needed: 50 });
  t.match(of(0), { enough: true, needed: 20 }, 'no error at all is a target like any other');
});

t.test('a policy that never asks again has no band below its threshold', async (t) => {
  t.match(splitByJudgeability(make(25, 0.1), { ...options, judgeability: 0 }), [
    { to: 0.5, below: false },
    { from: 0.5, below: false },
  ]);
  t.same(splitByJudgeability([{ ...bonaFide('a', 0.9), judgeability: null }], options), []);
});
