/** A template that cannot be compared: wrong length, a value that is not a finite number, or not of unit length. Says nothing of its values. */
export class InvalidTemplateError extends Error {
  override name = 'InvalidTemplateError';
}

/** The memory that one thread's index can address is used up. */
export class IndexFullError extends Error {
  override name = 'IndexFullError';
}
