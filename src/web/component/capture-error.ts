import type { FaultCode } from './public-api.js';

/** A fault that ends a capture. Its message is for developers; users see a text chosen by the code, in their language. */
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
