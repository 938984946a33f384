import type { onnx } from 'onnx-proto';
import proto from 'onnx-proto';
import { convertGraphModel } from './convert-tfjs/convert-graph-model.js';
import { dropUnusedWeights } from './drop-unused-weights.js';
import { makeBatchDynamic } from './dynamic-batch.js';
import type { ModelEntry, PreparationStep } from './manifest.js';
import { splitPrelu } from './split-prelu.js';
import { zeroSubnormals } from './zero-subnormals.js';

/**
 * Prepares a model from its raw files by the manifest's steps. The result is deterministic, byte for byte.
 * @param files all files of the model's source by path: an ONNX file, or the .json and .bin files of a tfjs graph model
 * @returns the encoded ONNX model
 * @throws Error if a step cannot be applied to the model
 */
export function runPreparation(model: Pick<ModelEntry, 'source' | 'preparation'>, files: Map<string, Uint8Array>): Uint8Array {
  const raw = model.source.files.map((file) => files.get(file.path)!);
  const [conversion] = model.preparation;
  const start = conversion?.step === 'convert-tfjs' ? convert(raw, conversion) : raw[0]!;
  // A copy: decoding returns views into its buffer, and the steps write to them.
  const graph = proto.onnx.ModelProto.decode(Uint8Array.from(start));
  for (const step of model.preparation) apply(step, graph);
  return proto.onnx.ModelProto.encode(graph).finish();
}

function convert(raw: Uint8Array[], step: { outputs: string[]; logits: string[] }): Uint8Array {
  const [json, ...weights] = raw;
  return convertGraphModel(Buffer.from(json!).toString('utf8'), Buffer.concat(weights), step);
}

function apply(step: PreparationStep, graph: onnx.IModelProto): void {
  switch (step.step) {
    case 'convert-tfjs':
      return; // already done: the graph is its result
    case 'zero-subnormals':
      zeroSubnormals(graph, step.below);
      return;
    case 'split-prelu':
      splitPrelu(graph);
      return;
    case 'drop-unused-weights':
      dropUnusedWeights(graph);
      return;
    case 'dynamic-batch':
      makeBatchDynamic(graph);
      return;
  }
}
