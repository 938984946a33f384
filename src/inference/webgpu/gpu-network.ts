import { basename } from 'node:path';
import type { Network } from '../network.js';
import { ProviderError } from '../provider-error.js';
import { openLocalSession, type Session, type TensorInfo } from '../session.js';

type Outputs = Awaited<ReturnType<Network['run']>>;

/** A network on the GPU, for the one thread that uses WebGPU. */
export interface GpuNetwork extends Session {
  /**
   * Numbers of inputs that it takes at once, ascending powers of two: the GPU has a shader compiled for each. Empty if the network
   * runs only with the shape that it was made for.
   */
  readonly sizes: readonly number[];
}

/** The largest difference between the GPU and the CPU, relative to the largest value (at least 1). SwiftShader's are below 1e-5. */
const tolerance = 1e-3;

/**
 * Loads a network onto the GPU, compares what it computes there with the CPU, and compiles it for each size of a batch.
 * @param largest number of inputs that may run at once
 * @throws ProviderError if the GPU computes something else than the CPU; ONNX Runtime's error
 */
export async function openGpuNetwork(file: string, outputs: readonly string[] | undefined, largest: number): Promise<GpuNetwork> {
  const session = await openLocalSession(file, 'webgpu', outputs);
  const fixed = fixedShape(session.inputs);
  if (!fixed) return { ...session, sizes: [] };
  const { shape, isBatch } = fixed;
  const input = makePattern(shape.reduce((product, side) => product * side, 1));
  try {
    const reference = await openLocalSession(file, 'cpu', outputs);
    const expected = await reference.run(input, shape);
    await reference.release();
    if (!agree(await session.run(input, shape), expected, 1))
      throw new ProviderError(
        `WebGPU cannot be used: for ${basename(file)} it computes other values than the CPU. Update the driver of the GPU, or set INFERENCE_PROVIDER=cpu.`,
      );
    const sizes = isBatch ? [1, ...(await findSizes(session, input, shape, expected, largest))] : [];
    return { ...session, sizes };
  } catch (error) {
    await session.release();
    throw error;
  }
}

/** The shape for one input, if at most the first dimension, the number of inputs, is dynamic. */
function fixedShape([input, ...others]: readonly TensorInfo[]): { shape: number[]; isBatch: boolean } | undefined {
  if (input?.type !== 'float32' || others.length > 0) return undefined;
  const isFixed = (side: number | string): side is number => typeof side === 'number' && side > 0;
  const [first, ...rest] = input.shape;
  if (first === undefined || !rest.every(isFixed)) return undefined;
  return { shape: [isFixed(first) ? first : 1, ...rest], isBatch: !isFixed(first) };
}

/** Sizes above 1 for which each input gets the result that it gets alone. A graph may have a batch of 1 built in. */
async function findSizes(
  session: Session,
  input: Float32Array,
  shape: readonly number[],
  expected: Outputs,
  largest: number,
): Promise<number[]> {
  const sizes: number[] = [];
  for (let size = 2; size <= largest; size *= 2) {
    const batch = new Float32Array(input.length * size);
    for (let i = 0; i < size; i++) batch.set(input, i * input.length);
    const results = await session.run(batch, [size, ...shape.slice(1)]).catch(() => undefined);
    if (!results || !agree(results, expected, size)) break;
    sizes.push(size);
  }
  return sizes;
}

/** Whether outputs are the expected ones, `times` times in a row. */
const agree = (actual: Outputs, expected: Outputs, times: number): boolean =>
  Object.entries(expected).every(([name, values]) => {
    const found = actual[name];
    if (found?.length !== values.length * times) return false;
    const bound = tolerance * values.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
    return found.every((value, i) => Math.abs(value - values[i % values.length]!) <= bound);
  });

/** Smooth waves between 0 and 1: harmless input for any network, and the same in every run. */
const makePattern = (length: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => 0.5 + 0.3 * Math.sin(i * 0.37) + 0.2 * Math.sin(i * 0.011));
