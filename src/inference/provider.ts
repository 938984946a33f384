import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { OperatorError } from '../base/operator-error.js';

/** The hardware that models run on. */
export type Provider = 'cpu' | 'cuda';

/** CUDA was requested but is not available. The message says what to do. */
export class ProviderError extends OperatorError {
  override name = 'ProviderError';
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
