import t from 'tap';
import type { OcclusionSignals } from '../../src/analysis/observation.js';
import { rateOcclusion } from '../../src/analysis/occlusion.js';
import { regularPolicy } from '../../src/analysis/policy.js';
import { goodFace } from './good-picture.js';

const free = goodFace.occlusionSignals;
const isCovered = (signals: Partial<OcclusionSignals>): boolean =>
  rateOcclusion({ ...free, ...signals }) > regularPolicy.occlusion;

t.test('dark glasses cover a face; tinted ones only where no open eye is seen through them', async (t) => {
  t.notOk(isCovered({}));
  t.ok(isCovered({ eyeDarkness: 0.2 }), 'as good as black');
  t.notOk(isCovered({ eyeDarkness: 0.36 }), 'deep-set eyes in shade, open');
  t.ok(isCovered({ eyeColour: 40, eyesUnseen: 0.99 }), 'tinted');
  t.notOk(isCovered({ eyeColour: 40 }), 'an overexposed face loses the chroma of its skin, not its eyes');
});

t.test('shut eyes are not taken for glasses', async (t) => {
  t.notOk(isCovered({ eyesUnseen: 1 }));
  t.ok(rateOcclusion({ ...free, mouthColour: 16 }) < 0.1, 'what gives no hint raises nothing');
  t.notOk(isCovered({ eyesUnseen: 1, eyeDarkness: 0.55, eyeColour: 20 }), 'in shade, with make-up');
});

t.test('a mask and a patch cover a face', async (t) => {
  t.ok(isCovered({ mouthColour: 35, meshLogit: 5 }));
  t.notOk(isCovered({ mouthColour: 8, meshLogit: 5 }), 'blur alone does not');
  t.ok(isCovered({ eyeAsymmetry: 1.2 }));
});
