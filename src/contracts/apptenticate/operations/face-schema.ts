import type { TSchema } from 'typebox';
import { ApiErrorSchema, LivenessAnswerSchema, PersonErrorSchema } from '../wire.js';

/**
 * The OpenAPI description that all comparing operations share.
 * @param answer for an evaluated picture, whether accepted or refused
 */
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
