import type { Finding } from '../../analysis/findings.js';

/**
 * The names a client may meet in `error`. The first eight are the vendor's (its page names "internal errors" without a word for them),
 * the others are in the same style.
 */
export type ErrorName =
  | 'FACE_TOO_CLOSE'
  | 'FACE_CLOSE_TO_BORDER'
  | 'FACE_CROPPED'
  | 'FACE_IS_OCCLUDED'
  | 'FACE_NOT_FOUND'
  | 'TOO_MANY_FACES'
  | 'FACE_TOO_SMALL'
  | 'FACE_ANGLE_TOO_LARGE'
  | 'INTERNAL_ERROR'
  | 'FAILED_TO_READ_IMAGE'
  | 'IMAGE_TOO_LARGE'
  | 'IMAGE_URL_NOT_ALLOWED'
  | 'IMAGE_URL_UNREACHABLE';

/**
 * The name under which a finding is shown; null where the vendor has none: then the score is answered and the client judges it.
 */
export const errorNames: Readonly<Record<Finding, ErrorName | null>> = {
  // this contract takes no packets
  injection: null,
  'image-unreadable': 'FAILED_TO_READ_IMAGE',
  'image-too-large': 'IMAGE_TOO_LARGE',
  'processing-failed': 'INTERNAL_ERROR',
  'scene-not-visible': 'FACE_NOT_FOUND',
  'face-not-found': 'FACE_NOT_FOUND',
  'too-many-faces': 'TOO_MANY_FACES',
  'face-cropped': 'FACE_CROPPED',
  'face-too-close': 'FACE_TOO_CLOSE',
  'face-close-to-border': 'FACE_CLOSE_TO_BORDER',
  'face-too-small': 'FACE_TOO_SMALL',
  // Landmarks that contradict each other mean a face turned on its side or upside down.
  'landmarks-unreliable': 'FACE_ANGLE_TOO_LARGE',
  'face-angle': 'FACE_ANGLE_TOO_LARGE',
  'face-occluded': 'FACE_IS_OCCLUDED',
  'conditions-not-met': null,
  'quality-low': null,
  attack: null,
};

/** A request that cannot be answered with a score: status and name; the session id is added by the error handler. */
export class RequestError extends Error {
  override name = 'RequestError';
  /** for Fastify's plugins, which take an error without it for a 401 */
  readonly statusCode: number;
  constructor(
    readonly status: number,
    readonly error: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(error);
    this.statusCode = status;
  }
}
