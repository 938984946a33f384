/**
 * A template cannot be compared: it has the wrong number of values, a value that is not finite, or a length other than 1.
 * `message` contains none of its values.
 */
export class InvalidTemplateError extends Error {
  override name = 'InvalidTemplateError';
}

/** One thread's index has used all the memory that it can address. */
export class IndexFullError extends Error {
  override name = 'IndexFullError';
}
