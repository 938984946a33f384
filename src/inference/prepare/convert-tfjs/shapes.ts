import type { Conversion, TfValue } from './conversion.js';
import type { TfNode } from './graph-model.js';

/** TensorFlow's NHWC axes in NCHW order. */
const nchw = [0, 3, 1, 2];

/** `AddV2` of two values of the same shape. */
export function convertAdd(node: TfNode, conversion: Conversion): TfValue {
  const [a, b] = [conversion.input(node, 0), conversion.input(node, 1)];
  if (a.shape.join() !== b.shape.join())
    throw new Error(`${node.name} adds ${a.shape} to ${b.shape}: broadcasting is not supported`);
  conversion.graph.addNode('Add', [a.name, b.name], node.name);
  return { name: node.name, shape: a.shape };
}

/** `Sigmoid`. */
export function convertSigmoid(node: TfNode, conversion: Conversion): TfValue {
  const input = conversion.input(node, 0);
  conversion.graph.addNode('Sigmoid', [input.name], node.name);
  return { name: node.name, shape: input.shape };
}

/** `Pad` with zeros, by a constant table of [before, after] per axis. */
export function convertPad(node: TfNode, conversion: Conversion): TfValue {
  const input = conversion.input(node, 0);
  const table = conversion.weight(node, 1).values;
  const axes = input.shape.length === 4 ? nchw : input.shape.map((_, axis) => axis);
  const before = axes.map((axis) => table[axis * 2]!);
  const after = axes.map((axis) => table[axis * 2 + 1]!);
  const pads = conversion.graph.addIntegers(`${node.name}/pads`, [...before, ...after]);
  conversion.graph.addNode('Pad', [input.name, pads], node.name);
  return { name: node.name, shape: input.shape.map((size, axis) => size + table[axis * 2]! + table[axis * 2 + 1]!) };
}

/**
 * `Reshape` to a constant shape that does not have four axes. An NCHW value is transposed to NHWC first, unless that changes
 * nothing.
 */
export function convertReshape(node: TfNode, conversion: Conversion): TfValue {
  const input = conversion.input(node, 0);
  const shape = resolveShape(input.shape, Array.from(conversion.weight(node, 1).values));
  if (shape.length === 4)
    throw new Error(`${node.name} reshapes ${input.shape} to four axes, which this converter does not support`);
  const [, height, width, channels] = input.shape;
  const liesAsTf = input.shape.length !== 4 || channels === 1 || (height === 1 && width === 1);
  const { graph } = conversion;
  const flat = liesAsTf ? input.name : graph.addNode('Transpose', [input.name], `${node.name}/nhwc`, { perm: [0, 2, 3, 1] });
  graph.addNode('Reshape', [flat, graph.addIntegers(`${node.name}/shape`, shape)], node.name);
  return { name: node.name, shape };
}

/**
 * Replaces the -1 in a target shape.
 * @throws Error if the number of values differs
 * @internal exported for its test, which would otherwise need a whole graph
 */
export function resolveShape(from: number[], wanted: number[]): number[] {
  const count = from.reduce((product, size) => product * size, 1);
  const known = wanted.filter((size) => size !== -1).reduce((product, size) => product * size, 1);
  const shape = wanted.map((size) => (size === -1 ? count / known : size));
  if (!shape.every(Number.isInteger) || shape.reduce((product, size) => product * size, 1) !== count)
    throw new Error(`${from} cannot be reshaped to ${wanted}`);
  return shape;
}
