import type { Network } from './network.js';
import { InferenceSession, Tensor } from './onnxruntime.js';
import type { Provider } from './provider.js';
import { ProviderError } from './provider-error.js';

/** Description of a network's input or output, from its metadata. */
export interface TensorInfo {
  readonly name: string;
  /** for example `float32`; empty if it is not a tensor */
  readonly type: string;
  /** a string names a dynamic dimension */
  readonly shape: readonly (number | string)[];
}

/**
 * A loaded network. A local one blocks the calling thread while it runs (a property of onnxruntime-node), so only workers hold
 * sessions.
 */
export interface Session extends Network {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  release(): Promise<void>;
}

/** Opens sessions that run in another thread. */
export interface RemoteSessions {
  /** @throws ProviderError, or an error with ONNX Runtime's message */
  open(file: string, outputs?: readonly string[]): Promise<Session>;
}

/** Where a thread's sessions run: in the thread itself, or in the one thread that uses WebGPU. */
export type SessionPlace = 'cpu' | 'cuda' | RemoteSessions;

/**
 * Loads a network from a file.
 * @param outputs names of the outputs needed (default: all); others are not copied
 * @throws ProviderError if the provider does not start (no driver, no GPU, wrong library versions) or computes wrong results;
 *   otherwise an error with ONNX Runtime's message
 */
export async function openSession(file: string, place: SessionPlace, outputs?: readonly string[]): Promise<Session> {
  if (typeof place !== 'string') return place.open(file, outputs);
  try {
    return await openLocalSession(file, place, outputs);
  } catch (error) {
    if (place !== 'cuda') throw error;
    throw new ProviderError(
      `INFERENCE_PROVIDER=cuda, but the CUDA provider did not start: ${error instanceof Error ? error.message.split('\n')[0] : 'unknown reason'}. Check the driver, or set INFERENCE_PROVIDER=cpu.`,
    );
  }
}

/**
 * Loads a network into this thread. With `webgpu`, only the thread of webgpu/inference-thread.ts may call it: two threads that use
 * WebGPU at a time crash the process.
 * @throws ONNX Runtime's error
 */
export async function openLocalSession(file: string, provider: Provider, outputs?: readonly string[]): Promise<Session> {
  const session = await InferenceSession.create(file, {
    executionProviders: [provider],
    graphOptimizationLevel: 'all',
    // Many single-threaded runs in parallel are faster than one multi-threaded run; spinning threads would take cores from
    // other workers.
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    logSeverityLevel: 3,
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });
  const input = session.inputNames[0]!;
  return {
    inputs: session.inputMetadata.map(describeTensor),
    outputs: session.outputMetadata.map(describeTensor),
    async run(data, shape) {
      const results = await session.run({ [input]: new Tensor('float32', data, shape) }, outputs ?? session.outputNames);
      return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, tensor.data as Float32Array]));
    },
    release: () => session.release(),
  };
}

const describeTensor = (value: InferenceSession.ValueMetadata): TensorInfo =>
  value.isTensor ? { name: value.name, type: value.type, shape: value.shape } : { name: value.name, type: '', shape: [] };
