import type { Finding } from '../../analysis/findings.js';

/** The vendor's rejection codes and their exact texts (page "Liveness Plus", table "Rejection codes"). */
const rejectionTexts = {
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

/** The code of each finding. 711 and 712 are failures of the server, so no finding maps to them. */
export const rejectionCodes: Readonly<Record<Finding, RejectionCode>> = {
  injection: 715,
  'capture-failed': 709,
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
  'not-judgeable': 713,
  attack: 715,
};

/** The answer for a refused picture. */
export interface Rejection {
  readonly valid: false;
  readonly error_code: RejectionCode;
  readonly message: string;
}

export const reject = (code: RejectionCode): Rejection => ({ valid: false, error_code: code, message: rejectionTexts[code] });

/**
 * An answer other than 2xx in the format of Django REST framework, on which the vendor's API is built: `{detail}`, or messages by
 * field.
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

/**
 * The recognizer's text for 706 differs from the liveness page (page "Recognition and Liveness", "Response (False)"). Its other
 * texts are not published; they are assumed to be the same.
 */
const recognizerTexts: Partial<Record<RejectionCode, string>> = { 706: 'Face too small in pixels' };

/** Codes for which the vendor has none. They are outside its ranges 700–715 and 901–903. */
export const ownCodes = {
  /** the face is not that of the person or the document, or the person is blocked */
  mismatch: 951,
  /** the document is the selfie itself */
  'same-picture': 952,
} as const;

/** The recognizer's answer for a refused picture: the message comes before the code. */
export const rejectFace = (code: RejectionCode): Rejection => ({
  valid: false,
  message: recognizerTexts[code] ?? rejectionTexts[code],
  error_code: code,
});

const personError = (status: number, code: number, error: string): ApiError => new ApiError(status, { error, error_code: code });
export const imageTooLarge = (): ApiError => personError(400, 901, 'Image too large. Maximum size allowed: 2MB');
export const unknownCitizen = (): ApiError => personError(404, 902, 'There is no person registered with that identification');
/** The same for `nationals`, whose clients read `valid`. */
export const unknownNational = (): ApiError => {
  const { status, body } = unknownCitizen();
  return new ApiError(status, { valid: false, error_code: body.error_code, message: body.error, error: body.error });
};
export const citizenIdTaken = (): ApiError => personError(400, 903, 'There is already a registered person with that ID');
/**
 * Not part of the vendor's contract: for accounts that do not allow a face to be registered twice. Uses the code for duplicates.
 */
export const faceRegistered = (): ApiError =>
  personError(400, 903, 'There is already a registered person with that face under another ID');
export const notFound = (text = 'Not found.'): ApiError => new ApiError(404, { detail: text });

/** 400 with a list of messages per field. */
export const fieldError = (field: string, message: string): ApiError => new ApiError(400, { [field]: [message] });
export const notAuthenticated = (): ApiError =>
  new ApiError(401, { detail: 'Authentication credentials were not provided.' }, { 'www-authenticate': 'Bearer realm="api"' });
/** The token is expired, forged, of another type, or its account no longer exists. The client sees no difference. */
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
