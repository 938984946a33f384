import Type, { type Static, type TSchema } from 'typebox';

const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const Uuid = Type.String({ format: 'uuid' });
const Point = Type.Object({ x: Type.Number(), y: Type.Number() });

/** One face, every field in the engine's spelling and in camelCase. Coordinates are pixels of the upright picture as sent. */
export const FaceSchema = Type.Object(
  {
    x1: Type.Integer(),
    y1: Type.Integer(),
    x2: Type.Integer(),
    y2: Type.Integer(),
    liveness: Type.Number(),
    yaw: Type.Number(),
    roll: Type.Number(),
    pitch: Type.Number(),
    face_quality: Type.Number(),
    faceQuality: Type.Number(),
    face_luminance: Type.Number(),
    faceLuminance: Type.Number(),
    eye_dist: Type.Number(),
    eyeDist: Type.Number(),
    eyeDistance: Type.Number(),
    left_eye_closed: Type.Number(),
    leftEyeClosed: Type.Number(),
    right_eye_closed: Type.Number(),
    rightEyeClosed: Type.Number(),
    face_occlusion: Type.Number(),
    faceOcclusion: Type.Number(),
    mouth_opened: Type.Number(),
    mouthOpened: Type.Number(),
    landmarks_68: Type.Array(Type.Number(), { description: '68 points in iBUG order: x, y, x, y …' }),
    landmarks68: Type.Array(Type.Number()),
    landmark_68: Type.Array(Point),
  },
  { title: 'DmsFace' },
);
export type Face = Static<typeof FaceSchema>;

/** The states in the engine's spelling. */
export const FaceStateSchema = Type.Object(
  {
    is_not_front: Nullable(Type.Boolean()),
    is_occluded: Nullable(Type.Boolean()),
    eye_closed: Nullable(Type.Boolean()),
    mouth_opened: Nullable(Type.Boolean()),
    is_boundary_face: Nullable(Type.Boolean()),
    is_small: Nullable(Type.Boolean()),
    quality: Nullable(Type.String()),
    luminance: Nullable(Type.String()),
    result: Type.String(),
    liveness_score: Nullable(Type.Number()),
  },
  { title: 'DmsFaceState' },
);

/** A stored scan as contract C shows it. */
export const ScanSchema = Type.Object(
  {
    id: Uuid,
    companyId: Uuid,
    createdDate: Type.String({ format: 'date-time' }),
    updatedDate: Type.String({ format: 'date-time' }),
    createdById: Uuid,
    updatedById: Uuid,
    elapsedTime: Type.Number({ description: 'seconds' }),
    channel: Nullable(Type.String()),
    salesChannel: Nullable(Type.String()),
    reference: Nullable(Type.String()),
    result: Type.Enum(['Real', 'Spoof', 'No face', 'Multiple face', 'Failed to open file']),
    livenessScore: Nullable(Type.Number()),
    eyeClosed: Nullable(Type.Boolean()),
    mouthOpened: Nullable(Type.Boolean()),
    boundaryFace: Nullable(Type.Boolean()),
    notFront: Nullable(Type.Boolean()),
    occluded: Nullable(Type.Boolean()),
    small: Nullable(Type.Boolean()),
    quality: Nullable(Type.String({ description: 'Low, Medium, High' })),
    luminance: Nullable(Type.String({ description: 'Dark, Normal, Light' })),
    face_state: FaceStateSchema,
    faces: Type.Array(FaceSchema),
  },
  { title: 'DmsScan' },
);
export type ScanEntity = Static<typeof ScanSchema>;

/** The form of `check_liveness`. */
export const CheckFormSchema = Type.Object({
  channel: Type.Enum(['WEB', 'MOBILE', 'OTHER']),
  file: Type.Unsafe<string>({ type: 'string', format: 'binary' }),
  reference: Type.String({ minLength: 1, maxLength: 256, description: "the client's own value for finding the scan again" }),
});

/** Spring Boot's error body. */
export const SpringErrorSchema = Type.Object(
  { timestamp: Type.String(), status: Type.Integer(), error: Type.String(), message: Type.String(), path: Type.String() },
  { title: 'SpringError' },
);

/** The form of the token endpoint. */
export const TokenFormSchema = Type.Object({
  grant_type: Type.Enum(['password', 'refresh_token']),
  client_id: Type.String({ description: '`triface`, the built-in public client' }),
  username: Type.Optional(Type.String()),
  password: Type.Optional(Type.String()),
  refresh_token: Type.Optional(Type.String()),
  scope: Type.Optional(Type.String()),
});
export const TokenAnswerSchema = Type.Object(
  {
    access_token: Type.String(),
    expires_in: Type.Integer(),
    refresh_expires_in: Type.Integer(),
    refresh_token: Type.String(),
    token_type: Type.Literal('Bearer'),
    'not-before-policy': Type.Integer(),
    session_state: Type.String(),
    scope: Type.String(),
  },
  { title: 'TokenAnswer' },
);
export const OAuthErrorSchema = Type.Object(
  { error: Type.String(), error_description: Type.Optional(Type.String()) },
  { title: 'OAuthError' },
);
