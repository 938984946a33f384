import { commandName } from '../base/command-name.js';
import { OperatorError } from '../base/operator-error.js';
import { WorkerFailedError } from '../base/worker-failed-error.js';
import { NoSimdError } from '../imaging/kernels/load-kernels.js';
import { PackError } from '../inference/packs/pack-error.js';
import { ProviderError } from '../inference/provider-error.js';

/** The models cannot be loaded, although packs and provider are usable. */
export class EngineStartError extends OperatorError {
  override name = 'EngineStartError';
}

/** The error for the operator, given the one with which the first worker failed to start: its class did not cross the threads. */
export function explainFailedStart(error: unknown): unknown {
  if (!(error instanceof WorkerFailedError)) return error;
  if (error.thrown === 'PackError') return new PackError(error.message);
  if (error.thrown === 'ProviderError') return new ProviderError(error.message);
  if (error.thrown === 'NoSimdError') return new NoSimdError(error.message);
  return new EngineStartError(
    `the models cannot be loaded (${error.message}). Run \`${commandName} models prepare\`, which replaces missing and corrupt ones`,
    { cause: error },
  );
}
