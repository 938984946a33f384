/** The fit of a sliding window along one axis: number of outputs, and zeros to pad before and after. */
export interface WindowFit {
  size: number;
  before: number;
  after: number;
}

/**
 * Fits a sliding window to an axis by TensorFlow's rules. `SAME` gives ceil(input / stride) outputs; if the number of zeros is
 * odd, the extra one is added *after* the axis (SAME_UPPER in ONNX's `auto_pad`). The converter writes explicit pads instead of
 * `auto_pad`.
 * @param padding TensorFlow's `SAME` or `VALID`
 * @throws Error for any other padding, or if the window does not fit
 */
export function fitWindow(
  axis: { input: number; kernel: number; stride: number; dilation: number },
  padding: string | undefined,
): WindowFit {
  const { input, kernel, stride, dilation } = axis;
  const reach = (kernel - 1) * dilation + 1;
  if (padding === 'VALID') {
    if (reach > input) throw new Error(`a window of ${reach} does not fit into ${input}`);
    return { size: Math.ceil((input - reach + 1) / stride), before: 0, after: 0 };
  }
  if (padding !== 'SAME') throw new Error(`this converter does not support padding ${padding}`);
  const size = Math.ceil(input / stride);
  const zeros = Math.max(0, (size - 1) * stride + reach - input);
  return { size, before: Math.floor(zeros / 2), after: Math.ceil(zeros / 2) };
}
