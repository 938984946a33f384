import type { onnx } from 'onnx-proto';
import proto from 'onnx-proto';

/** Name and shape of an ONNX value. */
export interface OnnxValue {
  name: string;
  shape: number[];
}

type AttributeValue = number | number[];

const { INT, INTS } = proto.onnx.AttributeProto.AttributeType;
const { FLOAT, INT64 } = proto.onnx.TensorProto.DataType;

/** IR version 7 belongs to opset 13, which is old enough for every recent runtime and new enough for pads as an input. */
const irVersion = 7;
const opset = 13;

/** Collects the nodes and weights of an ONNX graph in the order they are added, so that the encoding is deterministic. */
export class OnnxGraph {
  readonly #nodes: onnx.INodeProto[] = [];
  readonly #weights = new Map<string, onnx.ITensorProto>();

  /** Adds a node with one output. @returns the output's name, `output` itself */
  addNode(opType: string, inputs: string[], output: string, attributes: Record<string, AttributeValue> = {}): string {
    const attribute = Object.entries(attributes).map(([name, value]) =>
      Array.isArray(value) ? { name, type: INTS, ints: value } : { name, type: INT, i: value },
    );
    this.#nodes.push({ opType, name: output, input: inputs, output: [output], attribute });
    return output;
  }

  /**
   * Adds float weights. Adding the same name again is allowed if the values are equal, since two nodes may share a weight.
   * @returns the name
   * @throws Error if the name exists with other values
   */
  addFloats(name: string, shape: number[], values: Float32Array): string {
    const raw = new DataView(new ArrayBuffer(values.length * 4));
    values.forEach((value, index) => {
      raw.setFloat32(index * 4, value, true);
    });
    return this.#addWeight(name, FLOAT, shape, raw);
  }

  /** Adds 64-bit integers (shapes, pads). @returns the name */
  addIntegers(name: string, values: number[]): string {
    const raw = new DataView(new ArrayBuffer(values.length * 8));
    values.forEach((value, index) => {
      raw.setBigInt64(index * 8, BigInt(value), true);
    });
    return this.#addWeight(name, INT64, [values.length], raw);
  }

  /** Encodes the graph as an ONNX model. */
  encode(name: string, inputs: OnnxValue[], outputs: OnnxValue[]): Uint8Array {
    return proto.onnx.ModelProto.encode({
      irVersion,
      opsetImport: [{ domain: '', version: opset }],
      producerName: 'triface',
      graph: {
        name,
        node: this.#nodes,
        initializer: [...this.#weights.values()],
        input: inputs.map(describeValue),
        output: outputs.map(describeValue),
      },
    }).finish();
  }

  #addWeight(name: string, dataType: number, shape: number[], raw: DataView): string {
    const rawData = new Uint8Array(raw.buffer);
    const present = this.#weights.get(name);
    if (present && Buffer.compare(present.rawData!, rawData) !== 0)
      throw new Error(`two different weights have the name ${name}`);
    if (!present) this.#weights.set(name, { name, dataType, dims: shape, rawData });
    return name;
  }
}

const describeValue = ({ name, shape }: OnnxValue): onnx.IValueInfoProto => ({
  name,
  type: { tensorType: { elemType: FLOAT, shape: { dim: shape.map((dimValue) => ({ dimValue })) } } },
});
