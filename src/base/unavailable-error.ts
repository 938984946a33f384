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
 * Something that the server depends on is out of order; the client may try again. Nothing was changed, unless the connection broke
 * during a commit, which the database may still complete as a whole. `message` is for the log and the operator.
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
