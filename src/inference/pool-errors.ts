/** The queue is full: try again after `retryAfterSeconds`. */
export class QueueFullError extends Error {
  override name = 'QueueFullError';
  constructor(readonly retryAfterSeconds: number) {
    super('too many pictures are waiting');
  }
}

/** The job waited or ran past its deadline. */
export class DeadlineError extends Error {
  override name = 'DeadlineError';
  constructor(
    /** whether it ran for longer than it had waited: then the job itself is slow, else the server is busy */
    readonly slow: boolean,
    deadlineMs: number,
  ) {
    super(`not done within ${deadlineMs} ms${slow ? '' : ', most of which it had to wait'}`);
  }
}

/** The caller gave up, or the pool was closed, before the job ran. */
export class CancelledError extends Error {
  override name = 'CancelledError';
}

/** The worker died under the job, or the job failed within it. `cause` is the worker's error. */
export class WorkerFailedError extends Error {
  override name = 'WorkerFailedError';
}
