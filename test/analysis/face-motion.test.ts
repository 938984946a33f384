import t from 'tap';
import { type MotionFrame, type MotionMeasure, measureMotion } from '../../src/analysis/face-motion.js';
import type { LumaImage } from '../../src/imaging/luma.js';
import { makeTexture, paint } from '../imaging/textured.js';

const [width, height] = [320, 240];
const [wall, skin] = [makeTexture(1), makeTexture(4)];
const box = { x1: 125, y1: 70, x2: 195, y2: 168 };
const isHead = (x: number, y: number): boolean => ((x - 160) / 45) ** 2 + ((y - 119) / 62) ** 2 < 1;

interface Scene {
  /** movement of the camera and of the head, in pixels, at each frame */
  readonly camera: (i: number) => readonly [number, number];
  readonly head: (i: number) => readonly [number, number];
  readonly background?: (x: number, y: number) => number;
  /** how far a point of the head lies before the others: moves more with the head's turn */
  readonly relief?: number;
  readonly times?: readonly number[];
}

/** Four frames of a head in front of a wall, with noise. */
function film({ camera, head, background = wall, relief = 0, times = [0, 500, 1000, 1500] }: Scene): MotionFrame[] {
  let state = 7;
  const noise = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return ((state >>> 16) & 0xff) / 64 - 2;
  };
  return times.map((at, i) => {
    const [cx, cy] = camera(i);
    const [hx, hy] = head(i);
    const grey = paint(width, height, (x, y) => {
      const [px, py] = [x - cx, y - cy];
      if (!isHead(px - hx, py - hy)) return Math.min(255, Math.max(0, background(px, py) + noise()));
      const deep = relief * (1 - ((px - hx - 160) / 45) ** 2 - ((py - hy - 119) / 62) ** 2) * i;
      return Math.min(255, Math.max(0, skin(px - hx - deep, py - hy) + noise()));
    });
    const moved = { x1: box.x1 + cx + hx, y1: box.y1 + cy + hy, x2: box.x2 + cx + hx, y2: box.y2 + cy + hy };
    return { at, grey, box: moved, eyeDistance: 32 };
  });
}
const still = (): [number, number] => [0, 0];
const sway = (i: number): [number, number] => [1.7 * Math.sin(2 * i), 0.9 * i];
const hand = (i: number): [number, number] => [2.5 * Math.sin(i), 1.5 * i];
const measured = (scene: Scene): MotionMeasure => measureMotion(film(scene)) as MotionMeasure;

t.test('a head moves against its surroundings, a picture with them', async (t) => {
  const living = measured({ camera: still, head: sway });
  t.ok(living.residualRatio > 4, `living: ${living.residualRatio}`);
  t.equal(living.confidence, 1);
  t.equal(living.pairs.length, 3);
  const held = measured({ camera: hand, head: sway });
  t.ok(held.residualRatio > 4, `camera in the hand: ${held.residualRatio}`);
  t.equal(held.carried, false);
  const fixed = measured({ camera: still, head: still });
  t.ok(fixed.residualRatio < 1.3, `fixed picture: ${fixed.residualRatio}`);
  t.equal(fixed.carried, false, 'a camera that stands still carries nothing along');
  const waved = measured({ camera: hand, head: still });
  t.ok(waved.residualRatio < 1.3, `waved picture: ${waved.residualRatio}`);
  t.equal(waved.carried, true);
  t.ok(waved.pairs.every(({ movement }) => movement > 0.02));
});

t.test('a picture that is zoomed or turned is carried along, whatever its middle does', async (t) => {
  const texture = (x: number, y: number): number => (isHead(x, y) ? skin(x, y) : wall(x, y));
  const show = (zoom: number, angle: number): LumaImage =>
    paint(width, height, (x, y) => {
      const [dx, dy] = [(x - 160) / zoom, (y - 120) / zoom];
      return texture(160 + Math.cos(angle) * dx - Math.sin(angle) * dy, 120 + Math.sin(angle) * dx + Math.cos(angle) * dy);
    });
  const steps = [0, 1, 2, 3];
  for (const [what, pictures] of [
    ['zoomed', steps.map((i) => show(1 + 0.02 * i, 0))],
    ['turned', steps.map((i) => show(1, 0.02 * i))],
  ] as const) {
    const motion = measureMotion(pictures.map((grey, i) => ({ at: 500 * i, grey, box, eyeDistance: 32 }))) as MotionMeasure;
    t.equal(motion.carried, true, what);
  }
});

t.test('a face that bends is no plane', async (t) => {
  const flat = measured({ camera: still, head: sway });
  const deep = measured({ camera: still, head: sway, relief: 2 });
  t.ok(flat.planeRatio < 1.5, `flat: ${flat.planeRatio}`);
  t.ok(deep.planeRatio > 2 * flat.planeRatio, `deep: ${deep.planeRatio}`);
});

t.test('no statement without corners, over times that say nothing, between different shapes', async (t) => {
  t.equal(measureMotion(film({ camera: still, head: sway, background: () => 140 })), 'few-corners', 'a blank wall');
  const scene = { camera: still, head: sway };
  t.equal(measureMotion(film({ ...scene, times: [0, 500] })), 'few-frames');
  t.equal(measureMotion(film({ ...scene, times: [0] })), 'few-frames');
  t.equal(measureMotion(film({ ...scene, times: [500, 0, 1000] })), 'times');
  t.equal(measureMotion(film({ ...scene, times: [0, 0, 0, 0] })), 'times');
  t.equal(measureMotion(film({ ...scene, times: [0, 5, 10, 15] })), 'times', 'too close');
  t.equal(measureMotion(film({ ...scene, times: [0, 9e3, 18e3, 27e3] })), 'times', 'too far apart');
  t.equal(measureMotion(film({ ...scene, times: [0, 500, 1000, 9000] })), 'times', 'the picture is from another time');
  t.equal(measureMotion(film({ ...scene, times: [0, 500, Number.NaN, 1500] })), 'times');
  const [first, ...rest] = film(scene);
  t.equal(measureMotion([{ ...first!, grey: paint(240, 320, wall) }, ...rest]), 'other-shape');
});

t.test('a picture of something else at the end', async (t) => {
  const frames = film({ camera: still, head: sway });
  const other = makeTexture(9);
  const last = { ...frames.at(-1)!, grey: paint(width, height, other) };
  t.equal(measureMotion([...frames.slice(0, -1), last]), 'picture-apart');
  const early = { ...frames[0]!, grey: last.grey };
  const rest = measureMotion([early, ...frames.slice(1)]) as MotionMeasure;
  t.equal(rest.pairs.length, 2, 'at the beginning, it is left out');
  t.ok(rest.confidence < 0.7, 'and the measure counts less');
});

t.test('boxes outside of the picture', async (t) => {
  for (const wrong of [
    { x1: -900, y1: -900, x2: -800, y2: -700 },
    { x1: 0, y1: 0, x2: 0, y2: 0 },
    { x1: -1e6, y1: -1e6, x2: 1e6, y2: 1e6 },
  ]) {
    const frames = film({ camera: still, head: sway }).map((frame) => ({ ...frame, box: wrong }));
    t.equal(measureMotion(frames), 'few-corners');
  }
});
