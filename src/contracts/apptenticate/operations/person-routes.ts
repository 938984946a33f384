import type { FastifyRequest } from 'fastify';
import type { GalleryService } from '../../../gallery/gallery-service.js';
import type { Person } from '../../../gallery/person.js';
import type { Caller } from '../../../identity/caller.js';
import { findPublicUrl } from '../../../platform/public-url.js';
import { ApiError, notFound } from '../errors.js';
import type { FaceOptions } from '../face-form.js';
import type { PictureUrls } from '../picture-urls.js';
import { mayRead, type PictureUrlOf } from '../render-person.js';

/** What the operations on persons need. */
export interface PersonOptions extends FaceOptions {
  readonly persons: GalleryService;
  /** `TRIFACE_PUBLIC_URL` */
  readonly publicUrl: string;
  readonly pictureUrls: PictureUrls;
}

/** The path of persons, relative to /api. */
export const personsPath = (version: string): string => `/${version}/biometrics/recognizer/persons`;

/** The absolute URL of the persons of a version, with a trailing slash. @throws ApiError 400 if the Host header is invalid */
export function personsUrl(request: FastifyRequest, { publicUrl }: PersonOptions, version: string): string {
  const url = findPublicUrl(request, publicUrl);
  if (url === undefined) throw new ApiError(400, { detail: 'Invalid Host header.' });
  return `${url}/api${personsPath(version)}/`;
}

/**
 * The URLs of pictures, signed if the caller may read persons: a signature gives access to the picture.
 * @param url {@link personsUrl}
 */
export const pictureUrlFor =
  ({ caller }: FastifyRequest, { pictureUrls }: PersonOptions, url: string): PictureUrlOf =>
  ({ number, pictureId }) =>
    pictureId === null ? null : `${url}${number}/image/${mayRead(caller!) ? pictureUrls.query(caller!, pictureId) : ''}`;

/** The person addressed by the path. @throws ApiError 404 if the id is not a number or belongs to another company */
export async function findOwnPerson(request: FastifyRequest, { persons }: PersonOptions): Promise<Person> {
  const { id } = request.params as { id: string };
  const person = /^\d{1,9}$/.test(id) ? await persons.find(request.caller!.companyId, Number(id)) : undefined;
  if (!person) throw notFound();
  return person;
}

/** The header that lists other persons with the same face, for accounts that want duplicates reported and may recognise faces. */
export const duplicatesHeader = ({ rights }: Caller, numbers: readonly number[]): Record<string, string> =>
  numbers.length === 0 || !rights.includes('recognition') ? {} : { 'triface-duplicate-of': numbers.join(',') };
