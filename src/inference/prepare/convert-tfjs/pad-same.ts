/** A window sliding along one axis: its output size, and the zeros it needs before and after the axis. */
export interface WindowFit {
  size: number;
  before: number;
  after: number;
}

/**
 * Fits a sliding window to an axis by TensorFlow's rules. `SAME` gives ceil(input / stride) outputs and puts the odd zero *after* the
 * axis, which is why ONNX's own `auto_pad` names it SAME_UPPER; here the numbers are worked out so that the runtime sees plain pads.
 * @param padding TensorFlow's `SAME` or `VALID`
 * @throws Error for any other padding, or a window that does not fit
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
  if (padding !== 'SAME') throw new Error(`padding ${padding} is not known to this converter`);
  const size = Math.ceil(input / stride);
  const zeros = Math.max(0, (size - 1) * stride + reach - input);
  return { size, before: Math.floor(zeros / 2), after: Math.ceil(zeros / 2) };
}
