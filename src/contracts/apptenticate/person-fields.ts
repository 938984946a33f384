import { identifierKey } from '../../base/identifier-key.js';
import type { Form } from '../../platform/read-form.js';
import type { SentFace } from '../../scans/face-assessor.js';
import { fieldError, imageTooLarge } from './errors.js';
import { readText } from './form-values.js';

/** Maximum length of citizen id and name, in characters. */
const lengths = { citizen_id: 64, name: 255 } as const;
/** Largest picture of a person: the vendor's 2 MB. */
const maxPictureBytes = 2 * 1024 * 1024;

/** Reads a required text of a person, trimmed. @throws ApiError 400 */
export function readPersonText(form: Form, name: keyof typeof lengths): string {
  if (form.files.has(name)) throw fieldError(name, 'Not a valid string.');
  const text = readText(form, name).trim();
  if (text === '') throw fieldError(name, 'This field may not be blank.');
  if (text.includes('\0')) throw fieldError(name, 'Null characters are not allowed.');
  if (name === 'citizen_id') checkIdentifier(text);
  // code points, not UTF-16 units: an emoji counts once
  if ([...text].length > lengths[name]) throw fieldError(name, `Ensure this field has no more than ${lengths[name]} characters.`);
  return text;
}

/** @throws ApiError 400 if it has no visible character, or the client failed to decode it: different ids would become one */
function checkIdentifier(text: string): void {
  if (identifierKey(text) === '') throw fieldError('citizen_id', 'This field may not be blank.');
  if (text.includes('\ufffd'))
    throw fieldError('citizen_id', 'Not a valid string: it contains U+FFFD, which stands for bytes that were not decoded.');
}

/** As {@link readPersonText}, but undefined if the field is absent. */
export const readOptionalText = (form: Form, name: keyof typeof lengths): string | undefined =>
  form.fields.has(name) || form.files.has(name) ? readPersonText(form, name) : undefined;

/** Checks the size of the plain picture; a packet has its own limit. @throws ApiError 400 with code 901 */
export function checkPictureSize(sent: SentFace): void {
  const picture = 'packet' in sent ? sent.selfie : sent.picture;
  if (picture && picture.length > maxPictureBytes) throw imageTooLarge();
}
