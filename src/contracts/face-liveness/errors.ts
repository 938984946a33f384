import type { Finding } from '../../analysis/findings.js';

/**
 * The values of `error`. The first eight are the vendor's (its page mentions "internal errors" without naming one); the others
 * follow its style.
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

/** The error name of each finding; null if the vendor has none. The score is then returned, and the client judges it. */
export const errorNames: Readonly<Record<Finding, ErrorName | null>> = {
  // this contract does not accept capture packets
  injection: null,
  'capture-failed': null,
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
  // Landmarks that contradict each other mean that the face is on its side or upside down.
  'landmarks-unreliable': 'FACE_ANGLE_TOO_LARGE',
  'face-angle': 'FACE_ANGLE_TOO_LARGE',
  'face-occluded': 'FACE_IS_OCCLUDED',
  'conditions-not-met': null,
  'quality-low': null,
  'not-judgeable': null,
  attack: null,
};

/** A request that cannot be answered with a score: status and name. The error handler adds the session id. */
export class RequestError extends Error {
  override name = 'RequestError';
  constructor(
    readonly status: number,
    readonly error: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(error);
  }
}
