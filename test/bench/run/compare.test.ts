import { test } from 'tap';
import { compareRuns, describeComparison } from '../../../bench/run/compare.js';
import { figure, load, loaded, run } from './made-up-run.js';

test('a run is compared by its ratios', async (t) => {
  const committed = run([figure(), loaded(load()), loaded(load(), { point: '1 client', at: 1 })]);
  const same = compareRuns(committed, committed);
  t.same(same, { compared: 7, worse: [] }, 'two costs and throughputs with refusals, and one cost');

  const twice = run([figure({ p50: 80, bareP50: 40 }), loaded(load({ perSecond: 40 }), { p50: 80, bareP50: 40 })]);
  t.same(compareRuns(twice, committed).worse, [], 'a machine half as fast');

  const costly = compareRuns(run([figure({ p50: 43.9 })]), committed);
  t.same(costly.worse, [], '10 % are tolerated');
  const { worse } = compareRuns(run([figure({ p50: 48 }), loaded(load({ perSecond: 60 }))]), committed);
  t.match(worse, [
    { figure: 'contracts, A, 4 × cores', measure: 'throughput', committed: 0.8, now: 0.6 },
    { figure: 'sizes, JPEG, 1 MP', measure: 'cost', committed: 2, now: 2.4 },
  ]);
  t.same(
    worse.map(({ worseBy }) => worseBy.toFixed(3)),
    ['0.333', '0.200'],
    'the worst first',
  );
  t.same(compareRuns(run([figure({ p50: 4 }), loaded(load({ perSecond: 100 }))]), committed).worse, [], 'better is not worse');

  const crowd = compareRuns(run([loaded(load({ refused: 10 }))]), committed);
  t.match(crowd.worse, [{ measure: 'refused', committed: 0, now: 0.25, worseBy: 0.25 }]);
  t.same(compareRuns(run([loaded(load({ refused: 3 }))]), committed).worse, [], 'some refusals');

  const wide = loaded(load({ clients: 64, parallel: 16, perSecond: 640 }), { at: 64 });
  t.same(compareRuns(run([wide]), committed).worse, [], 'another number of cores');
  t.equal(compareRuns(run([figure({ point: '3 MP' })]), committed).compared, 0, 'a figure that the other lacks');
});

test('a slower bare loop shows beside @vladmandic/human alone', async (t) => {
  const beside = (human: number, own: number) =>
    run([
      figure({ part: 'human', series: '@vladmandic/human', p50: human, bareP50: own }),
      figure({ part: 'human', series: 'Triface, bare loop', p50: own, bareP50: own }),
    ]);
  t.same(compareRuns(beside(120, 40), beside(60, 20)), { compared: 1, worse: [] }, 'a slower machine');
  t.match(
    compareRuns(beside(60, 30), beside(60, 20)).worse,
    [{ figure: 'human, Triface, bare loop, selfie', measure: 'cost' }].map(({ measure }) => ({ measure, worseBy: 0.5 })),
  );
  t.same(compareRuns(beside(40, 20), beside(60, 20)).worse.length, 1, 'a faster human counts against it as well');
  t.same(compareRuns(beside(90, 20), beside(60, 20)).worse, [], 'a slower human does not');
});

test('what a comparison says', async (t) => {
  const committed = run([figure(), loaded(load())]);
  t.match(
    describeComparison(compareRuns(committed, committed), committed),
    /^4 ratios compared with the committed run \(2026-11-30, abcdef0, 2 cores\): none is more than 10 % worse\.$/,
  );
  const text = describeComparison(compareRuns(run([figure({ p50: 60 }), loaded(load({ refused: 30 }))]), committed), committed);
  t.match(text, 'sizes, JPEG, 1 MP: cost 3.00 × bare instead of 2.00, 50 % worse');
  t.match(text, 'contracts, A, 4 × cores: 50 % refused instead of 0 %');
  const human = (p50: number) =>
    run([figure({ part: 'human', series: '@vladmandic/human', p50 }), figure({ part: 'human', series: 'own', p50: 20 })]);
  t.match(
    describeComparison(compareRuns(human(40), human(80)), human(80)),
    /^1 ratio compared [^:]+:\n {2}human, own, 1 MP: cost 0.50 × human instead of 0.25, 100 % worse$/,
  );
  t.match(describeComparison({ compared: 0, worse: [] }, committed), /Nothing to compare/);
});
