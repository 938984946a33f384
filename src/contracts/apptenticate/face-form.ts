import type { Form } from '../../platform/read-form.js';
import { readBoolean, readChoice, readFile } from './form-values.js';
import type { AnswerForm } from './render.js';

/** What every picture of a face comes with. */
export interface FaceForm extends AnswerForm {
  readonly bytes: Buffer;
  readonly channel: { readonly channel?: string };
  /** a capture packet came along (Liveness Plus) */
  readonly hasPacket: boolean;
}

/** Reads the fields that liveness, recognition and registration share. @param names of the picture's field, the first one the vendor's @throws ApiError 400 */
export function readFaceForm(form: Form, ...names: readonly [string, ...string[]]): FaceForm {
  const details = readBoolean(form, 'details');
  const returnId = readBoolean(form, 'return_id');
  const device = readChoice(form, 'device', ['DESKTOP', 'IOS', 'ANDROID']);
  const hasPacket = form.files.has('encrypted_file') || form.fields.has('encrypted_file');
  const name = names.find((known) => form.files.has(known)) ?? names[0];
  return { details, returnId, hasPacket, bytes: readFile(form, name), channel: device ? { channel: device } : {} };
}
