import type { Form } from '../../platform/read-form.js';
import { ApiError } from './errors.js';

/** The file `image` of a form; it may be empty, which is a picture that cannot be read. @throws ApiError 400 */
export function readImage({ files }: Form): Buffer {
  const image = files.get('image');
  if (!image) throw new ApiError(400, 'bad-request', 'a file `image` is needed (multipart/form-data)');
  return image;
}
