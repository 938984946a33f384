import { OperatorError } from '../../base/operator-error.js';

/**
 * A model pack is invalid or unavailable. `message` is for the operator: it starts with "model pack", names the pack and says
 * what to do.
 */
export class PackError extends OperatorError {
  override name = 'PackError';
}

/** The source of a pack could not be reached, or stopped answering. Nothing is known to be wrong with the pack itself. */
export class PackSourceError extends PackError {
  override name = 'PackSourceError';
}
