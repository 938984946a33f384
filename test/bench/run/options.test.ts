import { test } from 'tap';
import { partNames, readRunOptions, UsageError } from '../../../bench/run/options.js';

test('options of the bench', async (t) => {
  const { plan } = readRunOptions([]);
  t.same(plan.parts, partNames);
  t.ok(Math.abs(plan.turns * plan.sliceMs - 2500) < 1e-6);
  t.same(plan.megapixels, [0.3, 1, 2, 12, 48]);
  const quick = readRunOptions(['--quick', '--only', 'scans,contracts', '--persons', '200,100,200', '--json', 'a.json']);
  t.same(quick.plan.parts, ['contracts', 'scans'], 'in their own order');
  t.same(quick.plan.persons, [100, 200], 'ascending, each once');
  t.same(quick.plan.scans, [1000, 10_000]);
  t.equal(quick.plan.turns, 1);
  t.equal(quick.json, 'a.json');
  t.equal(readRunOptions(['--quick', '--turns', '2', '--seconds', '1']).plan.sliceMs, 500, 'what is said comes before --quick');
  const rejected: readonly (readonly [string[], RegExp])[] = [
    [['--only', 'scan'], /--only: "scan" is not one of contracts, sizes/],
    [['--seconds', '0'], /--seconds: "0" is not a number above 0/],
    [['--seconds', 'x'], /--seconds: "x" is not a number/],
    [['--turns', '1.5'], /--turns: "1.5" is not an integer of at least 1/],
    [['--persons', '10,'], /--persons: "" is not an integer/],
    [['--megapixels', '100'], /--megapixels: "100" is not a number above 0.05 and at most 64/],
    [['--fast'], /Unknown option '--fast'/],
    [['60'], /Unexpected argument '60'/],
  ];
  for (const [words, message] of rejected) {
    t.throws(() => readRunOptions(words), message);
    t.throws(() => readRunOptions(words), UsageError);
  }
});
