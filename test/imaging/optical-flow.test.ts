import t from 'tap';
import { median } from '../../src/base/statistics.js';
import { measureCorners, pickCorners } from '../../src/imaging/optical-flow/find-corners.js';
import { makePyramid } from '../../src/imaging/optical-flow/pyramid.js';
import { trackPoints } from '../../src/imaging/optical-flow/track-points.js';
import { makeTexture, paint } from './textured.js';

const [width, height] = [240, 180];
const texture = makeTexture(1);

t.test('points are followed to parts of a pixel, over short and long ways', async (t) => {
  const from = makePyramid(paint(width, height, texture), 3);
  const points = pickCorners(measureCorners(from[0]!), () => true, 16, 40).filter(
    ({ x, y }) => x > 35 && x < width - 35 && y > 35 && y < height - 35,
  );
  t.ok(points.length > 8, `${points.length} points`);
  for (const [dx, dy] of [
    [0, 0],
    [0.3, -0.2],
    [4.4, 2.7],
    [-11.5, 8.2],
  ] as const) {
    // The scene moves by (dx, dy), and becomes a little brighter.
    const to = makePyramid(
      paint(width, height, (x, y) => Math.min(255, texture(x - dx, y - dy) + 6)),
      3,
    );
    const found = trackPoints(from, to, points);
    const errors = found.flatMap((place, i) =>
      place ? [Math.hypot(place.x - points[i]!.x - dx, place.y - points[i]!.y - dy)] : [],
    );
    t.ok(errors.length > 0.8 * points.length, `${errors.length} of ${points.length} found after (${dx}, ${dy})`);
    t.ok(median(errors) < 0.1, `half of them within ${median(errors)} pixels`);
    t.ok(Math.max(...errors) < 0.5, `all within ${Math.max(...errors)} pixels`);
  }
});

t.test('a point that is not in the second picture is lost', async (t) => {
  const from = makePyramid(paint(width, height, texture), 3);
  const points = pickCorners(measureCorners(from[0]!), () => true, 16, 40);
  const other = makeTexture(5);
  const found = trackPoints(from, makePyramid(paint(width, height, other), 3), points);
  t.ok(found.filter(Boolean).length < points.length / 4, 'another scene');
  const blank = makePyramid(
    paint(width, height, () => 128),
    3,
  );
  t.same(trackPoints(from, blank, points).filter(Boolean), [], 'nothing to be seen');
});

t.test('a blank wall has no corners, an edge neither', async (t) => {
  const corners = (lumaAt: (x: number, y: number) => number) =>
    pickCorners(measureCorners(makePyramid(paint(width, height, lumaAt), 1)[0]!), () => true, 8, 80);
  t.same(
    corners(() => 128),
    [],
  );
  t.same(
    corners((x) => (x < 120 ? 60 : 200)),
    [],
    'a straight edge can slide along itself',
  );
  t.ok(corners((x, y) => (x < 120 === y < 90 ? 60 : 200)).length > 0, 'where edges cross');
});

t.test('tiny pictures, and points outside', async (t) => {
  for (const [w, h] of [
    [1, 1],
    [3, 200],
    [20, 20],
  ] as const) {
    const small = makePyramid(paint(w, h, texture), 3);
    t.equal(small.length, 1);
    t.same(pickCorners(measureCorners(small[0]!), () => true, 8, 80).length >= 0, true);
    t.same(trackPoints(small, small, [{ x: w / 2, y: h / 2 }]).length, 1);
  }
  const picture = makePyramid(paint(width, height, texture), 3);
  t.same(
    trackPoints(picture, picture, [
      { x: -5, y: 10 },
      { x: Number.NaN, y: 10 },
      { x: 1e9, y: 0 },
    ]),
    [undefined, undefined, undefined],
  );
});
