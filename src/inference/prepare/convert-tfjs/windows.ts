import type { Conversion, TfValue } from './conversion.js';
import { readIntegers, readText, readTexts, type TfNode } from './graph-model.js';
import { fitWindow } from './pad-same.js';
import { permute } from './permute.js';

/** `_FusedConv2D`: a convolution with a bias and, optionally, an activation. Weights are stored as HWIO. */
export function convertFusedConv(node: TfNode, conversion: Conversion): TfValue {
  const kernel = conversion.floats(node, 1);
  const [height, width, inputs, outputs] = kernel.shape as [number, number, number, number];
  const fused = readTexts(node, 'fused_ops');
  const [first, activation, ...more] = fused;
  if (first !== 'BiasAdd' || more.length > 0)
    throw new Error(`${node.name} fuses ${fused.join(', ')}, which this converter does not support`);
  const window = slide(node, conversion.input(node, 0), { height, width, outputs });
  const weights = permute(kernel.values, kernel.shape, [3, 2, 0, 1]);
  const { graph } = conversion;
  const convolved = graph.addNode(
    'Conv',
    [
      conversion.input(node, 0).name,
      graph.addFloats(`${node.name}/weights`, [outputs, inputs, height, width], weights),
      graph.addFloats(`${node.name}/bias`, [outputs], conversion.floats(node, 2).values),
    ],
    activation ? `${node.name}/convolved` : node.name,
    { ...window.attributes, group: 1 },
  );
  if (activation === 'Prelu') addPrelu(node, 3, convolved, conversion);
  else if (activation === 'Relu') graph.addNode('Relu', [convolved], node.name);
  else if (activation) throw new Error(`${node.name} fuses ${activation}, which this converter does not support`);
  return { name: node.name, shape: window.shape };
}

/** `DepthwiseConv2dNative`: a separate convolution per channel. Weights are stored as HWIM: M adjacent outputs per channel. */
export function convertDepthwiseConv(node: TfNode, conversion: Conversion): TfValue {
  const kernel = conversion.floats(node, 1);
  const [height, width, channels, multiple] = kernel.shape as [number, number, number, number];
  const outputs = channels * multiple;
  const window = slide(node, conversion.input(node, 0), { height, width, outputs });
  const weights = permute(kernel.values, kernel.shape, [2, 3, 0, 1]);
  const name = conversion.graph.addFloats(`${node.name}/weights`, [outputs, 1, height, width], weights);
  const attributes = { ...window.attributes, group: channels };
  conversion.graph.addNode('Conv', [conversion.input(node, 0).name, name], node.name, attributes);
  return { name: node.name, shape: window.shape };
}

/** `MaxPool`. Both formats ignore the padding of `SAME`. */
export function convertMaxPool(node: TfNode, conversion: Conversion): TfValue {
  const input = conversion.input(node, 0);
  const [batch, height, width, channels] = readIntegers(node, 'ksize') ?? [];
  if (batch !== 1 || channels !== 1 || !height || !width)
    throw new Error(`${node.name} pools over batch or channels, which this converter does not support`);
  const { attributes, shape } = slide(node, input, { height, width, outputs: input.shape[3]! });
  const { dilations: _, ...pooling } = attributes;
  conversion.graph.addNode('MaxPool', [input.name], node.name, pooling);
  return { name: node.name, shape };
}

/** `Prelu`: multiplies negative values by a slope, one per channel (or one per position). */
export function convertPrelu(node: TfNode, conversion: Conversion): TfValue {
  const input = conversion.input(node, 0);
  addPrelu(node, 1, input.name, conversion);
  return { name: node.name, shape: input.shape };
}

function addPrelu(node: TfNode, slopeAt: number, input: string, conversion: Conversion): void {
  const { shape, values } = conversion.floats(node, slopeAt);
  const [height = 1, width = 1, channels] = shape.slice(-3);
  if (channels === undefined || shape.length < 3)
    throw new Error(`${node.name} has slopes of shape ${shape}, which this converter does not support`);
  const slopes = permute(values, [height, width, channels], [2, 0, 1]);
  conversion.graph.addNode(
    'PRelu',
    [input, conversion.graph.addFloats(`${node.name}/slopes`, [channels, height, width], slopes)],
    node.name,
  );
}

/** The part common to convolutions and pooling: a window that slides over height and width. */
function slide(node: TfNode, input: TfValue, window: { height: number; width: number; outputs: number }) {
  const format = readText(node, 'data_format') ?? 'NHWC';
  if (format !== 'NHWC' || input.shape.length !== 4)
    throw new Error(`${node.name} has layout ${format} and shape ${input.shape}: only NHWC with four axes is supported`);
  const strides = readIntegers(node, 'strides') ?? [1, 1, 1, 1];
  const dilations = readIntegers(node, 'dilations') ?? [1, 1, 1, 1];
  const padding = readText(node, 'padding');
  const [batch, height, width] = input.shape as [number, number, number, number];
  const down = fitWindow({ input: height, kernel: window.height, stride: strides[1]!, dilation: dilations[1]! }, padding);
  const along = fitWindow({ input: width, kernel: window.width, stride: strides[2]!, dilation: dilations[2]! }, padding);
  return {
    shape: [batch, down.size, along.size, window.outputs],
    attributes: {
      kernel_shape: [window.height, window.width],
      strides: strides.slice(1, 3),
      dilations: dilations.slice(1, 3),
      pads: [down.before, along.before, down.after, along.after],
    },
  };
}
