import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Network } from './network.js';

/** The hardware that models run on. */
export type Provider = 'cpu' | 'cuda';

/** CUDA was requested but is not available. The message says what to do. */
export class ProviderError extends Error {
  override name = 'ProviderError';
}

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

/** Whether onnxruntime-node's install script has installed the CUDA provider (`listSupportedBackends` does not show this). */
function hasCudaLibrary(): boolean {
  const folder = join(
    dirname(createRequire(import.meta.url).resolve('onnxruntime-node')),
    '../bin/napi-v6',
    process.platform,
    process.arch,
  );
  return ['libonnxruntime_providers_cuda.so', 'onnxruntime_providers_cuda.dll'].some((library) =>
    existsSync(join(folder, library)),
  );
}

/**
 * Chooses the provider for a setting. `auto` means CUDA if onnxruntime-node was installed with it, and the CPU otherwise. Whether
 * a GPU works is known only once a session is opened; see `openSession`.
 * @throws ProviderError if CUDA is requested but this installation of onnxruntime-node has no CUDA libraries
 */
export function chooseProvider(wish: 'cpu' | 'cuda' | 'auto'): Provider {
  const hasCuda = hasCudaLibrary();
  if (wish === 'cuda' && !hasCuda) {
    throw new ProviderError(
      'INFERENCE_PROVIDER=cuda, but this installation of onnxruntime-node has no CUDA provider. Use the CUDA image (deploy/Dockerfile.cuda), or set INFERENCE_PROVIDER=cpu.',
    );
  }
  return wish === 'cpu' || !hasCuda ? 'cpu' : 'cuda';
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
