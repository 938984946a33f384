import type { TfNode } from './graph-model.js';
import type { OnnxGraph } from './onnx-graph.js';
import type { Weight } from './read-weights.js';

/**
 * A value on its way through the graph. `shape` is always TensorFlow's (NHWC when of four axes); a value of four axes *lies* in
 * memory as NCHW (the input is transposed once, at the start), any other as TensorFlow has it.
 */
export interface TfValue {
  name: string;
  shape: number[];
}

/** What an operation needs to convert itself: the graph to add to, the weights, and the values made so far. */
export class Conversion {
  readonly #values = new Map<string, TfValue>();

  constructor(
    readonly graph: OnnxGraph,
    readonly weights: Map<string, Weight>,
  ) {}

  setValue(node: TfNode, value: TfValue): void {
    this.#values.set(node.name, value);
  }

  /** The converted value of a node. @throws Error when it has none: it is a weight, or comes later */
  value(name: string): TfValue {
    const value = this.#values.get(name);
    if (!value) throw new Error(`${name} is a weight or not converted yet, where a value is needed`);
    return value;
  }

  /** The value at an input of a node. @throws Error when the input is missing or a weight */
  input(node: TfNode, index: number): TfValue {
    return this.value(inputName(node, index));
  }

  /** The constant at an input of a node. @throws Error when the input is missing or computed */
  weight(node: TfNode, index: number): Weight {
    const name = inputName(node, index);
    const weight = this.weights.get(name);
    if (!weight) throw new Error(`input ${index} of ${node.op} ${node.name} must be a weight, ${name} is none`);
    return weight;
  }

  /** As `weight`, of floats. */
  floats(node: TfNode, index: number): { shape: number[]; values: Float32Array } {
    const { shape, values } = this.weight(node, index);
    if (!(values instanceof Float32Array)) throw new Error(`input ${index} of ${node.op} ${node.name} is not float`);
    return { shape, values };
  }
}

/** The name of the node at an input, without TensorFlow's `:0`. @throws Error when there is none, or it is a second output */
export function inputName(node: TfNode, index: number): string {
  const input = node.input?.[index];
  if (!input) throw new Error(`${node.op} ${node.name} lacks input ${index}`);
  const [name, output = '0'] = input.split(':');
  if (!name || name.startsWith('^') || output !== '0')
    throw new Error(`input ${input} of ${node.name} is of a kind unknown to this converter`);
  return name;
}
