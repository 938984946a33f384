import { readFileSync } from 'node:fs';
import type { Static, TSchema } from 'typebox';
import Value from 'typebox/value';

/**
 * Reads a file of learned numbers in `models/`.
 * @param what for the message, for example `liveness fusion`
 * @throws Error naming the file if it is missing or invalid
 */
export function readLearnedNumbers<T extends TSchema>(path: string, schema: T, what: string): Static<T> {
  const numbers: unknown = JSON.parse(readFileSync(path, 'utf8'));
  const [fault] = Value.Errors(schema, numbers);
  if (fault) throw new Error(`${path} is not a valid ${what}: ${fault.instancePath} ${fault.message}`);
  return numbers as Static<T>;
}
