import { OperatorError } from '../base/operator-error.js';

/** The hardware that was requested is not available, or does not compute as it should. The message says what to do. */
export class ProviderError extends OperatorError {
  override name = 'ProviderError';
}
