import type { Network } from './network.js';
import { InferenceSession, Tensor } from './onnxruntime.js';
import { type Provider, ProviderError } from './provider.js';

/** Description of a network's input or output, from its metadata. */
export interface TensorInfo {
  readonly name: string;
  /** for example `float32`; empty if it is not a tensor */
  readonly type: string;
  /** a string names a dynamic dimension */
  readonly shape: readonly (number | string)[];
}

/** A loaded network. `run` blocks the calling thread (a property of onnxruntime-node), so only workers hold sessions. */
export interface Session extends Network {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  release(): Promise<void>;
}

/**
 * Loads a network from a file.
 * @param outputs names of the outputs needed (default: all); others are not copied
 * @throws ProviderError if the CUDA provider does not start (no driver, no GPU, wrong library versions)
 */
export async function openSession(file: string, provider: Provider, outputs?: readonly string[]): Promise<Session> {
  let session: InferenceSession;
  try {
    session = await InferenceSession.create(file, {
      executionProviders: provider === 'cuda' ? ['cuda'] : ['cpu'],
      graphOptimizationLevel: 'all',
      // Many single-threaded runs in parallel are faster than one multi-threaded run; spinning threads would take cores from
      // other workers.
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      logSeverityLevel: 3,
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    });
  } catch (error) {
    if (provider !== 'cuda') throw error;
    throw new ProviderError(
      `INFERENCE_PROVIDER=cuda, but the CUDA provider did not start: ${error instanceof Error ? error.message.split('\n')[0] : 'unknown reason'}. Check the driver, or set INFERENCE_PROVIDER=cpu.`,
    );
  }
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
