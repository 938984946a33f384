import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import proto, { type onnx } from 'onnx-proto';
import type { LivenessPackDescription, RecognitionPackDescription } from '../../../src/inference/packs/pack-description.js';

// Real networks that are small enough to be created here: the mean of each channel, after the steps that a test adds, as class
// scores.

/** One ONNX operator without attributes but those given. */
interface Step {
  readonly opType: string;
  readonly attribute?: onnx.IAttributeProto[];
}

const concat: Step = { opType: 'Concat', attribute: [{ name: 'axis', type: proto.onnx.AttributeProto.AttributeType.INT, i: 1 }] };

const tensor = (name: string, dims: readonly (number | string)[]): onnx.IValueInfoProto => ({
  name,
  type: {
    tensorType: {
      elemType: proto.onnx.TensorProto.DataType.FLOAT,
      shape: { dim: dims.map((size) => (typeof size === 'string' ? { dimParam: size } : { dimValue: size })) },
    },
  },
});

export interface MadeNetwork {
  /** after the mean of each channel (default none: the outputs are the means) */
  readonly steps?: readonly Step[];
  readonly channels?: number;
  readonly side?: number;
  /** give the channels' numbers so many times (default once) */
  readonly repeat?: number;
  /** keep a weight in another file, as ONNX allows */
  readonly external?: string;
}

/** input [1, channels, side, side] → output [1, channels · repeat] */
export function makeNetwork({ steps = [], channels = 3, side = 8, repeat = 1, external }: MadeNetwork = {}): Uint8Array {
  const all: Step[] = [{ opType: 'GlobalAveragePool' }, { opType: 'Flatten' }, ...(repeat > 1 ? [concat] : []), ...steps];
  const node = all.map(({ opType, attribute = [] }, i) => ({
    opType,
    attribute,
    input: Array.from({ length: opType === 'Concat' ? repeat : 1 }, () => (i === 0 ? 'input' : `t${i}`)),
    output: [i === all.length - 1 ? 'output' : `t${i + 1}`],
  }));
  const initializer: onnx.ITensorProto[] = external
    ? [
        {
          name: 'elsewhere',
          dims: [1],
          dataType: proto.onnx.TensorProto.DataType.FLOAT,
          dataLocation: proto.onnx.TensorProto.DataLocation.EXTERNAL,
          externalData: [{ key: 'location', value: external }],
        },
      ]
    : [];
  const graph = {
    name: 'made',
    node,
    initializer,
    input: [tensor('input', ['batch', channels, side, side])],
    output: [tensor('output', ['batch', channels * repeat])],
  };
  return proto.onnx.ModelProto.encode({ irVersion: 8, opsetImport: [{ domain: '', version: 13 }], graph }).finish();
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

type Description = LivenessPackDescription | RecognitionPackDescription;

/** A valid description of one `makeNetwork()`. */
export function describeMade(network: Uint8Array, changes: Partial<LivenessPackDescription> = {}): LivenessPackDescription {
  return {
    format: 1,
    name: 'made',
    version: '1.0.0',
    kind: 'liveness',
    licence: 'CC0-1.0',
    origin: 'made by a test',
    networks: [
      {
        file: 'made.onnx',
        sha256: sha256(network),
        input: { name: 'input', width: 8, height: 8, layout: 'nchw', colour: 'rgb', mean: [0, 0, 0], scale: [0.01, 0.01, 0.01] },
        crop: { box: 'raw', scale: 1, outside: 'shift' },
        resize: 'bilinear',
        output: { name: 'output', kind: 'softmax', liveIndex: 0 },
      },
    ],
    combine: 'mean-logit',
    ...changes,
  };
}

/** Writes a pack's directory. @param description written as given, valid or not */
export function writePack(directory: string, network: Uint8Array, description: Description | object): string {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'pack.json'), JSON.stringify(description));
  writeFileSync(join(directory, 'made.onnx'), network);
  return directory;
}
