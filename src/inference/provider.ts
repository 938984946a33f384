import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ProviderError } from './provider-error.js';
import { type Adapter, findAdapter, showsGpu } from './webgpu/find-adapter.js';

/** The hardware that models run on. */
export type Provider = 'cpu' | 'cuda' | 'webgpu';

/** What the operator asks for. */
export type ProviderWish = Provider | 'auto';

/** What to do without a usable GPU if `webgpu` is requested: fail, or go on with the CPU. `auto` always goes on. */
export type Fallback = 'none' | 'cpu';

/** The hardware chosen for a wish. */
export interface Choice {
  readonly provider: Provider;
  /** with `webgpu` */
  readonly adapter?: Adapter;
  /** why it is the CPU although a GPU was asked for, or may be there */
  readonly reason?: string;
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
 * Chooses the provider for a setting. `auto` means CUDA if onnxruntime-node was installed with it; otherwise WebGPU if it finds a
 * graphics processor, and never a program that takes the place of one; otherwise the CPU. Whether CUDA works is known only once a
 * session is opened; see `openSession`.
 * @param mayHaveGpu whether `auto` tries WebGPU at all
 * @throws ProviderError if CUDA is requested but this installation of onnxruntime-node has no CUDA libraries, or WebGPU is requested
 *   without a usable adapter and the fallback is `none`
 */
export async function chooseProvider(wish: ProviderWish, fallback: Fallback = 'none', mayHaveGpu = showsGpu): Promise<Choice> {
  if (wish === 'cpu') return { provider: 'cpu' };
  const hasCuda = hasCudaLibrary();
  if (wish !== 'webgpu' && hasCuda) return { provider: 'cuda' };
  if (wish === 'cuda') {
    throw new ProviderError(
      'INFERENCE_PROVIDER=cuda, but this installation of onnxruntime-node has no CUDA provider. Use the CUDA image (deploy/Dockerfile.cuda), or set INFERENCE_PROVIDER=cpu.',
    );
  }
  // Nothing is said where there is no GPU at all.
  if (wish === 'auto' && !mayHaveGpu()) return { provider: 'cpu' };
  try {
    const adapter = await findAdapter();
    if (wish === 'webgpu' || adapter.isSoftware === false) return { provider: 'webgpu', adapter };
    return { provider: 'cpu', reason: `the adapter of WebGPU is not known to be a GPU: ${adapter.name}` };
  } catch (error) {
    if (!(error instanceof ProviderError) || (wish === 'webgpu' && fallback === 'none')) throw error;
    return { provider: 'cpu', reason: error.message };
  }
}
