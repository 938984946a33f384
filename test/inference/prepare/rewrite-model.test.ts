import t from 'tap';
import { dropUnusedWeights } from '../../../src/inference/prepare/drop-unused-weights.js';
import { makeBatchDynamic } from '../../../src/inference/prepare/dynamic-batch.js';
import { splitPrelu } from '../../../src/inference/prepare/split-prelu.js';
import { zeroSubnormals } from '../../../src/inference/prepare/zero-subnormals.js';
import { runModel } from './run-model.js';
import { decode, encode, makeSmallModel } from './small-model.js';

const image = Float32Array.of(1, -2, 3, -4, -5, 6, -7, 8);

t.test('zeroSubnormals', async (t) => {
  const weightsOf = (model: ReturnType<typeof decode>) =>
    Array.from(new Float32Array(Uint8Array.from(model.graph!.initializer![1]!.rawData!).buffer));

  t.test('zeroes values below the bound, of either sign, and nothing else', async (t) => {
    const model = decode(encode(makeSmallModel({ scale: [1e-40, -1e-13] })));
    t.equal(zeroSubnormals(model, 1e-12), 2);
    t.same(weightsOf(model), [0, 0]);

    const large = decode(encode(makeSmallModel({ scale: [1e-11, -2] })));
    t.equal(zeroSubnormals(large, 1e-12), 0);
    t.same(weightsOf(large), [Math.fround(1e-11), -2]);
  });

  t.test('typed lists and Constant nodes too; zeros and NaN do not count as changes', async (t) => {
    const model = makeSmallModel();
    const typed = { name: 'typed', dims: [3], dataType: 1, floatData: [0, 1e-39, Number.NaN] };
    model.graph!.initializer!.push(typed);
    const constant = { name: 'c', dims: [1], dataType: 1, floatData: [-1e-39] };
    model.graph!.node!.push({ opType: 'Constant', output: ['c'], attribute: [{ name: 'value', type: 4, t: constant }] });
    t.equal(zeroSubnormals(model, 1e-12), 2);
    t.same(typed.floatData, [0, 0, Number.NaN]);
    t.same(constant.floatData, [0]);
  });

  t.test('integers are not changed, even if their bits would be a tiny float', async (t) => {
    const model = makeSmallModel();
    model.graph!.initializer!.push({ name: 'shape', dims: [1], dataType: 7, rawData: new Uint8Array([1, 0, 0, 0, 0, 0, 0, 0]) });
    t.equal(zeroSubnormals(model, 1e-12), 0);
  });
});

t.test('splitPrelu gives identical numbers', async (t) => {
  const before = makeSmallModel();
  const after = decode(encode(before));
  t.equal(splitPrelu(after), 1);
  t.notOk(after.graph!.node!.some((node) => node.opType === 'PRelu'));
  const expected = [2, -1, 6, -2, 7.5, 18, 10.5, 24];
  t.same(Array.from((await runModel(encode(before), image, [1, 2, 2, 2])).y!), expected);
  t.same(Array.from((await runModel(encode(after), image, [1, 2, 2, 2])).y!), expected);
});

t.test('splitPrelu refuses computed slopes', async (t) => {
  const model = makeSmallModel();
  model.graph!.initializer!.shift();
  t.throws(() => splitPrelu(model), /slopes of prelu/);
});

t.test('dropUnusedWeights drops a weight that no node reads', async (t) => {
  const model = makeSmallModel();
  t.equal(dropUnusedWeights(model), 1);
  t.same(
    model.graph!.initializer!.map((tensor) => tensor.name),
    ['slopes', 'scale'],
  );
});

t.test('makeBatchDynamic: two images at once give the same results as each alone', async (t) => {
  const model = decode(encode(makeSmallModel()));
  makeBatchDynamic(model);
  const mirrored = image.map((value) => -value);
  const both = await runModel(encode(model), Float32Array.of(...image, ...mirrored), [2, 2, 2, 2]);
  const alone = await Promise.all([image, mirrored].map((one) => runModel(encode(model), one, [1, 2, 2, 2])));
  t.same(Array.from(both.y!), [...alone[0]!.y!, ...alone[1]!.y!]);
});

t.test('makeBatchDynamic refuses a first dimension that is not a batch of 1', async (t) => {
  const model = makeSmallModel();
  model.graph!.output![0]!.type!.tensorType!.shape!.dim![0] = { dimValue: 8 };
  t.throws(() => makeBatchDynamic(model), /first dimension of y is not 1/);
});
