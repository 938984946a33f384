/**
 * A copy of the parameters of a statement, each of which every database stores as it is.
 * @throws TypeError for anything but null, numbers, text without NUL and bytes: libsql aborts the process over a boolean and cuts text at
 * a NUL without a word; PostgreSQL refuses the latter, and its driver turns objects into JSON
 */
export function bindable(parameters: readonly unknown[]): unknown[] {
  for (const value of parameters) {
    const isKnown =
      value === null ||
      typeof value === 'number' ||
      typeof value === 'bigint' ||
      typeof value === 'string' ||
      value instanceof Uint8Array;
    if (!isKnown) throw new TypeError(`a ${typeof value} cannot be stored`);
    if (typeof value === 'string' && value.includes('\0')) throw new TypeError('text with a NUL character cannot be stored');
  }
  return [...parameters];
}
