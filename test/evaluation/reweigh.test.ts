import t from 'tap';
import { isSameFusion, reweigh } from '../../src/evaluation/reweigh.js';
import { picture } from '../analysis/good-picture.js';

const livenessOf = (livenessScores: Record<string, number>, weights: Record<string, number>, photographic = 1): number =>
  reweigh(picture({ liveness: 0.123, photographic, livenessScores }), weights).faces[0]!.liveness;

t.test('the fusion of any measured models, computed by hand', async (t) => {
  // Logits ln 4 and −ln 4: their mean is 0, and with weights 3 and 1 it is ln 2.
  t.equal(livenessOf({ shipped: 0.8, other: 0.2 }, { shipped: 1, other: 1 }), 0.5);
  t.equal(livenessOf({ shipped: 0.8, other: 0.2 }, { shipped: 3, other: 1 }), 0.6666667);
  t.equal(livenessOf({ shipped: 0.8, other: 0.2, third: 0.9 }, { shipped: 1, other: 1 }), 0.5, 'others do not count');
});

t.test('a single model keeps its score; in a fusion, its logit is bounded', async (t) => {
  t.equal(livenessOf({ shipped: 1, other: 0.2 }, { shipped: 1 }), 1);
  const bounded = 1 / (1 + Math.exp(-Math.log(0.9999 / 0.0001) / 2));
  t.ok(Math.abs(livenessOf({ shipped: 1, other: 0.5 }, { shipped: 1, other: 1 }) - bounded) < 1e-7);
});

t.test('a drawing stays a drawing under other models', async (t) => {
  t.equal(livenessOf({ shipped: 0.9 }, { shipped: 1 }, 0.2), 0.2);
  t.equal(livenessOf({ shipped: 0.9, other: 0.9 }, { shipped: 1, other: 1 }, 0.2), 0.2);
});

t.test('the same fusion', async (t) => {
  t.ok(isSameFusion({ shipped: 1, a: 0.3 }, { shipped: 1, a: 0.3 }));
  t.notOk(isSameFusion({ shipped: 1, a: 0.3 }, { shipped: 1, a: 1 }));
  t.notOk(isSameFusion({ shipped: 1 }, { shipped: 1, a: 1 }));
  t.notOk(isSameFusion({ shipped: 1, a: 1 }, { shipped: 1, b: 1 }));
});
