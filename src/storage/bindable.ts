/**
 * Copies a statement's parameters and checks that every database stores them unchanged.
 * @throws TypeError for anything but null, numbers, bytes and text without NUL: libsql aborts the process on a boolean and
 *   silently cuts text at a NUL; PostgreSQL rejects NUL, and its driver turns objects into JSON
 */
export function bindable(parameters: readonly unknown[]): unknown[] {
  for (const value of parameters) {
    const isKnown =
      value === null ||
      typeof value === 'number' ||
      typeof value === 'bigint' ||
      typeof value === 'string' ||
      value instanceof Uint8Array;
    if (!isKnown) throw new TypeError(`a value of type ${typeof value} cannot be stored`);
    if (typeof value === 'string' && value.includes('\0')) throw new TypeError('text with a NUL character cannot be stored');
  }
  return [...parameters];
}
