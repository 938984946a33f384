import type { Finding } from '../../analysis/findings.js';

/** The vendor's rejection codes and their texts, to the letter (page "Liveness Plus", table "Rejection codes"). */
export const rejectionTexts = {
  700: 'Face too close.',
  701: 'Face too close to the edges.',
  702: 'Incomplete face.',
  703: 'Obstructed face.',
  704: 'Face not detected',
  705: 'Too many faces.',
  706: 'Face very reduced in pixels',
  707: 'Incorrect face angle.',
  708: 'Error reading image.',
  709: 'Error processing image.',
  710: 'Error when predicting face edges.',
  711: 'Life Test Engine Internal Error',
  712: 'Unknown error.',
  713: 'Image quality for life test not acceptable.',
  714: 'Minimum image conditions for proof of life not met.',
  715: 'Attack detected in the sent image.',
} as const;

/** One of the vendor's codes. */
export type RejectionCode = keyof typeof rejectionTexts;

/** The code under which a finding is shown. 711 and 712 are the server's own failures: no finding of a face leads there. */
export const rejectionCodes: Readonly<Record<Finding, RejectionCode>> = {
  injection: 715,
  'image-unreadable': 708,
  'image-too-large': 708,
  'processing-failed': 709,
  'scene-not-visible': 714,
  'face-not-found': 704,
  'too-many-faces': 705,
  'face-cropped': 702,
  'face-too-close': 700,
  'face-close-to-border': 701,
  'face-too-small': 706,
  'landmarks-unreliable': 710,
  'face-angle': 707,
  'face-occluded': 703,
  'conditions-not-met': 714,
  'quality-low': 713,
  attack: 715,
};

/** A refused picture, as the vendor's clients read it. */
export interface Rejection {
  readonly valid: false;
  readonly error_code: RejectionCode;
  readonly message: string;
}

export const reject = (code: RejectionCode): Rejection => ({ valid: false, error_code: code, message: rejectionTexts[code] });

/**
 * An answer other than 2xx in the shape of Django REST framework, which the vendor's API is built on: `{detail}`, or messages by field.
 */
export class ApiError extends Error {
  override name = 'ApiError';
  constructor(
    readonly status: number,
    readonly body: Readonly<Record<string, unknown>>,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(`HTTP ${status}`);
  }
}

/** 400, one list of messages a field. */
export const fieldError = (field: string, message: string): ApiError => new ApiError(400, { [field]: [message] });
export const notAuthenticated = (): ApiError =>
  new ApiError(401, { detail: 'Authentication credentials were not provided.' }, { 'www-authenticate': 'Bearer realm="api"' });
/** Expired, forged, of another type, or of an account that is no more: the client sees no difference. */
export const invalidToken = (): ApiError =>
  new ApiError(
    401,
    {
      detail: 'Given token not valid for any token type',
      code: 'token_not_valid',
      messages: [{ token_class: 'AccessToken', token_type: 'access', message: 'Token is invalid or expired' }],
    },
    { 'www-authenticate': 'Bearer realm="api"' },
  );
export const forbidden = (): ApiError => new ApiError(403, { detail: 'You do not have permission to perform this action.' });
export const throttled = (seconds: number): ApiError =>
  new ApiError(
    429,
    { detail: `Request was throttled. Expected available in ${seconds} seconds.` },
    { 'retry-after': String(seconds) },
  );
