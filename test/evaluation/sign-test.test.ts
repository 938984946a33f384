import t from 'tap';
import { signTest } from '../../src/evaluation/sign-test.js';

t.test('the exact sign test', async (t) => {
  t.equal(signTest(0, 0), 1);
  t.equal(signTest(3, 3), 1);
  const near = (found: number, wanted: number): boolean => t.ok(Math.abs(found - wanted) < 1e-12, `${found}, ${wanted}`);
  near(signTest(5, 0), 2 / 32);
  near(signTest(0, 6), 2 / 64);
  near(signTest(10, 1), (2 * (1 + 11)) / 2048);
  near(signTest(10, 1), signTest(1, 10));
});

t.test('thousands of pairs neither underflow nor exceed 1', async (t) => {
  // Normal approximation with continuity correction: z = 99 / sqrt(2100) = 2.160, two-sided 0.0308.
  const found = signTest(1000, 1100);
  t.ok(Math.abs(found - 0.0308) < 0.0005, `${found}`);
  t.ok(signTest(5000, 5001) <= 1);
});
