import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { Intake } from '../../../src/platform/http/intake.js';

test('bodies beyond the limit are refused until others are released', async (t) => {
  const intake = new Intake(100);
  const first = intake.take(1000);
  t.ok(first, 'a single body is accepted, regardless of its size');
  t.notOk(intake.take(1));
  first!();
  first!();
  t.ok(intake.take(60));
  const second = intake.take(40);
  t.notOk(intake.take(1), 'a body that is released twice counts once');
  second!();
  t.ok(intake.take(40));
});

test('the time until there is room is estimated from the time for which bodies are held', async (t) => {
  const intake = new Intake(100);
  t.equal(intake.retryAfterSeconds(1), 1, 'at least a second');
  const began = performance.now();
  const slow = intake.take(100)!;
  await sleep(1300);
  const first = intake.retryAfterSeconds(1);
  slow();
  const held = performance.now() - began;
  t.ok(first >= 2 && first <= Math.ceil(held / 1000), 'none was released yet: as long again as the body has been held');
  intake.take(50);
  intake.take(50);
  const waitFrom = performance.now();
  const second = intake.retryAfterSeconds(50);
  t.ok(second >= 1 && second <= Math.ceil(held / 1000), 'the mean time');
  while (performance.now() - waitFrom < held - 500) await sleep(50);
  t.equal(intake.retryAfterSeconds(50), 1, 'the rest of it');
});
