import type { onnx } from 'onnx-proto';
import proto from 'onnx-proto';

const floats = (name: string, dims: number[], values: number[]): onnx.ITensorProto => ({
  name,
  dims,
  dataType: 1,
  rawData: new Uint8Array(Float32Array.from(values).buffer),
});

const value = (name: string, dims: number[]): onnx.IValueInfoProto => ({
  name,
  type: { tensorType: { elemType: 1, shape: { dim: dims.map((dimValue) => ({ dimValue })) } } },
});

/**
 * A model small enough to read: x [1,2,2,2] → PRelu with a slope per channel → times a weight per channel → y. One weight is
 * unused.
 */
export function makeSmallModel({ slopes = [0.25, -0.5], scale = [2, 3] } = {}): onnx.IModelProto {
  return {
    irVersion: 7,
    opsetImport: [{ domain: '', version: 13 }],
    graph: {
      name: 'small',
      node: [
        { opType: 'PRelu', name: 'prelu', input: ['x', 'slopes'], output: ['bent'] },
        { opType: 'Mul', name: 'mul', input: ['bent', 'scale'], output: ['y'] },
      ],
      initializer: [floats('slopes', [2, 1, 1], slopes), floats('scale', [2, 1, 1], scale), floats('unused', [1], [1])],
      input: [value('x', [1, 2, 2, 2])],
      output: [value('y', [1, 2, 2, 2])],
      valueInfo: [value('bent', [1, 2, 2, 2])],
    },
  };
}

export const encode = (model: onnx.IModelProto): Uint8Array => proto.onnx.ModelProto.encode(model).finish();

/** Decoded from a copy: what is decoded are views into the bytes given. */
export const decode = (bytes: Uint8Array): onnx.IModelProto => proto.onnx.ModelProto.decode(Uint8Array.from(bytes));
