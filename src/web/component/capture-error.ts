import type { FaultCode } from './public-api.js';

/** A capture that cannot go on. Its message is for programmers; people are told by the code, in their language. */
export class CaptureError extends Error {
  override name = 'CaptureError';
  constructor(
    readonly code: FaultCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
