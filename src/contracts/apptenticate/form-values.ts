import type { Form } from '../../platform/read-form.js';
import { fieldError } from './errors.js';

const truths = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

/**
 * Reads a boolean in any form spelling: true, True, TRUE, 1, "True" and their opposites. Absent or empty is false.
 * @throws ApiError 400
 */
export function readBoolean({ fields }: Form, name: string): boolean {
  const text = (fields.get(name) ?? '')
    .trim()
    .replace(/^"(.*)"$/, '$1')
    .toLowerCase();
  if (text === '') return false;
  const value = truths.get(text);
  if (value === undefined) throw fieldError(name, 'Must be a valid boolean.');
  return value;
}

/** Reads one of several words, in any case; undefined if absent. @throws ApiError 400 */
export function readChoice({ fields }: Form, name: string, choices: readonly string[]): string | undefined {
  const text = fields.get(name)?.trim();
  if (!text) return undefined;
  const choice = text.toUpperCase();
  if (!choices.includes(choice)) throw fieldError(name, `"${text.slice(0, 64)}" is not a valid choice.`);
  return choice;
}

/** Reads a required text. @throws ApiError 400 */
export function readText({ fields }: Form, name: string): string {
  const text = fields.get(name);
  if (text === undefined) throw fieldError(name, 'This field is required.');
  if (text === '') throw fieldError(name, 'This field may not be blank.');
  return text;
}

/** Reads an optional file. A text in its place counts as the file's content. */
export function findFile({ fields, files }: Form, name: string): Buffer | undefined {
  const text = fields.get(name);
  return files.get(name) ?? (text === undefined ? undefined : Buffer.from(text));
}

/** Reads a required file. It may be empty: an empty file is an unreadable picture. @throws ApiError 400 */
export function readFile({ fields, files }: Form, name: string): Buffer {
  const file = files.get(name);
  if (file) return file;
  throw fieldError(
    name,
    fields.has(name) ? 'The submitted data was not a file. Check the encoding type on the form.' : 'No file was submitted.',
  );
}
