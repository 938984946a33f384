import type { Form } from '../../platform/read-form.js';
import { fieldError } from './errors.js';

/** The words of Django REST framework, which the vendor's API is built on. It has fewer spellings of their case. */
const truths = new Map([
  ...['true', 't', 'yes', 'y', 'on', '1'].map((word) => [word, true] as const),
  ...['false', 'f', 'no', 'n', 'off', '0'].map((word) => [word, false] as const),
]);

/** Reads a boolean: one of the words above in any case, also in quotes. Absent is false. @throws ApiError 400 */
export const readBoolean = (form: Form, name: string): boolean => readOptionalBoolean(form, name) ?? false;

/** As {@link readBoolean}, but undefined if the field is absent. @throws ApiError 400 */
export function readOptionalBoolean({ fields, files }: Form, name: string): boolean | undefined {
  const text = fields.get(name);
  if (text === undefined && !files.has(name)) return undefined;
  const word = text
    ?.trim()
    .replace(/^"(.*)"$/, '$1')
    .toLowerCase();
  const value = truths.get(word ?? '');
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

/** Reads an optional file. @throws ApiError 400 if a text was sent instead */
export function findFile({ fields, files }: Form, name: string): Buffer | undefined {
  const file = files.get(name);
  if (!file && fields.has(name))
    throw fieldError(name, 'The submitted data was not a file. Check the encoding type on the form.');
  return file;
}

/** As {@link findFile}, but a packet may be sent as a text: it is one, a compact JWE. @throws ApiError 400 */
export function findPacket(form: Form, name: string): Buffer | undefined {
  const text = form.fields.get(name);
  return text !== undefined && /^\s*[\w-]+(\.[\w-]*){4}\s*$/.test(text) ? Buffer.from(text.trim()) : findFile(form, name);
}

/** Reads a required file. It may be empty: an empty file is an unreadable picture. @throws ApiError 400 */
export function readFile(form: Form, name: string): Buffer {
  const file = findFile(form, name);
  if (!file) throw fieldError(name, 'No file was submitted.');
  return file;
}
