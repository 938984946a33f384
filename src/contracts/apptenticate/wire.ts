import Type, { type Static } from 'typebox';

/** `api_response` of Standard liveness. */
export const StandardResponseSchema = Type.Object(
  {
    score: Type.Number({ description: 'logit of `liveness`, within ±16.118' }),
    quality: Type.Number({ minimum: 0, maximum: 1, description: 'below 0.5 the picture is rejected (713)' }),
    liveness: Type.Number({
      minimum: 0,
      maximum: 1,
      description: 'probability of a bona fide presentation; below 0.5 rejected (715)',
    }),
  },
  { title: 'StandardResponse' },
);
export type StandardResponse = Static<typeof StandardResponseSchema>;

/** `api_response` of Liveness Plus. */
export const PlusResponseSchema = Type.Object(
  {
    face_liveness: Type.Optional(
      Type.Object(
        { probability: Type.Number({ minimum: 0, maximum: 1, description: 'of a bona fide presentation; below 0.5 rejected' }) },
        { description: 'missing where no single face was found' },
      ),
    ),
    capture_liveness: Type.Object({
      score: Type.Number({ description: 'the higher, the more surely a live capture; without bounds, for calibration' }),
      probability: Type.Enum([0, 1], { description: '0: rejected (715)' }),
    }),
  },
  { title: 'PlusResponse' },
);
export type PlusResponse = Static<typeof PlusResponseSchema>;

const ResponseSchema = Type.Union([StandardResponseSchema, PlusResponseSchema]);

/** The answer on an evaluated picture. */
export const LivenessAnswerSchema = Type.Object(
  {
    valid: Type.Boolean(),
    error_code: Type.Optional(Type.Integer({ minimum: 700, maximum: 715 })),
    message: Type.Optional(Type.String()),
    api_response: Type.Optional(ResponseSchema),
    error_details: Type.Optional(
      Type.Object({
        face_liveness: Type.Optional(Type.String()),
        capture_liveness: Type.Optional(Type.String()),
        api_response: Type.Optional(ResponseSchema),
      }),
    ),
    id: Type.Optional(Type.Integer({ description: 'transaction id, when `return_id` was asked' })),
  },
  { title: 'LivenessAnswer' },
);
export type LivenessAnswer = Static<typeof LivenessAnswerSchema>;

/** The form of a liveness request: `encrypted_file` (Plus), or `selfie` (Standard). */
export const LivenessFormSchema = Type.Object({
  selfie: Type.Optional(
    Type.Unsafe<string>({
      type: 'string',
      format: 'binary',
      description: 'the picture: JPEG, PNG, WebP or GIF; beside `encrypted_file` it has to be the very photo in it',
    }),
  ),
  details: Type.Optional(Type.Boolean({ description: 'answer with `api_response`' })),
  return_id: Type.Optional(Type.Boolean({ description: 'answer with the transaction `id`' })),
  device: Type.Optional(Type.Enum(['DESKTOP', 'IOS', 'ANDROID'])),
  encrypted_file: Type.Optional(
    Type.Unsafe<string>({ type: 'string', format: 'binary', description: 'Liveness Plus: a sealed capture packet' }),
  ),
});

export const TokenFormSchema = Type.Object({ username: Type.String(), password: Type.String() });
export const TokenPairSchema = Type.Object({ refresh: Type.String(), access: Type.String() }, { title: 'TokenPair' });
export const RefreshFormSchema = Type.Object({ refresh: Type.String() });
export const AccessTokenSchema = Type.Object({ access: Type.String() }, { title: 'AccessToken' });
/** Django REST framework's error: `detail`, or a list of messages for each field. */
export const ApiErrorSchema = Type.Object(
  { detail: Type.Optional(Type.String()), code: Type.Optional(Type.String()) },
  { additionalProperties: true, title: 'ApiError' },
);
