import Type, { type Static } from 'typebox';
import type { ErrorSchemaOf } from '../../platform/http/document-errors.js';

/** `api_response` of Standard liveness. */
const StandardResponseSchema = Type.Object(
  {
    score: Type.Number({ description: 'logit of `liveness`, clamped to ±16.118' }),
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
const PlusResponseSchema = Type.Object(
  {
    face_liveness: Type.Optional(
      Type.Object(
        { probability: Type.Number({ minimum: 0, maximum: 1, description: 'of a bona fide presentation; below 0.5 rejected' }) },
        { description: 'absent if not exactly one face was found' },
      ),
    ),
    capture_liveness: Type.Object({
      score: Type.Number({ description: 'the higher, the more certainly a live capture; unbounded, for calibration' }),
      probability: Type.Unsafe<0 | 1>({ type: 'number', enum: [0, 1], description: '0: rejected (715)' }),
    }),
  },
  { title: 'PlusResponse' },
);
export type PlusResponse = Static<typeof PlusResponseSchema>;

const ResponseSchema = Type.Union([StandardResponseSchema, PlusResponseSchema]);

/** The answer for an evaluated picture. */
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
    id: Type.Optional(Type.Integer({ description: 'transaction id, if `return_id` was set' })),
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
      description:
        'the picture: JPEG, PNG, WebP or GIF. Together with `encrypted_file`, it must be identical to the photo in the packet',
    }),
  ),
  details: Type.Optional(Type.Boolean({ description: 'include `api_response` in the answer' })),
  return_id: Type.Optional(Type.Boolean({ description: 'include the transaction `id` in the answer' })),
  device: Type.Optional(Type.Enum(['DESKTOP', 'IOS', 'ANDROID'])),
  encrypted_file: Type.Optional(
    Type.Unsafe<string>({ type: 'string', format: 'binary', description: 'Liveness Plus: a sealed capture packet' }),
  ),
});

/** A registered person. */
export const PersonSchema = Type.Object(
  {
    id: Type.Integer(),
    citizen_id: Type.String(),
    name: Type.String(),
    image: Type.Union([Type.String({ format: 'uri' }), Type.Null()], {
      description:
        'URL of the picture; null if no picture is kept. It needs the same authentication, unless `TRIFACE_PICTURE_URL_SECONDS` is set: then it is signed, and expires',
    }),
    is_blocked: Type.Boolean({ description: 'a blocked person is not recognised' }),
    created_at: Type.String({ format: 'date-time' }),
    agreed_terms: Type.Boolean(),
  },
  { title: 'Person' },
);
export type PersonAnswer = Static<typeof PersonSchema>;

/** A changed person, for callers without the right `persons:read`: the fields that the request did not set are absent. */
export const PersonReceiptSchema = Type.Object(
  { ...Type.Partial(Type.Omit(PersonSchema, ['id'])).properties, id: Type.Integer() },
  { title: 'PersonReceipt', description: 'without the right `persons:read`: the id and the fields that the request has set' },
);
export type PersonReceipt = Static<typeof PersonReceiptSchema>;

/** A page of persons (Django REST framework's PageNumberPagination). */
export const PersonPageSchema = Type.Object(
  {
    count: Type.Integer(),
    next: Type.Union([Type.String(), Type.Null()]),
    previous: Type.Union([Type.String(), Type.Null()]),
    results: Type.Array(PersonSchema),
  },
  { title: 'PersonPage' },
);
export type PersonPage = Static<typeof PersonPageSchema>;
export const PersonQuerySchema = Type.Object({
  page: Type.Optional(Type.String({ description: '1, 2, …, or `last`' })),
  page_size: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: 'default 20' })),
  search: Type.Optional(Type.String({ description: 'words contained in citizen id and name; case and accents are ignored' })),
});
export const PictureQuerySchema = Type.Object({
  signature: Type.Optional(Type.String({ description: 'of a signed URL, in place of a token' })),
});

const picture = (description: string) => Type.Unsafe<string>({ type: 'string', format: 'binary', description });
const livenessFields = {
  details: Type.Optional(Type.Boolean({ description: 'include details of a refusal' })),
  return_id: Type.Optional(Type.Boolean({ description: 'include the transaction `id` in a refusal' })),
  device: Type.Optional(Type.Enum(['DESKTOP', 'IOS', 'ANDROID'])),
  encrypted_file: Type.Optional(picture('capture packet: Liveness Plus')),
};
export const PersonFormSchema = Type.Object({
  citizen_id: Type.String({ maxLength: 64 }),
  name: Type.String({ maxLength: 255 }),
  image: picture('JPEG or PNG, at most 2 MB'),
  agreed_terms: Type.Optional(Type.Boolean()),
  is_blocked: Type.Optional(Type.Boolean()),
  ...livenessFields,
});
export const PersonChangeSchema = Type.Partial(PersonFormSchema);
export const FaceFormSchema = Type.Object({
  image: picture('the face, at most 2 MB; `selfie` is accepted as well'),
  citizen_id: Type.String(),
  name: Type.Optional(Type.String({ description: 'ignored' })),
  ...livenessFields,
});
export const NationalFormSchema = Type.Object({
  selfie: picture('the face, at most 2 MB'),
  citizen_id: Type.String(),
  ...livenessFields,
});
export const ForeignFormSchema = Type.Object({
  frontside: picture('the document, or a portrait, at most 2 MB'),
  selfie: picture('the face, at most 2 MB'),
  document_type: Type.Enum(['passport', 'identification_card', 'profile_image']),
  ...livenessFields,
});

