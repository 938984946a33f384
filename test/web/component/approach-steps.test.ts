import { test } from 'tap';
import { type ApproachStep, ApproachSteps } from '../../../src/web/component/approach-steps.js';

/** Looks at faces of these heights, every 100 ms; the frames are their heights. @returns the last step, and the frames kept */
function follow(heights: readonly (number | undefined)[]) {
  const steps = new ApproachSteps(100, 100, 0);
  let step: ApproachStep | undefined;
  heights.forEach((height, i) => {
    if (step !== 'complete') step = steps.look(height, height ?? 0, 100 * (i + 1));
  });
  return { step, frames: steps.frames, progress: steps.progress };
}

test('an approach is complete at 1.65 times the size, with frames in order of size', (t) => {
  const slow = follow(Array.from({ length: 60 }, (_, i) => 100 + i * 1.5));
  t.equal(slow.step, 'complete');
  t.equal(slow.progress, 1);
  t.ok(slow.frames.length >= 6 && slow.frames.length <= 8, String(slow.frames));
  t.strictSame(
    slow.frames,
    [...slow.frames].sort((a, b) => a - b),
  );
  t.equal(slow.frames[0], 100);
  t.end();
});

test('a fast user stays near until there are enough frames', (t) => {
  t.equal(follow([168]).step, 'closer');
  t.strictSame(follow([168, 169, 170]), { step: 'complete', frames: [100, 168, 169, 170], progress: 1 });
  t.end();
});

test('frames in which the face was larger are dropped when it moves back', (t) => {
  const { frames, step } = follow([110, 120, 130, 140, 105, 112]);
  t.ok(Math.max(...frames) <= 112, String(frames));
  t.equal(step, 'closer');
  t.end();
});

test('what the user must correct', (t) => {
  t.equal(follow([110, undefined]).step, 'no-face');
  t.equal(follow([110, 240]).step, 'back', 'partly outside the picture');
  t.equal(follow(Array.from({ length: 121 }, () => 105)).step, 'late', 'twelve seconds without an end');
  t.end();
});

test('never more than eight frames, spread over the way', (t) => {
  const { frames } = follow([...Array.from({ length: 100 }, (_, i) => 100 + (i % 50)), 166, 167, 168, 169]);
  t.ok(frames.length <= 8, String(frames));
  t.end();
});
