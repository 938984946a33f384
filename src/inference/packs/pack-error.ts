/** A model pack is wrong or cannot be had. `message` is for the operator: it begins with "model pack", names it and says what to do. */
export class PackError extends Error {
  override name = 'PackError';
}