const recognitionFields = {
  result: Type.Optional(Type.Boolean({ description: 'both faces belong to the same person' })),
  result_text: Type.Optional(Type.String({ description: 'English, or Spanish, by Accept-Language' })),
  name: Type.Optional(Type.String()),
  citizen_id: Type.Optional(Type.String()),
};
/** The answer for a comparison or a refused picture. */
export const FaceAnswerSchema = Type.Object(
  {
    ...LivenessAnswerSchema.properties,
    valid: Type.Optional(Type.Boolean()),
    id: Type.Optional(
      Type.Union([Type.String({ format: 'uuid' }), Type.Integer()], {
        description: 'uuid for a comparison, number for a refusal',
      }),
    ),
    created_at: Type.Optional(Type.String({ format: 'date-time' })),
    ...recognitionFields,
  },
  { title: 'FaceAnswer' },
);
/** A liveness answer combined with a comparison. */
export const DocumentAnswerSchema = Type.Object(
  {
    ...LivenessAnswerSchema.properties,
    error_code: Type.Optional(
      Type.Integer({
        description:
          '700–715 as for liveness; 902 nobody has the citizen id; 951 the faces differ; 952 the document is the selfie',
      }),
    ),
    error_details: Type.Optional(
      Type.Object({
        ...LivenessAnswerSchema.properties.error_details.properties,
        frontside: Type.Optional(Type.String({ description: 'what is wrong with the document' })),
      }),
    ),
    ...recognitionFields,
  },
  { title: 'DocumentAnswer' },
);
/** The recognizer's error for a fault of a person's data, with a code of its own. */
export const PersonErrorSchema = Type.Object({ error: Type.String(), error_code: Type.Integer() }, { title: 'PersonError' });
/** The same for `nationals`, whose clients read `valid`. */
export const UnknownNationalSchema = Type.Object(
  {
    valid: Type.Literal(false),
    error_code: Type.Integer({ minimum: 902, maximum: 902 }),
    message: Type.String(),
    error: Type.String(),
  },
  { title: 'UnknownNational' },
);

export const TokenFormSchema = Type.Object({ username: Type.String(), password: Type.String() });
export const TokenPairSchema = Type.Object({ refresh: Type.String(), access: Type.String() }, { title: 'TokenPair' });
export const RefreshFormSchema = Type.Object({ refresh: Type.String() });
export const AccessTokenSchema = Type.Object({ access: Type.String() }, { title: 'AccessToken' });

/** Django REST framework's error. */
export const DetailSchema = Type.Object({ detail: Type.String() }, { title: 'Detail' });
/** SimpleJWT's error for a token. */
const TokenErrorSchema = Type.Object(
  {
    detail: Type.String(),
    code: Type.Literal('token_not_valid'),
    messages: Type.Optional(
      Type.Array(Type.Object({ token_class: Type.String(), token_type: Type.String(), message: Type.String() })),
    ),
  },
  { title: 'TokenError' },
);
const FieldErrorsSchema = Type.Record(Type.String(), Type.Array(Type.String()), {
  title: 'FieldErrors',
  description: 'messages for each field',
});
const FormErrorSchema = Type.Union([DetailSchema, FieldErrorsSchema], { title: 'FormError' });
/** A form of the recognizer that is refused, or a picture, where `TRIFACE_REJECTION_STATUS` is 400. */
export const FaceFormErrorSchema = Type.Union([DetailSchema, FieldErrorsSchema, PersonErrorSchema, LivenessAnswerSchema], {
  title: 'FaceFormError',
});
/** The server's fault: a rejection code where the operation judges a picture or the server is busy. */
const ServerErrorSchema = Type.Union([DetailSchema, LivenessAnswerSchema], { title: 'ServerError' });
export const CredentialsErrorSchema = Type.Union([DetailSchema, TokenErrorSchema], { title: 'CredentialsError' });

/** The errors of the contract, for openapi.yaml. */
export const errorSchemaOf: ErrorSchemaOf = (status, { config }) => {
  if (status === 400) return FormErrorSchema;
  if (status === 401) return CredentialsErrorSchema;
  if (status === 503 || (status === 500 && config?.rejectsAsVerdict)) return ServerErrorSchema;
  return DetailSchema;
};
