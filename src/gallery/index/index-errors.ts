/** A template that cannot be compared: wrong length, a value that is no number, or not of unit length. Says nothing of its values. */
export class InvalidTemplateError extends Error {
  override name = 'InvalidTemplateError';
}

/** The memory that one thread's index can address is used up. */
export class IndexFullError extends Error {
  override name = 'IndexFullError';
}

/** Too many searches wait: try again after `retryAfterSeconds`. */
export class IndexBusyError extends Error {
  override name = 'IndexBusyError';
  constructor(readonly retryAfterSeconds: number) {
    super('too many searches are waiting');
  }
}

/** A search waited or ran past its deadline, or a change was not confirmed in time (then it may or may not be made later). */
export class IndexDeadlineError extends Error {
  override name = 'IndexDeadlineError';
}

/** The index is starting, or filling again after a thread was lost: no complete answer can be given. */
export class IndexNotReadyError extends Error {
  override name = 'IndexNotReadyError';
}

/** The thread died while it held the request: a change may or may not have been made, and the index it held is gone. */
export class IndexLostError extends Error {
  override name = 'IndexLostError';
}

/** The index was closed, or the caller gave up, before the request was done. */
export class IndexCancelledError extends Error {
  override name = 'IndexCancelledError';
}

/** The thread answered a request with an unexpected error. */
export class IndexFailedError extends Error {
  override name = 'IndexFailedError';
}
