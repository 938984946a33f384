import type { TSchema } from 'typebox';
import { ApiErrorSchema, LivenessAnswerSchema, PersonErrorSchema } from '../wire.js';

/** What openapi.yaml says of every operation that compares a picture. @param answer of a picture that was evaluated, refused or not */
export const comparisonSchema = (summary: string, description: string, answer: TSchema) => ({
  tags: ['A: Apptenticate'],
  summary,
  description,
  security: [{ apptenticate: [] }],
  consumes: ['multipart/form-data'],
  response: {
    200: answer,
    400: ApiErrorSchema,
    401: ApiErrorSchema,
    403: ApiErrorSchema,
    404: PersonErrorSchema,
    413: ApiErrorSchema,
    503: LivenessAnswerSchema,
  },
});
