import { OperatorError } from '../base/operator-error.js';

/** A command that cannot be carried out as given. */
export class CommandError extends OperatorError {
  override name = 'CommandError';
}
