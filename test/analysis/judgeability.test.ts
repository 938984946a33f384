import fc from 'fast-check';
import t from 'tap';
import { rateJudgeability } from '../../src/analysis/judgeability.js';

const good = { height: 400, sharpness: 0.4, noise: 0.5, blockiness: 1.4 };

t.test('a clear picture is judgeable, and each aspect alone lowers it', async (t) => {
  t.equal(rateJudgeability(good), 1);
  t.equal(rateJudgeability({ height: 400, sharpness: 0.4 }), 1, 'what was not measured is left out');
  t.equal(rateJudgeability({ ...good, height: 180 }), 0.5);
  t.equal(rateJudgeability({ ...good, sharpness: 0.03 }), 0.5);
  t.equal(rateJudgeability({ ...good, noise: 7.5 }), 0.5);
  t.equal(rateJudgeability({ ...good, blockiness: 6 }), 0.5);
  t.equal(rateJudgeability({ ...good, noise: 20 }), 0);
  t.ok(rateJudgeability({ ...good, height: 20 }) > 0.1, 'small size alone does not make every score unclear');
});

t.test('it never rises as an aspect gets worse, and stays within 0..1', async (t) => {
  const aspects = fc.record({
    height: fc.double({ min: 1, max: 2000, noNaN: true }),
    sharpness: fc.double({ min: 0, max: 5, noNaN: true }),
    noise: fc.double({ min: 0, max: 100, noNaN: true }),
    blockiness: fc.double({ min: 0.5, max: 100, noNaN: true }),
  });
  const worse = fc.double({ min: 1, max: 10, noNaN: true });
  fc.assert(
    fc.property(aspects, worse, (picture, by) => {
      const rated = rateJudgeability(picture);
      const { height, sharpness, noise, blockiness } = picture;
      const changes = [
        { height: height / by },
        { sharpness: sharpness / by },
        { noise: noise * by },
        { blockiness: blockiness * by },
      ];
      return rated >= 0 && rated <= 1 && changes.every((change) => rateJudgeability({ ...picture, ...change }) <= rated);
    }),
  );
  t.pass('for any picture');
});
