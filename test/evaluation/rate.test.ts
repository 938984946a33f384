import fc from 'fast-check';
import t from 'tap';
import { countRate, makeRate } from '../../src/evaluation/rate.js';

const round = (value: number | null): number => Math.round(value! * 10_000) / 10_000;

t.test('Wilson intervals are those of Newcombe (Statistics in Medicine 17, 1998, table I, method 3)', async (t) => {
  for (const [count, of, low, high] of [
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ] as const) {
    const rate = makeRate(count, of);
    t.same([round(rate.low), round(rate.high)], [low, high], `${count} of ${of}`);
  }
});

t.test('nothing to count is not a rate of zero', async (t) => {
  t.same(makeRate(0, 0), { count: 0, of: 0, value: null, low: null, high: null });
  t.throws(() => makeRate(3, 2), RangeError);
  t.throws(() => makeRate(-1, 2), RangeError);
  t.match(
    countRate([1, 2, 3, 4], (n) => n > 1),
    { count: 3, of: 4, value: 0.75 },
  );
});

t.test('the interval holds the rate, mirrors with it and narrows with the number', async () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5000 }), fc.double({ min: 0, max: 1, noNaN: true }), (of, part) => {
      const count = Math.round(of * part);
      const rate = makeRate(count, of);
      const mirrored = makeRate(of - count, of);
      const more = makeRate(count * 4, of * 4);
      return (
        rate.low! >= 0 &&
        rate.low! <= rate.value! &&
        rate.value! <= rate.high! &&
        rate.high! <= 1 &&
        Math.abs(rate.low! - (1 - mirrored.high!)) < 1e-12 &&
        more.high! - more.low! < rate.high! - rate.low!
      );
    }),
  );
});
