import type { Form } from '../../platform/read-form.js';
import { TrifaceError } from './errors.js';

/** The file `image` of a form. It may be empty, which counts as an unreadable picture. @throws TrifaceError 400 */
export function readImage({ files }: Form): Buffer {
  const image = files.get('image');
  if (!image) throw new TrifaceError(400, 'bad-request', 'the file `image` is required (multipart/form-data)');
  return image;
}
