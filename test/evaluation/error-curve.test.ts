import fc from 'fast-check';
import t from 'tap';
import { findOperatingPoint, makeErrorCurve } from '../../src/evaluation/error-curve.js';
import { suggestThreshold } from '../../src/evaluation/suggest-threshold.js';

/** Few distinct values, so that ties are common. */
const scores = fc.array(
  fc.integer({ min: 0, max: 12 }).map((n) => n / 12),
  { minLength: 1, maxLength: 40 },
);

t.test('calculated by hand: four bona fide scores, five of attacks', async (t) => {
  // 0.1u 0.2u 0.3w 0.4u 0.4w 0.6u 0.7u 0.8w 0.9w
  const curve = makeErrorCurve([0.3, 0.4, 0.8, 0.9], [0.1, 0.2, 0.4, 0.6, 0.7]);
  // 0.3 beats 2; 0.4 beats 2 and ties 1; 0.8 and 0.9 beat 5 each
  t.equal(curve.area, (2 + 2.5 + 5 + 5) / 20);
  t.same(
    curve.points.map(({ falseAccept, falseReject }) => [Math.round(falseAccept * 5), Math.round(falseReject * 4)]),
    [
      [5, 0],
      [4, 0],
      [3, 0],
      [3, 1],
      [2, 2],
      [1, 2],
      [0, 2],
      [0, 3],
      [0, 4],
    ],
  );
  // Between (3/5, 1/4) and (2/5, 2/4): 0.6 − 0.2p = 0.25 + 0.25p, p = 7/9, so 0.6 − 14/90.
  t.ok(Math.abs(curve.equalError - (0.6 - 14 / 90)) < 1e-12, `${curve.equalError}`);
  t.ok(Math.abs(findOperatingPoint(curve, { falseAccept: 0.2 })!.threshold - 0.65) < 1e-12, 'in the middle of its gap');
  t.match(suggestThreshold([0.3, 0.4, 0.8, 0.9], [0.1, 0.2, 0.4, 0.6, 0.7], { falseReject: 0.25 }), {
    threshold: 0.35,
    falseAccept: { count: 3, of: 5 },
    falseReject: { count: 1, of: 4 },
  });
});

t.test('separated scores, equal scores and inverted scores', async (t) => {
  t.match(makeErrorCurve([0.8, 0.9], [0.1, 0.2]), { area: 1, equalError: 0 });
  t.match(makeErrorCurve([0.5, 0.5], [0.5]), { area: 0.5, equalError: 0.5 });
  t.match(makeErrorCurve([0.1], [0.9]), { area: 0, equalError: 1 });
  t.throws(() => makeErrorCurve([], [1]), RangeError);
  t.equal(suggestThreshold([], [1], { falseAccept: 0.1 }), undefined);
});

t.test('if an attack has the highest possible score, no threshold excludes it and none is suggested', async (t) => {
  t.equal(suggestThreshold([0.9, 0.8], [1, 0.2], { falseAccept: 0 }), undefined);
  const kept = suggestThreshold([0.9, 0.8], [0.95, 0.2], { falseAccept: 0 })!;
  t.ok(kept.threshold > 0.95 && kept.threshold <= 1);
  t.match(kept, { falseAccept: { count: 0 }, falseReject: { count: 2 } });
});

t.test('the area is the Mann-Whitney statistic', async () => {
  fc.assert(
    fc.property(scores, scores, (wanted, unwanted) => {
      const wins = wanted.flatMap((w) => unwanted.map((u) => (w > u ? 1 : w === u ? 0.5 : 0)));
      const expected = wins.reduce((a: number, b) => a + b, 0) / wins.length;
      return Math.abs(makeErrorCurve(wanted, unwanted).area - expected) < 1e-9;
    }),
  );
});

t.test('the curve is monotonic, from all accepted to all refused, and each point matches its threshold', async () => {
  fc.assert(
    fc.property(scores, scores, (wanted, unwanted) => {
      const { points, equalError } = makeErrorCurve(wanted, unwanted);
      const rising = points.every((p, i) => {
        const before = points[i - 1];
        return (
          !before ||
          (p.threshold > before.threshold && p.falseAccept <= before.falseAccept && p.falseReject >= before.falseReject)
        );
      });
      const true_ = points.every(
        (p) =>
          Math.abs(p.falseAccept - unwanted.filter((s) => s >= p.threshold).length / unwanted.length) < 1e-12 &&
          Math.abs(p.falseReject - wanted.filter((s) => s < p.threshold).length / wanted.length) < 1e-12,
      );
      const ends = points[0]!.falseAccept === 1 && points.at(-1)!.falseReject === 1;
      return rising && true_ && ends && equalError >= 0 && equalError <= 1;
    }),
  );
});

t.test('a suggested threshold meets its target with the least of the other error', async () => {
  fc.assert(
    fc.property(scores, scores, fc.double({ min: 0, max: 0.5, noNaN: true }), (wanted, unwanted, rate) => {
      const byAccept = suggestThreshold(wanted, unwanted, { falseAccept: rate });
      const byReject = suggestThreshold(wanted, unwanted, { falseReject: rate })!;
      const { points } = makeErrorCurve(wanted, unwanted);
      const best = Math.min(...points.filter((p) => p.falseAccept <= rate).map((p) => p.falseReject));
      const least = Math.min(...points.filter((p) => p.falseReject <= rate).map((p) => p.falseAccept));
      const keepsAccept =
        byAccept === undefined
          ? unwanted.includes(1)
          : byAccept.falseAccept.value! <= rate && byAccept.falseReject.value === best;
      return keepsAccept && byReject.falseReject.value! <= rate && Math.abs(byReject.falseAccept.value! - least) < 1e-12;
    }),
  );
});
