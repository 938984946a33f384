import Type, { type Static } from 'typebox';
import Value from 'typebox/value';

const Count = Type.Union([Type.Integer(), Type.String({ pattern: '^-?\\d+$' })]);

const AttributeSchema = Type.Object({
  s: Type.Optional(Type.String({ description: 'base64' })),
  i: Type.Optional(Count),
  list: Type.Optional(Type.Object({ s: Type.Optional(Type.Array(Type.String())), i: Type.Optional(Type.Array(Count)) })),
  shape: Type.Optional(Type.Object({ dim: Type.Optional(Type.Array(Type.Object({ size: Type.Optional(Count) }))) })),
});

const NodeSchema = Type.Object({
  name: Type.String({ minLength: 1 }),
  op: Type.String({ minLength: 1 }),
  input: Type.Optional(Type.Array(Type.String())),
  attr: Type.Optional(Type.Record(Type.String(), AttributeSchema)),
});

const WeightSpecSchema = Type.Object({
  name: Type.String(),
  shape: Type.Array(Type.Integer({ minimum: 0 })),
  dtype: Type.String(),
  quantization: Type.Optional(
    Type.Object({ dtype: Type.String(), scale: Type.Optional(Type.Number()), min: Type.Optional(Type.Number()) }),
  ),
});

const GraphModelSchema = Type.Object({
  format: Type.Literal('graph-model'),
  modelTopology: Type.Object({ node: Type.Array(NodeSchema) }),
  weightsManifest: Type.Array(Type.Object({ paths: Type.Array(Type.String()), weights: Type.Array(WeightSpecSchema) })),
});

/** The part of a tfjs graph model's `model.json` that the converter reads. */
export type GraphModel = Static<typeof GraphModelSchema>;

/** One TensorFlow operation of the graph. */
export type TfNode = Static<typeof NodeSchema>;

/** How a weight is stored in the weight file: name, shape, type and quantisation. */
export type WeightSpec = Static<typeof WeightSpecSchema>;

/**
 * Parses and validates the `model.json` of a tfjs graph model.
 * @throws Error if it is not valid JSON or not a graph model
 */
export function parseGraphModel(json: string): GraphModel {
  const model: unknown = JSON.parse(json);
  const [fault] = Value.Errors(GraphModelSchema, model);
  if (fault) throw new Error(`not a tfjs graph model: ${fault.instancePath} ${fault.message}`);
  return model as GraphModel;
}

/** A string attribute (`padding`, `data_format`); undefined if the node does not have it. */
export function readText(node: TfNode, attribute: string): string | undefined {
  const text = node.attr?.[attribute]?.s;
  return text === undefined ? undefined : decodeText(text);
}

/** A list of strings (`fused_ops`); empty if the node does not have it. */
export function readTexts(node: TfNode, attribute: string): string[] {
  return (node.attr?.[attribute]?.list?.s ?? []).map(decodeText);
}

/** A list of integers (`strides`, `ksize`, `dilations`); undefined if the node does not have it. */
export function readIntegers(node: TfNode, attribute: string): number[] | undefined {
  return node.attr?.[attribute]?.list?.i?.map(Number);
}

/** The declared shape of a placeholder; -1 for a dynamic dimension. */
export function readShape(node: TfNode): number[] {
  return (node.attr?.shape?.shape?.dim ?? []).map((dim) => Number(dim.size ?? -1));
}

const decodeText = (base64: string) => Buffer.from(base64, 'base64').toString('utf8');
