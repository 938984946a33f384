import type { TSchema } from 'typebox';
import { FaceFormErrorSchema, PersonErrorSchema } from '../wire.js';

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
    400: FaceFormErrorSchema,
    404: PersonErrorSchema,
  },
});
