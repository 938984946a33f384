import t from 'tap';
import { boundLogit, logitLimit, toLogit, toProbability } from '../../../src/base/logit.js';
import type { RgbImage } from '../../../src/imaging/image.js';
import type { LivenessPackDescription } from '../../../src/inference/packs/pack-description.js';
import { PackLiveness } from '../../../src/inference/packs/pack-liveness.js';
import { temporaryDirectory } from '../../helper.js';
import { describeMade, makeNetwork, writePack } from './made-pack.js';

const image: RgbImage = (() => {
  const [width, height] = [40, 60];
  // Left half 200/100/50, right half 20/30/40.
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) =>
    Math.floor(i / 3) % width < 20 ? [200, 100, 50][i % 3]! : [20, 30, 40][i % 3]!,
  );
  return { data, width, height };
})();
const left = { x1: 4, y1: 10, x2: 14, y2: 30 };

const network = makeNetwork();
const base = describeMade(network).networks[0]!;

async function score(
  t: Parameters<typeof temporaryDirectory>[0],
  change: Partial<LivenessPackDescription['networks'][0]>,
  box = left,
): Promise<number> {
  const description = describeMade(network, { networks: [{ ...base, ...change }] });
  const directory = writePack(temporaryDirectory(t), network, description);
  const pack = await PackLiveness.open({ id: 'made@1.0.0', directory, description }, 'cpu');
  const probability = await pack.score(image, box);
  await pack.close();
  return probability;
}
const softmaxFirst = (values: number[]): number => Math.exp(values[0]!) / values.reduce((sum, v) => sum + Math.exp(v), 0);
const near = (a: number, b: number): boolean => Math.abs(a - b) < 1e-5;

t.test('colour order, mean and scale reach the network as described', async (t) => {
  t.ok(near(await score(t, {}), softmaxFirst([2, 1, 0.5])));
  t.ok(near(await score(t, { input: { ...base.input, colour: 'bgr' } }), softmaxFirst([0.5, 1, 2])));
  const input = { ...base.input, mean: [190, 90, 45], scale: [0.1, 0.2, 0.4] };
  t.ok(near(await score(t, { input }), softmaxFirst([1, 2, 2])));
});

t.test('each kind of output is read as described', async (t) => {
  const read = (kind: 'softmax' | 'sigmoid' | 'probability', liveIndex: number) =>
    score(t, { output: { name: 'output', kind, liveIndex } });
  t.ok(near(await read('softmax', 1), softmaxFirst([1, 2, 0.5])));
  t.ok(near(await read('sigmoid', 1), toProbability(1)));
  t.ok(near(await read('probability', 2), 0.5));
  await t.rejects(read('probability', 0), /made\.onnx returned 2\.?\d*, which is outside 0\.\.1/);
  await t.rejects(read('softmax', 3), /returned 3 values, but at least 4 are needed/);
});

t.test('the crop is as described', async (t) => {
  const red = (crop: LivenessPackDescription['networks'][0]['crop'], resize: 'bilinear' | 'area-lanczos', box = left) =>
    score(t, { crop, resize, output: { name: 'output', kind: 'sigmoid', liveIndex: 0 } }, box).then((p) => toLogit(p) * 100);
  // 20×40 about (9, 20): shifted it is columns 0..20, all of the left colour; with black outside a twentieth is missing.
  const twice = { box: 'raw', scale: 2, outside: 'shift' } as const;
  t.ok(Math.abs((await red(twice, 'bilinear')) - 200) < 0.1);
  t.ok(Math.abs((await red({ ...twice, outside: 'reflect' }, 'area-lanczos')) - 200) < 0.1);
  t.ok(Math.abs((await red({ ...twice, outside: 'zero' }, 'area-lanczos')) - 190) < 0.1);
  // The square of the longer side: 20 wide, from −1 to 19. For a box that is wider than high this is its width.
  t.ok(Math.abs((await red({ box: 'square-longer', scale: 1, outside: 'zero' }, 'area-lanczos')) - 190) < 0.1);
  const lying = { x1: 0, y1: 20, x2: 40, y2: 40 };
  t.ok(Math.abs((await red({ box: 'square-longer', scale: 1, outside: 'zero' }, 'area-lanczos', lying)) - 110) < 0.1);
  const offCentre = { x1: 0, y1: 20, x2: 20, y2: 30 };
  t.ok(Math.abs((await red({ box: 'square-height', scale: 1, outside: 'zero' }, 'area-lanczos', offCentre)) - 200) < 0.1);
});

t.test('several networks are combined as described', async (t) => {
  const networks = [0, 2].map((liveIndex) => ({ ...base, output: { name: 'output', kind: 'sigmoid' as const, liveIndex } }));
  for (const [combine, wanted] of [
    ['mean-logit', toProbability(1.25)],
    ['mean-probability', (toProbability(2) + toProbability(0.5)) / 2],
  ] as const) {
    const description = describeMade(network, { networks, combine });
    const directory = writePack(temporaryDirectory(t), network, description);
    const pack = await PackLiveness.open({ id: 'made@1.0.0', directory, description }, 'cpu');
    t.ok(near(await pack.score(image, left), wanted), combine);
    await pack.close();
  }
});

t.test('logits are bounded, so that no model overrules all others', async (t) => {
  t.equal(toLogit(1), logitLimit);
  t.equal(toLogit(0), -logitLimit);
  t.equal(boundLogit(-40), -logitLimit);
  t.ok(near(toProbability(toLogit(0.3)), 0.3));
});
