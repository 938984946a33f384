import { InferenceSession, Tensor } from '../../../src/inference/onnxruntime.js';

/** Runs an encoded model of one float input, at one thread. @returns each output's numbers by name */
export async function runModel(model: Uint8Array, input: Float32Array, shape: number[]): Promise<Record<string, Float32Array>> {
  const session = await InferenceSession.create(model, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const results = await session.run({ [session.inputNames[0]!]: new Tensor('float32', input, shape) });
  await session.release();
  return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, tensor.data as Float32Array]));
}

/** The largest difference of two lists of one length. */
export function maxDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new Error(`${a.length} numbers against ${b.length}`);
  return Array.from(a).reduce((most, number, index) => Math.max(most, Math.abs(number - b[index]!)), 0);
}
