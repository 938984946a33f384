import type { GraphModel, WeightSpec } from './graph-model.js';

/** A weight as plain numbers, in TensorFlow's axis order. */
export interface Weight {
  shape: number[];
  values: Float32Array | Int32Array;
}

/**
 * Reads all weights of a tfjs graph model from its weight file. Quantised weights are converted back to float32.
 * @param model gives the order, shapes and types of the weights
 * @param bytes the weight files of all groups, concatenated in the manifest's order
 * @throws Error if a stored type is not supported, or the file is longer or shorter than the weights
 */
export function readWeights(model: GraphModel, bytes: Uint8Array): Map<string, Weight> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const weights = new Map<string, Weight>();
  let offset = 0;
  for (const spec of model.weightsManifest.flatMap((group) => group.weights)) {
    const stored = spec.quantization?.dtype ?? spec.dtype;
    const width = widths[stored];
    if (!width) throw new Error(`weight ${spec.name} is stored as ${stored}, which this converter does not support`);
    const count = spec.shape.reduce((product, size) => product * size, 1);
    if (offset + count * width > bytes.byteLength) throw new Error(`the weight file ends within ${spec.name}`);
    weights.set(spec.name, { shape: spec.shape, values: readValues(spec, stored, count, view, offset) });
    offset += count * width;
  }
  if (offset !== bytes.byteLength)
    throw new Error(`the weight file is ${bytes.byteLength - offset} bytes longer than its weights`);
  return weights;
}

/** Bytes per number, by stored type. */
const widths: Record<string, number> = { float32: 4, int32: 4, float16: 2, uint16: 2, uint8: 1 };

function readValues(spec: WeightSpec, stored: string, count: number, view: DataView, offset: number): Float32Array | Int32Array {
  const indices = Array.from({ length: count }, (_, index) => index);
  if (stored === 'int32') return Int32Array.from(indices, (i) => view.getInt32(offset + i * 4, true));
  if (spec.dtype !== 'float32')
    throw new Error(`weight ${spec.name} is ${spec.dtype} stored as ${stored}, which this converter does not support`);
  if (stored === 'float32') return Float32Array.from(indices, (i) => view.getFloat32(offset + i * 4, true));
  if (stored === 'float16') return Float32Array.from(indices, (i) => readFloat16(view.getUint16(offset + i * 2, true)));
  const { scale, min } = spec.quantization ?? {};
  if (scale === undefined || min === undefined) throw new Error(`weight ${spec.name} has no scale or no minimum`);
  const read =
    stored === 'uint8' ? (i: number) => view.getUint8(offset + i) : (i: number) => view.getUint16(offset + i * 2, true);
  return Float32Array.from(indices, (i) => read(i) * scale + min);
}

/** Decodes an IEEE 754 half-precision number (Node has no Float16Array before version 24). */
function readFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * 2 ** -14 * (fraction / 1024);
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * 2 ** (exponent - 15) * (1 + fraction / 1024);
}
