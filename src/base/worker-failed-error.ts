/** A worker thread could not start, died under a request, or answered it with an error, whose message this one carries. */
export class WorkerFailedError extends Error {
  override name = 'WorkerFailedError';
}
