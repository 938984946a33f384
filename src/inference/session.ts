import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Network } from './network.js';

/** Where models run. */
export type Provider = 'cpu' | 'cuda';

/** CUDA was asked for and cannot be had. The message says what to do. */
export class ProviderError extends Error {
  override name = 'ProviderError';
}

/** What a network says of one of its inputs or outputs. */
export interface TensorInfo {
  readonly name: string;
  /** for example `float32`; empty for what is no tensor */
  readonly type: string;
  /** a word stands for a size that is free */
  readonly shape: readonly (number | string)[];
}

/** One loaded network. `run` blocks the calling thread (onnxruntime-node): only workers hold sessions. */
export interface Session extends Network {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  release(): Promise<void>;
}

/** Whether onnxruntime-node's install script has put the CUDA provider beside its binary (`listSupportedBackends` cannot tell). */
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
 * Which provider to use for a wish. `auto` takes CUDA when onnxruntime-node was installed with it, else the CPU.
 * Whether a GPU really answers is only known once a session is made; see `openSession`.
 * @throws ProviderError when CUDA is wished and this installation of onnxruntime-node has no CUDA libraries
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
 * @param outputs names of the outputs that are wanted; others are not copied out
 * @throws ProviderError when the CUDA provider does not start (no driver, no GPU, wrong library versions)
 */
export async function openSession(file: string, provider: Provider, outputs?: readonly string[]): Promise<Session> {
  let session: InferenceSession;
  try {
    session = await InferenceSession.create(file, {
      executionProviders: provider === 'cuda' ? ['cuda'] : ['cpu'],
      graphOptimizationLevel: 'all',
      // Many one-thread runs side by side beat one wide run; spinning threads would steal the cores of the other workers.
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      logSeverityLevel: 3,
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    });
  } catch (error) {
    if (provider !== 'cuda') throw error;
    throw new ProviderError(
      `CUDA was asked for but its provider did not start: ${error instanceof Error ? error.message.split('\n')[0] : 'unknown reason'}. Check the driver, or set INFERENCE_PROVIDER=cpu.`,
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
