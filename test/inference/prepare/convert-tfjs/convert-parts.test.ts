import { io, maxPool, tensor, tensor4d, transpose } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import fc from 'fast-check';
import t from 'tap';
import { parseGraphModel } from '../../../../src/inference/prepare/convert-tfjs/graph-model.js';
import { fitWindow } from '../../../../src/inference/prepare/convert-tfjs/pad-same.js';
import { permute } from '../../../../src/inference/prepare/convert-tfjs/permute.js';
import { readWeights } from '../../../../src/inference/prepare/convert-tfjs/read-weights.js';
import { resolveShape } from '../../../../src/inference/prepare/convert-tfjs/shapes.js';

const size = fc.integer({ min: 1, max: 5 });

t.test('permute reorders axes as tfjs does', async () => {
  const order = fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 });
  fc.assert(
    fc.property(fc.tuple(size, size, size, size), order, (shape, axes) => {
      const values = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, index) => index);
      const expected = transpose(tensor(values, shape), axes).dataSync();
      return (
        Buffer.compare(Buffer.from(permute(values, shape, axes).buffer), Buffer.from(Float32Array.from(expected).buffer)) === 0
      );
    }),
  );
});

t.test('fitWindow gives the same sizes as tfjs, with matching padding', async () => {
  const axis = fc.record({ input: fc.integer({ min: 1, max: 20 }), kernel: size, stride: size });
  fc.assert(
    fc.property(axis, fc.constantFrom('SAME', 'VALID'), ({ input, kernel, stride }, padding) => {
      fc.pre(padding === 'SAME' || kernel <= input);
      const fit = fitWindow({ input, kernel, stride, dilation: 1 }, padding);
      const mode = padding === 'SAME' ? 'same' : 'valid';
      const pooled = maxPool(tensor4d(new Float32Array(input), [1, input, 1, 1]), [kernel, 1], [stride, 1], mode);
      const slid = Math.floor((input + fit.before + fit.after - kernel) / stride) + 1;
      return fit.size === pooled.shape[1] && fit.size === slid && fit.after - fit.before >= 0 && fit.after - fit.before <= 1;
    }),
  );
});

t.test('fitWindow: the odd zero comes after, dilation widens the window', async (t) => {
  t.same(fitWindow({ input: 192, kernel: 3, stride: 2, dilation: 1 }, 'SAME'), { size: 96, before: 0, after: 1 });
  t.same(fitWindow({ input: 10, kernel: 3, stride: 1, dilation: 2 }, 'SAME'), { size: 10, before: 2, after: 2 });
  t.throws(() => fitWindow({ input: 2, kernel: 3, stride: 1, dilation: 1 }, 'VALID'), /window of 3 does not fit into 2/);
  t.throws(() => fitWindow({ input: 2, kernel: 1, stride: 1, dilation: 1 }, 'EXPLICIT'), /EXPLICIT/);
});

t.test('one free size of a shape is filled in', async (t) => {
  t.same(resolveShape([1, 2, 3, 4], [1, -1]), [1, 24]);
  t.throws(() => resolveShape([1, 2, 3], [4, -1]), /cannot be reshaped/);
  t.throws(() => resolveShape([1, 2, 3], [5]), /cannot be reshaped/);
});

t.test('weights of every stored type read as tfjs reads them', async (t) => {
  const groups = [
    { name: 'plain', shape: [2], dtype: 'float32' },
    { name: 'half', shape: [2, 2], dtype: 'float32', quantization: { dtype: 'float16', original_dtype: 'float32' } },
    { name: 'byte', shape: [3], dtype: 'float32', quantization: { dtype: 'uint8', scale: 0.1, min: -1.5 } },
    { name: 'word', shape: [1], dtype: 'float32', quantization: { dtype: 'uint16', scale: 0.001, min: 2 } },
    { name: 'whole', shape: [2], dtype: 'int32' },
  ] as io.WeightsManifestEntry[];
  const bytes = Uint8Array.from({ length: 8 + 8 + 3 + 2 + 8 }, (_, index) => (index * 37 + 11) % 120);
  const json = { format: 'graph-model', modelTopology: { node: [] }, weightsManifest: [{ paths: ['w.bin'], weights: groups }] };
  const model = parseGraphModel(JSON.stringify(json));
  const ours = readWeights(model, bytes);
  const theirs = io.decodeWeights(bytes.buffer, groups);
  for (const { name } of groups) t.same(Array.from(ours.get(name)!.values), Array.from(theirs[name]!.dataSync()), name);
  t.throws(() => readWeights(model, bytes.subarray(1)), /ends within whole/);
  t.throws(() => readWeights(model, Uint8Array.of(...bytes, 0)), /1 bytes longer/);
});

t.test('half-precision weights agree with tfjs on all 65536 patterns', async (t) => {
  const patterns = Uint16Array.from({ length: 65536 }, (_, index) => index);
  const group = { name: 'all', shape: [65536], dtype: 'float32', quantization: { dtype: 'float16', original_dtype: 'float32' } };
  const theirs = io.decodeWeights(patterns.buffer, [group as io.WeightsManifestEntry]).all!.dataSync();
  const weightsManifest = [{ paths: ['w.bin'], weights: [group] }];
  const model = parseGraphModel(JSON.stringify({ format: 'graph-model', modelTopology: { node: [] }, weightsManifest }));
  const ours = readWeights(model, new Uint8Array(patterns.buffer)).get('all')!.values;
  const differing = patterns.filter((bits) => !Object.is(ours[bits], theirs[bits]));
  t.same(Array.from(differing), []);
});

t.test('an invalid graph model is refused with the location of the fault', async (t) => {
  t.throws(() => parseGraphModel('{"format":"layers-model"}'), /not a tfjs graph model/);
});
