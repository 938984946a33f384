import type { onnx } from 'onnx-proto';

/**
 * Makes the first dimension of every input and output free (`batch`), in place. Only for graphs whose reshapes take the batch from the
 * data; a graph that writes a fixed batch into a reshape would pass here and fail at run time.
 * Shapes of inner values are dropped: they say batch 1, and the runtime infers them anyway.
 * @throws Error when an input or output is no tensor of at least one dimension whose first is 1
 */
export function makeBatchDynamic(model: onnx.IModelProto): void {
  const graph = model.graph;
  if (!graph) throw new Error('the model has no graph');
  const weights = new Set((graph.initializer ?? []).map((tensor) => tensor.name));
  const inputs = (graph.input ?? []).filter((value) => !weights.has(value.name));
  for (const value of [...inputs, ...(graph.output ?? [])]) {
    const dims = value.type?.tensorType?.shape?.dim;
    if (!dims?.[0] || Number(dims[0].dimValue) !== 1) throw new Error(`${value.name} has no first dimension of 1 to make free`);
    dims[0] = { dimParam: 'batch' };
  }
  graph.valueInfo = [];
}
