import { test } from 'tap';
import type { Point } from '../../src/imaging/geometry.js';
import { fitParallax } from '../../src/imaging/parallax-fit.js';
import { Random } from '../random.js';

const focal = 600;
const random = new Random(3);
/** Points of a body 14 cm wide, with depths of up to 8 cm that no plane explains. */
const body = Array.from({ length: 120 }, () => {
  const [x, y] = [random.between(-7, 7), random.between(-7, 7)];
  return { x, y, nearness: 8 * Math.exp(-(x * x + y * y) / 20) };
});

/** A pinhole camera's picture at a distance of z cm. @param depth as a multiple of the body's @param tilt of the body, in radians */
const see = (z: number, depth: number, tilt: number, error = 0): Point[] =>
  body.map(({ x, y, nearness }) => {
    const near = nearness * depth;
    const distance = z - near * Math.cos(tilt) - x * Math.sin(tilt);
    const across = x * Math.cos(tilt) - near * Math.sin(tilt);
    return {
      x: 240 + (focal * across) / distance + error * random.normal(),
      y: 320 + (focal * y) / distance + error * random.normal(),
    };
  });
/** What the appearance says of the depth, in pixels of the first view. */
const nearness = body.map((point) => (point.nearness * focal) / 50);

/** The parallax over that of a body of this depth. */
function reliefOf(depth: number, tilt: number, error = 0) {
  const fit = fitParallax(see(50, depth, tilt, error), see(25, depth, tilt, error), nearness)!;
  return { ...fit, relief: fit.parallax / (((focal / 25 - focal / 50) * (fit.radius / (focal / 50))) / focal) };
}

test('a plane has no parallax, whatever its tilt, and a body has that of its depth', (t) => {
  for (const tilt of [0, 0.3, 0.6]) {
    const plane = reliefOf(0, tilt);
    t.ok(Math.abs(plane.relief) < 1e-3 && plane.planeResidual < 1e-3, `a plane tilted by ${tilt}: ${plane.relief}`);
    const flat = reliefOf(0, tilt, 0.2);
    t.ok(Math.abs(flat.relief) < 0.1 && flat.parallaxError > 0, `with errors of measurement: ${flat.relief}`);
  }
  for (const [depth, tilt] of [
    [1, 0],
    [1, 0.2],
    [0.5, 0],
  ] as const) {
    const found = reliefOf(depth, tilt, 0.2);
    t.ok(Math.abs(found.relief - depth) < 0.25 * depth, `a body of depth ${depth}: ${found.relief}`);
    t.ok(found.planeResidual > 3 * found.bodyResidual, 'which a plane does not explain');
  }
  t.end();
});

test('points that do not determine a fit', (t) => {
  const [from, to] = [see(50, 1, 0), see(25, 1, 0)];
  t.equal(fitParallax(from.slice(0, 11), to.slice(0, 11), nearness.slice(0, 11)), undefined, 'too few');
  t.equal(
    fitParallax(
      from.map(() => ({ x: 5, y: 5 })),
      to,
      nearness,
    ),
    undefined,
    'all in one place',
  );
  const line = from.map((_, i) => ({ x: i, y: 2 * i }));
  t.equal(fitParallax(line, line, nearness), undefined, 'on one line');
  t.equal(
    fitParallax(
      from.map(({ x }) => ({ x, y: Number.NaN })),
      to,
      nearness,
    ),
    undefined,
    'not numbers',
  );
  t.end();
});
