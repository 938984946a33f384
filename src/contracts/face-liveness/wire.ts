import Type, { type Static } from 'typebox';

/** A session id: the client's text, number or null. */
const SessionIdSchema = Type.Union([Type.String(), Type.Number(), Type.Null()]);
export type SessionId = Static<typeof SessionIdSchema>;

/** The request of contract B. */
export const LivenessRequestSchema = Type.Object(
  {
    sessionId: Type.Optional(
      Type.Union([Type.String({ maxLength: 256 }), Type.Number(), Type.Null()], {
        description: "the client's session id, at most 256 characters; echoed in the answer as sent",
      }),
    ),
    faceImageBase: Type.String({ description: 'the picture: base64, a data URL, or an http(s) URL' }),
  },
  { title: 'FaceLivenessRequest' },
);
export type LivenessRequest = Static<typeof LivenessRequestSchema>;

/** The answer of contract B: a score, or an error. */
export const LivenessResponseSchema = Type.Object(
  {
    sessionId: Type.Optional(SessionIdSchema),
    score: Type.Optional(
      Type.Number({ minimum: 0, maximum: 1, description: 'liveness probability; the vendor advises a threshold of 0.5' }),
    ),
    passiveLivenessScore: Type.Optional(
      Type.Number({ description: 'in place of score, on the path /api/v1/basic/face/liveness' }),
    ),
    hasError: Type.Boolean(),
    error: Type.Optional(Type.String({ description: 'name of the error; only if hasError is true' })),
    message: Type.Optional(Type.String({ description: 'which setting allows the http: URL; only with IMAGE_URL_NOT_ALLOWED' })),
  },
  { title: 'FaceLivenessResponse' },
);
/** The answer of contract B to a request that was not evaluated. */
export const RequestErrorSchema = Type.Object(
  { sessionId: Type.Optional(SessionIdSchema), hasError: Type.Literal(true), error: Type.String() },
  { title: 'FaceLivenessError' },
);
export type LivenessResponse = Static<typeof LivenessResponseSchema>;
