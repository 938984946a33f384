/** The server cannot take this request now: a queue is full, a deadline passed while waiting, or it is stopping. The client may try again. */
export class BusyError extends Error {
  override name = 'BusyError';

  /** @param retryAfterSeconds an estimate of when capacity is free again, for `Retry-After` */
  constructor(readonly retryAfterSeconds: number) {
    super('the server is busy');
  }
}
