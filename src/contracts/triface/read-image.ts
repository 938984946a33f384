import type { Form } from '../../platform/read-form.js';
import { ApiError } from './errors.js';

/** The file `image` of a form. It may be empty, which counts as an unreadable picture. @throws ApiError 400 */
export function readImage({ files }: Form): Buffer {
  const image = files.get('image');
  if (!image) throw new ApiError(400, 'bad-request', 'the file `image` is required (multipart/form-data)');
  return image;
}
