import t from 'tap';
import type { OcclusionSignals } from '../../src/analysis/observation.js';
import { rateOcclusion } from '../../src/analysis/occlusion.js';
import { regularPolicy } from '../../src/analysis/policy.js';
import { goodFace } from './good-picture.js';

const free = goodFace.occlusionSignals;
const isCovered = (signals: Partial<OcclusionSignals>, sharpness = 0.3): boolean =>
  rateOcclusion({ ...free, ...signals }, sharpness) > regularPolicy.occlusion;

t.test('dark glasses cover a face; tinted ones only where no open eye is seen through them', async (t) => {
  t.notOk(isCovered({}));
  t.ok(isCovered({ eyeDarkness: 0.2 }), 'as good as black');
  t.notOk(isCovered({ eyeDarkness: 0.36 }), 'deep-set eyes in shade, open');
  t.ok(isCovered({ eyeColour: 40, eyesUnseen: 0.99 }), 'tinted');
  t.notOk(isCovered({ eyeColour: 40 }), 'an overexposed face loses the chroma of its skin, not its eyes');
});

t.test('shut eyes are not taken for glasses', async (t) => {
  t.notOk(isCovered({ eyesUnseen: 1 }));
  t.ok(rateOcclusion({ ...free, mouthColour: 16 }, 0.3) < 0.1, 'what gives no hint raises nothing');
  t.notOk(isCovered({ eyesUnseen: 1, eyeDarkness: 0.55, eyeColour: 20 }), 'in shade, with make-up');
});

t.test('a mask and a patch cover a face', async (t) => {
  t.ok(isCovered({ mouthColour: 35, meshLogit: 5 }));
  t.notOk(isCovered({ mouthColour: 8, meshLogit: 5 }), 'blur alone does not');
  t.ok(isCovered({ eyeAsymmetry: 1.2 }));
  t.notOk(isCovered({ mouthColour: 35, meshLogit: 5 }, 0.01), 'the mesh network doubts a blurred face as well');
});

t.test('lenses and cloths are seen by the skin that they hide', async (t) => {
  t.ok(isCovered({ lensColour: 13, eyesUnseen: 0.5 }));
  t.notOk(isCovered({ lensColour: 16, eyesUnseen: 0 }), 'light from one side, with open eyes');
  t.ok(isCovered({ lensColour: 20, eyesUnseen: 0 }), 'a face whose lenses only seem to show eyes');
  t.ok(isCovered({ clothColour: 13 }));
  t.notOk(isCovered({ clothColour: 11 }), 'a full beard');
});
