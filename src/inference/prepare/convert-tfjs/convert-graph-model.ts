import { Conversion, inputName, type TfValue } from './conversion.js';
import { parseGraphModel, readShape, type TfNode } from './graph-model.js';
import { OnnxGraph } from './onnx-graph.js';
import { readWeights } from './read-weights.js';
import { convertAdd, convertPad, convertReshape, convertSigmoid } from './shapes.js';
import { convertDepthwiseConv, convertFusedConv, convertMaxPool, convertPrelu } from './windows.js';

/** The supported operations, by TensorFlow's name. */
const converters: Record<string, (node: TfNode, conversion: Conversion) => TfValue> = {
  _FusedConv2D: convertFusedConv,
  DepthwiseConv2dNative: convertDepthwiseConv,
  MaxPool: convertMaxPool,
  Prelu: convertPrelu,
  AddV2: convertAdd,
  Sigmoid: convertSigmoid,
  Pad: convertPad,
  Reshape: convertReshape,
  Identity: (node, conversion) => conversion.input(node, 0),
};

/** What to convert of a graph model. */
export interface ConversionPlan {
  /** Names of the nodes that become the model's outputs, in this order. Nodes that no output needs are omitted. */
  outputs: string[];
  /** Outputs that end in a sigmoid which is to be omitted: the logit before it does not saturate at 1. */
  logits: string[];
}

/**
 * Converts a tfjs graph model with one NHWC image input to ONNX (opset 13, float32, batch 1). The image is transposed to NCHW
 * once, at the start; all later operations work in NCHW. The conversion is deterministic, byte for byte.
 * @param json the graph model's `model.json`
 * @param weightFile its weight files, concatenated
 * @returns the encoded ONNX model; the input keeps its name and shape
 * @throws Error naming the operation or weight if the graph contains something unsupported
 */
export function convertGraphModel(json: string, weightFile: Uint8Array, plan: ConversionPlan): Uint8Array {
  const model = parseGraphModel(json);
  const conversion = new Conversion(new OnnxGraph(), readWeights(model, weightFile));
  const nodes = new Map(model.modelTopology.node.map((node) => [node.name, node]));
  const skipped = new Set(plan.logits.map((name) => findSigmoid(name, nodes)));
  const inputs: TfValue[] = [];
  for (const node of sortForOutputs(plan.outputs, nodes)) {
    if (node.op === 'Const') continue;
    if (node.op === 'Placeholder') {
      inputs.push(addInput(node, conversion));
      continue;
    }
    const convert = skipped.has(node.name) ? converters.Identity : converters[node.op];
    if (!convert)
      throw new Error(
        `${node.op} (${node.name}) is not a supported operation; supported are ${Object.keys(converters).join(', ')}`,
      );
    conversion.setValue(node, convert(node, conversion));
  }
  if (inputs.length !== 1) throw new Error(`the graph must have exactly one input, but it has ${inputs.length}`);
  const outputs = plan.outputs.map((name) => {
    const value = conversion.value(name);
    if (value.shape.length === 4) throw new Error(`output ${name} has four axes: only flattened outputs are supported`);
    if (value.name !== name) conversion.graph.addNode('Identity', [value.name], name);
    return { name, shape: value.shape };
  });
  return conversion.graph.encode('tfjs', inputs, outputs);
}

function addInput(node: TfNode, conversion: Conversion): TfValue {
  const [batch, ...image] = readShape(node);
  if (batch === undefined || image.length !== 3 || image.some((size) => size < 1))
    throw new Error(`input ${node.name} is not an NHWC image`);
  const shape = [1, ...image];
  const transposed = conversion.graph.addNode('Transpose', [node.name], `${node.name}/nchw`, { perm: [0, 3, 1, 2] });
  conversion.setValue(node, { name: transposed, shape });
  return { name: node.name, shape };
}

/** The nodes that the outputs need, each after its inputs. The order depends only on the graph. */
function sortForOutputs(outputs: string[], nodes: Map<string, TfNode>): TfNode[] {
  const sorted = new Set<TfNode>();
  const open = new Set<TfNode>();
  const visit = (name: string) => {
    const node = nodes.get(name);
    if (!node) throw new Error(`the graph has no node ${name}`);
    if (sorted.has(node)) return;
    if (open.has(node)) throw new Error(`the graph has a cycle through ${name}`);
    open.add(node);
    for (const index of (node.input ?? []).keys()) visit(inputName(node, index));
    sorted.add(node);
  };
  for (const name of outputs) visit(name);
  return [...sorted];
}

/** The sigmoid that an output ends in, possibly followed by nodes that only change the shape. */
function findSigmoid(output: string, nodes: Map<string, TfNode>): string {
  let node = nodes.get(output);
  while (node && (node.op === 'Identity' || node.op === 'Reshape')) node = nodes.get(inputName(node, 0));
  if (node?.op !== 'Sigmoid') throw new Error(`output ${output} does not end in a sigmoid`);
  return node.name;
}
