import type { TfNode } from './graph-model.js';
import type { OnnxGraph } from './onnx-graph.js';
import type { Weight } from './read-weights.js';

/**
 * A value in the graph. `shape` is always TensorFlow's (NHWC if it has four axes). In memory, values with four axes are *stored*
 * as NCHW (the input is transposed once, at the start), all others as in TensorFlow.
 */
export interface TfValue {
  name: string;
  shape: number[];
}

/** State of a conversion: the graph being built, the weights, and the values converted so far. */
export class Conversion {
  readonly #values = new Map<string, TfValue>();

  constructor(
    readonly graph: OnnxGraph,
    readonly weights: Map<string, Weight>,
  ) {}

  setValue(node: TfNode, value: TfValue): void {
    this.#values.set(node.name, value);
  }

  /** The converted value of a node. @throws Error if the node is a weight or has not been converted yet */
  value(name: string): TfValue {
    const value = this.#values.get(name);
    if (!value) throw new Error(`${name} must be a computed value, but it is a weight or not converted yet`);
    return value;
  }

  /** The value at an input of a node. @throws Error if the input is missing or a weight */
  input(node: TfNode, index: number): TfValue {
    return this.value(inputName(node, index));
  }

  /** The weight at an input of a node. @throws Error if the input is missing or computed */
  weight(node: TfNode, index: number): Weight {
    const name = inputName(node, index);
    const weight = this.weights.get(name);
    if (!weight) throw new Error(`input ${index} of ${node.op} ${node.name} must be a weight, but ${name} is computed`);
    return weight;
  }

  /** As `weight`, for floats. @throws Error also if the weight is not float */
  floats(node: TfNode, index: number): { shape: number[]; values: Float32Array } {
    const { shape, values } = this.weight(node, index);
    if (!(values instanceof Float32Array)) throw new Error(`input ${index} of ${node.op} ${node.name} is not float`);
    return { shape, values };
  }
}

/**
 * The name of the node at an input, without TensorFlow's `:0`.
 * @throws Error if it is missing, a control input or not a first output
 */
export function inputName(node: TfNode, index: number): string {
  const input = node.input?.[index];
  if (!input) throw new Error(`${node.op} ${node.name} lacks input ${index}`);
  const [name, output = '0'] = input.split(':');
  if (!name || name.startsWith('^') || output !== '0')
    throw new Error(`input ${input} of ${node.name} is of a kind that this converter does not support`);
  return name;
}
