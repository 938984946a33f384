import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { io, type Tensor, tensor4d } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import sharp from 'sharp';
import t from 'tap';
import { findModelsDir } from '../../../../src/base/installation.js';
import { convertGraphModel } from '../../../../src/inference/prepare/convert-tfjs/convert-graph-model.js';
import { parseGraphModel } from '../../../../src/inference/prepare/convert-tfjs/graph-model.js';
import { fixture } from '../../../fixtures/fixtures.js';
import { maxDifference, runModel } from '../run-model.js';

const json = await readFile(fixture('facemesh.json'), 'utf8');
const weights = await readFile(fixture('facemesh.bin'));
const plan = { outputs: ['Identity_2', 'Identity_1'], logits: ['Identity_1'] };
const shape: [number, number, number, number] = [1, 192, 192, 3];

/** The same files, run by tfjs itself: the points, the face flag as a probability, and what goes into its sigmoid. */
async function runTfjs(image: Float32Array) {
  const { modelTopology, weightsManifest } = parseGraphModel(json);
  const weightSpecs = weightsManifest.flatMap((group) => group.weights) as io.WeightsManifestEntry[];
  const weightData = Uint8Array.from(weights).buffer;
  const model = await loadGraphModel(io.fromMemory({ modelTopology, weightSpecs, weightData, format: 'graph-model' }));
  const flagLogit = 'StatefulPartitionedCall/model_1/conv2d_31/BiasAdd';
  const results = model.execute({ input_1: tensor4d(image, shape) }, ['Identity_2', 'Identity_1', flagLogit]) as Tensor[];
  const [points, flag, logit] = results.map((result) => result.dataSync() as Float32Array);
  return { points: points!, flag: flag![0]!, logit: logit![0]! };
}

/** RGB 0..1 of a part of a picture, at 192×192. */
async function crop(name: string, left: number, top: number, side: number): Promise<Float32Array> {
  const part = sharp(await readFile(fixture(name))).extract({ left, top, width: side, height: side });
  const pixels = await part.resize(192, 192).removeAlpha().raw().toBuffer();
  return Float32Array.from(pixels, (value) => value / 255);
}

/** Repeatable noise, 0..1. */
function noise(length: number): Float32Array {
  let state = 12345;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  });
}

// Points are in pixels of 192: a thousandth of one is far below anything the mesh is used for, and float32 rounding is below it.
const pointTolerance = 1e-3;

t.test('the converted and the prepared mesh give the same results as tfjs', async (t) => {
  const converted = convertGraphModel(json, weights, plan);
  const prepared = await readFile(join(findModelsDir(), 'face-mesh.onnx'));
  const images = { face: await crop('franck_02159.jpg', 170, 20, 440), noise: noise(192 * 192 * 3) };
  for (const [name, image] of Object.entries(images)) {
    const expected = await runTfjs(image);
    t.equal(expected.flag > 0.5, name === 'face', `${name}: tfjs takes it for what it is`);
    for (const [kind, model] of Object.entries({ converted, prepared })) {
      const { Identity_2: points, Identity_1: flag } = await runModel(model, image, shape);
      const difference = maxDifference(points!, expected.points);
      t.comment(
        `${name}, ${kind}: points differ by ${difference.toExponential(1)} px at most, logit ${flag![0]} for ${expected.logit}`,
      );
      t.ok(difference < pointTolerance);
      t.ok(Math.abs(flag![0]! - expected.logit) < 1e-3);
      t.ok(Math.abs(1 / (1 + Math.exp(-flag![0]!)) - expected.flag) < 1e-4);
    }
  }
});

t.test('without asking for a logit the face flag stays the probability that the graph gives', async (t) => {
  const model = convertGraphModel(json, weights, { outputs: ['Identity_1'], logits: [] });
  const image = noise(192 * 192 * 3);
  const { Identity_1: flag, ...others } = await runModel(model, image, shape);
  t.same(others, {}, 'no other output is there');
  t.ok(Math.abs(flag![0]! - (await runTfjs(image)).flag) < 1e-6);
});

t.test('equal input gives equal bytes', async (t) => {
  const [first, second] = [convertGraphModel(json, weights, plan), convertGraphModel(json, weights, plan)];
  t.ok(Buffer.from(first).equals(second));
});

t.test('an unknown operation is an error that names it', async (t) => {
  const edit = (from: string, to: string) => convertGraphModel(json.replace(from, to), weights, plan);
  t.throws(() => edit('"op":"Prelu"', '"op":"Erf"'), /Erf \(.+\) is not a supported operation; supported are _FusedConv2D/);
  t.throws(() => convertGraphModel(json, weights, { outputs: ['Identity_9'], logits: [] }), /no node Identity_9/);
  t.throws(() => convertGraphModel(json, weights, { ...plan, logits: ['Identity_2'] }), /Identity_2 does not end in a sigmoid/);
  t.throws(() => convertGraphModel(json, weights.subarray(0, 1000), plan), /the weight file ends within/);
});
