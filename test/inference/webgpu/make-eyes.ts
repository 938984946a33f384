/** Input of the network of eyes: `seed % 3 + 1` of them, all different. */
export function makeEyes(seed: number): { data: Float32Array<ArrayBuffer>; shape: number[] } {
  const shape = [(seed % 3) + 1, 1, 24, 24];
  return { data: Float32Array.from({ length: shape[0]! * 576 }, (_, i) => 0.5 + 0.5 * Math.sin(i * 0.1 * (seed + 1))), shape };
}
