import type { onnx } from 'onnx-proto';

/**
 * Makes the first dimension of every input and output dynamic (`batch`), in place. Only for graphs whose reshapes take the batch
 * size from the data; a graph with a fixed batch size in a reshape would pass here and fail at run time. The shapes of inner
 * values are dropped, since they assume a batch size of 1 and the runtime infers them anyway.
 * @throws Error if an input or output is not a tensor whose first dimension is 1
 */
export function makeBatchDynamic(model: onnx.IModelProto): void {
  const graph = model.graph;
  if (!graph) throw new Error('the model has no graph');
  const weights = new Set((graph.initializer ?? []).map((tensor) => tensor.name));
  const inputs = (graph.input ?? []).filter((value) => !weights.has(value.name));
  for (const value of [...inputs, ...(graph.output ?? [])]) {
    const dims = value.type?.tensorType?.shape?.dim;
    if (!dims?.[0] || Number(dims[0].dimValue) !== 1)
      throw new Error(`the first dimension of ${value.name} is not 1, so it cannot be made dynamic`);
    dims[0] = { dimParam: 'batch' };
  }
  graph.valueInfo = [];
}
