import fc from 'fast-check';
import t from 'tap';
import type { Point } from '../../src/imaging/geometry.js';
import { mapPoint } from '../../src/imaging/geometry.js';
import { applyHomography, distanceAfter, fitHomography, fitSimilarityRobustly } from '../../src/imaging/plane-fit.js';

const grid: Point[] = Array.from({ length: 36 }, (_, i) => ({ x: 100 + 31 * (i % 6), y: 60 + 27 * Math.floor(i / 6) }));

t.test('a similarity is found although two points in five moved otherwise', async (t) => {
  const truth = { a: 1.02, b: -0.05, tx: 7.5, c: 0.05, d: 1.02, ty: -3.25 };
  const to = grid.map((point, i) => {
    const { x, y } = mapPoint(truth, point.x, point.y);
    return i % 5 < 2 ? { x: x + 9 + i, y: y - 14 } : { x, y };
  });
  const fit = fitSimilarityRobustly(grid, to, 0.5)!;
  t.equal(fit.inliers, grid.filter((_, i) => i % 5 >= 2).length);
  t.ok(distanceAfter(fit.map, grid[2]!, to[2]!) < 1e-6);
  t.same(fitSimilarityRobustly(grid, to, 0.5), fit, 'the same points give the same fit');
});

t.test('the homography of a tilted plane is found, with outliers', async (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 8, maxLength: 8 }),
      ([a, b, c, d, e, f, g, h]) => {
        const truth = [1 + a! / 5, b! / 5, 20 * c!, d! / 5, 1 + e! / 5, 20 * f!, g! / 2000, h! / 2000, 1];
        const to = grid.map((point, i) => {
          const { x, y } = applyHomography(truth, point);
          return i === 7 || i === 20 ? { x: x + 12, y } : { x, y };
        });
        const fit = fitHomography(grid, to)!;
        const errors = grid
          .map((point, i) => {
            const { x, y } = applyHomography(fit, point);
            return Math.hypot(x - to[i]!.x, y - to[i]!.y);
          })
          .sort((p, q) => p - q);
        return errors[18]! < 0.4;
      },
    ),
    { numRuns: 200, seed: 29 },
  );
  const exact = grid.map((point) => applyHomography([1.1, 0.1, 5, -0.05, 0.9, 8, 0.0004, -0.0003, 1], point));
  const fit = fitHomography(grid, exact)!;
  t.ok(
    grid.every(
      (point, i) => Math.hypot(applyHomography(fit, point).x - exact[i]!.x, applyHomography(fit, point).y - exact[i]!.y) < 1e-6,
    ),
  );
});

t.test('too few points, points at one place, on a line, or not finite', async (t) => {
  const line = Array.from({ length: 9 }, (_, i) => ({ x: i, y: 2 * i }));
  const one = Array.from({ length: 9 }, () => ({ x: 3, y: 4 }));
  const wrong = grid.map(() => ({ x: Number.NaN, y: 0 }));
  t.equal(fitHomography(grid.slice(0, 4), grid.slice(0, 4)), undefined);
  t.equal(fitHomography(line, line), undefined);
  t.equal(fitHomography(one, one), undefined);
  t.equal(fitHomography(grid, wrong), undefined);
  t.equal(fitSimilarityRobustly(grid.slice(0, 2), grid.slice(0, 2), 0.5), undefined);
  t.equal(fitSimilarityRobustly(one, one, 0.5), undefined);
  t.equal(fitSimilarityRobustly(grid, wrong, 0.5), undefined);
});
