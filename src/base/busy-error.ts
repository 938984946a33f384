/** Why the server did not do some work now. */
export type BusyReason =
  /** as much work waits as may wait */
  | 'full'
  /** the deadline passed, and the work had spent most of that time waiting */
  | 'late'
  /** the deadline passed, and the work had spent most of that time running: it is the work that is slow, not the server */
  | 'slow'
  /** what the work needs is still being loaded */
  | 'loading'
  /** the caller gave up before the work began */
  | 'cancelled'
  /** the server is stopping */
  | 'closed';

const messages: Record<BusyReason, string> = {
  full: 'too many requests are waiting',
  late: 'the request was not completed in time: it spent most of that time waiting',
  slow: 'the request was not completed in time',
  loading: 'the data for this request is still being loaded',
  cancelled: 'the caller gave up',
  closed: 'the server is stopping',
};

/** Work was refused for lack of capacity or time. The client may try again. All queues and threads use this error. */
export class BusyError extends Error {
  override name = 'BusyError';

  /** @param retryAfterSeconds an estimate of when there is capacity again, at least 1, for `Retry-After` */
  constructor(
    readonly reason: BusyReason,
    readonly retryAfterSeconds: number,
    message = messages[reason],
  ) {
    super(message);
  }
}
