import type { onnx } from 'onnx-proto';

/**
 * Removes weights that no node reads and no output names, in place. Otherwise the runtime warns about each of them at every
 * start.
 * @returns number of weights removed
 */
export function dropUnusedWeights(model: onnx.IModelProto): number {
  const graph = model.graph;
  if (!graph) throw new Error('the model has no graph');
  const used = new Set([
    ...(graph.node ?? []).flatMap((node) => node.input ?? []),
    ...(graph.output ?? []).map((value) => value.name),
  ]);
  const before = graph.initializer ?? [];
  graph.initializer = before.filter((tensor) => used.has(tensor.name ?? ''));
  return before.length - graph.initializer.length;
}
