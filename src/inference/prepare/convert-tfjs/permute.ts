/**
 * Reorders the axes of a dense tensor.
 * @param order `order[k]` is the axis of the input that becomes axis k, e.g. [3, 2, 0, 1] for HWIO → OIHW
 * @returns the new values; the new shape is `order.map((axis) => shape[axis])`
 */
export function permute(values: Float32Array, shape: number[], order: number[]): Float32Array {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const sizes = order.map((axis) => shape[axis]!);
  const steps = order.map((axis) => strides[axis]!);
  const permuted = new Float32Array(values.length);
  const at = sizes.map(() => 0);
  let source = 0;
  for (let target = 0; target < permuted.length; target++) {
    permuted[target] = values[source]!;
    // Count up like an odometer, last axis first, and keep the source offset in step.
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      source += steps[axis]!;
      if (++at[axis]! < sizes[axis]!) break;
      source -= steps[axis]! * sizes[axis]!;
      at[axis] = 0;
    }
  }
  return permuted;
}
