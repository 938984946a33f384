import Type, { type Static } from 'typebox';

/** The request of contract B. */
export const LivenessRequestSchema = Type.Object(
  {
    sessionId: Type.Optional(Type.String({ maxLength: 256, description: "the client's session id; echoed in the answer" })),
    faceImageBase: Type.String({ description: 'the picture: base64, a data URL, or an http(s) URL' }),
  },
  { title: 'FaceLivenessRequest' },
);
export type LivenessRequest = Static<typeof LivenessRequestSchema>;

/** The answer of contract B: a score, or an error. */
export const LivenessResponseSchema = Type.Object(
  {
    sessionId: Type.Optional(Type.String()),
    score: Type.Optional(
      Type.Number({ minimum: 0, maximum: 1, description: 'liveness probability; the vendor advises a threshold of 0.5' }),
    ),
    passiveLivenessScore: Type.Optional(Type.Number({ description: 'the same number, on the alias path only' })),
    hasError: Type.Boolean(),
    error: Type.Optional(Type.String({ description: 'name of the error; only if hasError is true' })),
  },
  { title: 'FaceLivenessResponse' },
);
/** The answer of contract B to a request that was not evaluated. */
export const RequestErrorSchema = Type.Object(
  { sessionId: Type.Optional(Type.String()), hasError: Type.Literal(true), error: Type.String() },
  { title: 'FaceLivenessError' },
);
export type LivenessResponse = Static<typeof LivenessResponseSchema>;
