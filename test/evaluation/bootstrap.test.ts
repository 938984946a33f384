import t from 'tap';
import { bootstrapCurve, seedRandom } from '../../src/evaluation/bootstrap.js';
import { makeErrorCurve } from '../../src/evaluation/error-curve.js';

/** Normal scores by Box and Muller, seeded. */
function drawNormal(count: number, mean: number, random: () => number): number[] {
  return Array.from({ length: count }, () => mean + Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()));
}

t.test('the same seed gives the same numbers, evenly spread', async (t) => {
  const [a, b, c] = [seedRandom(7), seedRandom(7), seedRandom(8)];
  const first = Array.from({ length: 10_000 }, a);
  t.same(first, Array.from({ length: 10_000 }, b));
  t.notSame(first.slice(0, 5), Array.from({ length: 5 }, c));
  const mean = first.reduce((x, y) => x + y, 0) / first.length;
  t.ok(Math.abs(mean - 0.5) < 0.01, `mean ${mean}`);
  t.ok(first.every((x) => x >= 0 && x < 1));
});

t.test('intervals are the same for the same seed and contain the measured value', async (t) => {
  const random = seedRandom(3);
  const [live, attack] = [drawNormal(120, 2, random), drawNormal(90, 0, random)];
  const interval = bootstrapCurve(live, attack, 1, 400);
  t.same(interval, bootstrapCurve(live, attack, 1, 400));
  t.notSame(interval, bootstrapCurve(live, attack, 2, 400));
  const { area, equalError } = makeErrorCurve(live, attack);
  t.ok(interval.area.low < area && area < interval.area.high);
  t.ok(interval.equalError.low <= equalError && equalError <= interval.equalError.high);
  const separated = bootstrapCurve([0.8, 0.9], [0.1], 1, 50);
  t.same(separated, { area: { low: 1, high: 1 }, equalError: { low: 0, high: 0 } });
});

t.test('about 95 of 100 intervals contain the true area', async (t) => {
  // Normal scores two deviations apart: the true area is Φ(2/√2) = 0.92135.
  const random = seedRandom(11);
  let held = 0;
  for (let i = 0; i < 200; i++) {
    const { area } = bootstrapCurve(drawNormal(80, 2, random), drawNormal(80, 0, random), i, 300);
    if (area.low <= 0.92135 && 0.92135 <= area.high) held++;
  }
  t.ok(held >= 178 && held <= 199, `${held} of 200`);
});
