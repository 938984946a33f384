import type { FaultCode } from './public-api.js';

/** Advice that is more exact than that of the fault's code. */
export type FaultAdvice = 'stalled' | 'turned' | 'smallPicture';

/** A fault that ends a capture. Its message is for developers; users see a text chosen by the code, in their language. */
export class CaptureError extends Error {
  override name = 'CaptureError';
  /** in place of the code's own advice */
  readonly advice: FaultAdvice | undefined;
  constructor(
    readonly code: FaultCode,
    message: string,
    { advice, ...options }: ErrorOptions & { readonly advice?: FaultAdvice } = {},
  ) {
    super(message, options);
    this.advice = advice;
  }
}

/** The fault for any error. @param code of errors other than CaptureErrors */
export function toFault(error: unknown, code: 'camera-failed' | 'capture-failed' = 'camera-failed'): CaptureError {
  if (error instanceof CaptureError) return error;
  return new CaptureError(code, code === 'camera-failed' ? 'The camera could not be started.' : 'The photo could not be taken.', {
    cause: error,
  });
}
