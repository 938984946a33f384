/**
 * A model pack is invalid or unavailable. `message` is for the operator: it starts with "model pack", names the pack and says
 * what to do.
 */
export class PackError extends Error {
  override name = 'PackError';
}
