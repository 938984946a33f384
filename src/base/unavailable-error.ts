import { OperatorError } from './operator-error.js';

/** Why a part of the server that requests depend on cannot be used now. */
export type UnavailableReason =
  /** the database does not answer, cannot be written, or is another one than before */
  | 'database'
  /** this server lacks a key that the others use */
  | 'keys'
  /** this server's clock is wrong */
  | 'clock';

/**
 * Something that the server depends on is out of order. Nothing was changed, or the change was rolled back; the client may try
 * again. `message` is for the log and the operator.
 */
export class UnavailableError extends OperatorError {
  override name = 'UnavailableError';

  /** @param retryAfterSeconds for `Retry-After`, at least 1 */
  constructor(
    readonly reason: UnavailableReason,
    message: string,
    readonly retryAfterSeconds = 5,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
