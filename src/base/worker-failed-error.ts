/** A worker thread could not start, died under a request, or answered it with an error, whose message this one carries. */
export class WorkerFailedError extends Error {
  override name = 'WorkerFailedError';

  /** @param thrown name of the error that the worker threw, for example `PackError`: its class does not cross threads */
  constructor(
    message: string,
    readonly thrown?: string,
  ) {
    super(message);
  }
}
